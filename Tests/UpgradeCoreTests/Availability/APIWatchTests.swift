import Synchronization
import Testing
import UpgradeCore
import UpgradeTestSupport

@Suite("The API servers, looked at beside a run")
struct APIWatchTests {
    /// Answers for each server what it is told to; acts never.
    private struct Servers: ClusterAccess {
        var states: [String: Result<Bool, AccessError>]

        func answer(
            _ probes: [Probe],
            report: @escaping @Sendable (ActionProgress) -> Void
        ) async throws(AccessError) -> Observation {
            var answers: [Probe: Answer] = [:]
            for case .apiServer(let host) in probes {
                guard let state = states[host] else {
                    try? await Task.sleep(for: .seconds(600))
                    continue
                }
                answers[.apiServer(host: host)] = .apiServer(APIServerState(isHealthy: try state.get(), version: nil))
            }
            return Observation(answers)
        }

        func perform(_ action: Action, as job: JobID, report: @escaping @Sendable (ActionProgress) -> Void) async {
            Issue.record("a watch acts")
        }

        func settle(_ action: Action, as job: JobID, report: @escaping @Sendable (ActionProgress) -> Void) async {
            Issue.record("a watch acts")
        }
    }

    /// Looks a few times on a clock that passes by itself.
    private func looks(
        _ count: Int,
        _ states: [String: Result<Bool, AccessError>],
        every pace: Duration,
        hanging: [String] = []
    ) async -> [APILook] {
        let clock = VirtualClock()
        let start = clock.now
        let seen = Mutex<[APILook]>([])
        let watch = Task {
            await APIWatch(
                hosts: states.keys.sorted() + hanging,
                every: pace,
                deadline: hanging.isEmpty ? .seconds(60) : .milliseconds(200),
                access: Servers(states: states),
                clock: clock,
                now: { Double(start.duration(to: clock.now).components.seconds) },
                saw: { look in seen.withLock { $0.append(look) } }
            ).keep()
        }
        // One that never comes is missed by whoever asked, and does not hold up the tests.
        let end = ContinuousClock.now + .seconds(30)
        while seen.withLock({ $0.count < count }), ContinuousClock.now < end { await Task.yield() }
        watch.cancel()
        await watch.value
        return Array(seen.withLock { $0 }.prefix(count))
    }

    @Test("each server is asked at the pace, and one that cannot be asked is not called away")
    func answers() async throws {
        let lost = AccessError.remote(.unreachable(host: "cp3", address: "10.0.0.3", reason: "no route"))
        let looks = await looks(
            3,
            [
                "cp1": .success(true), "cp2": .success(false), "cp3": .failure(lost),
                "cp4": .failure(.commandFailed(host: "cp1", command: "kubectl", status: "exit 1", output: "")),
            ],
            every: .seconds(7)
        )
        #expect(looks.map(\.time) == [0, 7, 14])
        let found: [String: APILook.Answer] = [
            "cp1": .healthy, "cp2": .unhealthy, "cp3": .unknown, "cp4": .unhealthy,
        ]
        #expect(looks.allSatisfy { $0.servers == found && $0.api == .healthy })
    }

    @Test("a server that never answers holds up no look, and the end of the watch neither")
    func hanging() async {
        let looks = await looks(2, ["cp1": .success(true)], every: .seconds(5), hanging: ["cp2"])
        let found: [String: APILook.Answer] = ["cp1": .healthy, "cp2": .unknown]
        #expect(looks.map(\.servers) == [found, found])
    }

    @Test(
        "the API as a whole answers where one does, is away where none does, and is not known where none could be asked"
    )
    func whole() {
        func api(_ servers: [String: APILook.Answer]) -> APILook.Answer { APILook(time: 0, servers: servers).api }
        #expect(api(["a": .unhealthy, "b": .healthy]) == .healthy)
        #expect(api(["a": .unhealthy, "b": .unknown]) == .unhealthy)
        #expect(api(["a": .unknown, "b": .unknown]) == .unknown)
        #expect(api([:]) == .unknown)
    }
}
