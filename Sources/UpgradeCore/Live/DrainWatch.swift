import Synchronization

/// Tells, while a drain runs, which pods are held by which budgets.
final class DrainWatch: Sendable {
    private struct State {
        var blocks: [PodBlock] = []
        var lastLook: Duration?
    }

    private let api: APIAccess
    private let playbook: Playbook
    private let node: String
    private let watch: Stopwatch
    private let report: @Sendable (ActionProgress) -> Void
    private let state = Mutex(State())

    /// kubectl tries a refused eviction again every 5 s (1.14 pkg/kubectl/cmd/drain, evictPod); a look between is enough.
    private static let interval = Duration.seconds(3)

    init(
        api: APIAccess,
        playbook: Playbook,
        node: String,
        report: @escaping @Sendable (ActionProgress) -> Void
    ) {
        self.api = api
        self.playbook = playbook
        self.node = node
        self.watch = Stopwatch(api.access.clock)
        self.report = report
    }

    /// Looks, where the last look is long enough ago, and reports what it sees.
    func look() async {
        let now = watch.elapsed()
        let isDue = state.withLock { state in
            guard state.lastLook.map({ now - $0 >= Self.interval }) ?? true else { return false }
            state.lastLook = now
            return true
        }
        guard isDue else { return }
        let blocks: [PodBlock]
        do throws(AccessError) {
            blocks = try await held()
        } catch {
            // Only the report is missing; the drain itself says how it ends.
            return
        }
        state.withLock { $0.blocks = blocks }
        if !blocks.isEmpty { report(.blocked(blocks)) }
    }

    /// What holds the drain, seen now; where that cannot be seen, at the last look.
    func blocks() async -> [PodBlock] {
        do throws(AccessError) {
            return try await held(orLeft: true)
        } catch {
            return state.withLock(\.blocks)
        }
    }

    /// The pods that a budget holds; with `orLeft`, those that are only slow too.
    private func held(orLeft: Bool = false) async throws(AccessError) -> [PodBlock] {
        let probes: [Probe] = [.podsOnNode(node), .budgets]
        var answers: [Answer] = []
        for probe in probes {
            guard let question = ProbeRendering.question(for: probe, playbook: playbook) else { return [] }
            let (result, host, _) = try await api.run(question.command, deadline: JobRunner.callDeadline)
            do throws(ReadingError) {
                answers.append(try question.read(result, Question.Times()))
            } catch {
                throw error.access(question.command, on: host, result)
            }
        }
        guard case .pods(let pods) = answers.first, case .budgets(let budgets) = answers.last else { return [] }
        return Self.blocks(pods: pods, budgets: budgets, orLeft: orLeft)
    }

    static func blocks(pods: [PodState], budgets: [BudgetState], orLeft: Bool) -> [PodBlock] {
        pods.filter { !$0.isMirror && !$0.isOfDaemonSet && !$0.isFinished }.compactMap { pod in
            let budget = pod.isTerminating ? nil : budgets.first { $0.disruptionsAllowed <= 0 && $0.covers(pod) }
            guard budget != nil || orLeft else { return nil }
            return PodBlock(
                pod: pod.path,
                owner: pod.owner,
                budget: budget?.path,
                disruptionsAllowed: budget?.disruptionsAllowed ?? 0
            )
        }
    }
}
