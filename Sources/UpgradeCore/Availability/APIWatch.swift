/// Looks at every API server at an even pace, beside a run, and tells what was found; nothing is decided by it.
public struct APIWatch: Sendable {
    private let hosts: [String]
    private let pace: Duration
    private let deadline: Duration
    private let access: any ClusterAccess
    private let watch: @Sendable () -> Stopwatch
    private let now: @Sendable () -> Double
    private let saw: @Sendable (APILook) -> Void

    /// Makes a watch.
    ///
    /// - Parameters:
    ///   - hosts: the names of the control plane's hosts.
    ///   - pace: from one look to the next; a look that takes longer puts the next one off.
    ///   - deadline: after which a server counts as not asked: longer than kubectl waits for one twice, shorter than a host that
    ///     restarts is away.
    ///   - access: is asked, and never told to act.
    ///   - clock: measures the pace.
    ///   - now: the operator's clock, in seconds since 1970.
    ///   - saw: is told of each look.
    public init(
        hosts: [String],
        every pace: Duration,
        deadline: Duration = .seconds(25),
        access: any ClusterAccess,
        clock: some Clock<Duration>,
        now: @escaping @Sendable () -> Double,
        saw: @escaping @Sendable (APILook) -> Void
    ) {
        self.hosts = hosts
        self.pace = pace
        self.deadline = deadline
        self.access = access
        watch = { Stopwatch(clock) }
        self.now = now
        self.saw = saw
    }

    /// Looks until the task is cancelled.
    public func keep() async {
        var goesOn = true
        while goesOn {
            let watch = watch()
            let look = await look()
            // One that was broken off has found nothing.
            if Task.isCancelled { return }
            saw(look)
            goesOn = await watch.wait(max(.zero, pace - watch.elapsed()))
        }
    }

    private func look() async -> APILook {
        let time = now()
        let servers = await withTaskGroup(of: (String, APILook.Answer).self) { group in
            for host in hosts { group.addTask { (host, await answer(host)) } }
            return await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
        return APILook(time: time, servers: servers)
    }

    private func answer(_ host: String) async -> APILook.Answer {
        await withTaskGroup(of: APILook.Answer.self) { group in
            group.addTask { await ask(host) }
            group.addTask {
                try? await Task.sleep(for: deadline)
                return .unknown
            }
            let first = await group.next() ?? .unknown
            group.cancelAll()
            return first
        }
    }

    private func ask(_ host: String) async -> APILook.Answer {
        let seen: Observation
        do throws(AccessError) {
            seen = try await access.answer([.apiServer(host: host)])
        } catch {
            if case .remote = error { return .unknown }
            return .unhealthy
        }
        return (try? seen.apiServer(on: host))?.isHealthy == true ? .healthy : .unhealthy
    }
}
