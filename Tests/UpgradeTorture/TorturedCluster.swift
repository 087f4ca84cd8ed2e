internal import Synchronization
internal import UpgradeCore

/// A simulated cluster that keeps the contract of the seam while hosts, connections and the API fail under it.
///
/// Jobs go on in the cluster's own time, whether the process that began them lives or not, as transient units do.
final class TorturedCluster: ClusterAccess {
    private struct State {
        var happening: Happening
        var watch: Watch
        var slow: Duration?
        var failsNext = false
    }

    private static let dead = AccessError.refusedBySimulation(reason: "the process is dead")
    private let state: Mutex<State>
    private let fate: Fate
    private let clock: TortureClock
    private let connect: Duration
    private let powerCut: @Sendable () -> Void
    private let wish: Mutex<@Sendable (Int) -> Void> = Mutex { _ in }

    init(
        _ happening: Happening,
        _ watch: Watch,
        _ fate: Fate,
        _ clock: TortureClock,
        powerCut: @escaping @Sendable () -> Void
    ) {
        connect = happening.playbook.deadlines.connect
        state = Mutex(State(happening: happening, watch: watch))
        self.fate = fate
        self.clock = clock
        self.powerCut = powerCut
    }

    // MARK: the world's side

    /// Where wishes to stop are told in this life.
    func onWish(_ tell: @escaping @Sendable (Int) -> Void) { wish.withLock { $0 = tell } }

    /// Lets all happen that is due, and looks at what has become.
    func withWorld<Value>(_ body: (inout Happening, inout Watch) -> Value) -> Value {
        let now = clock.now.elapsed
        return state.withLock { state in
            Self.advance(&state, now)
            return body(&state.happening, &state.watch)
        }
    }

    /// All that can end, ends, and nothing that was to strike strikes any more.
    func heal() {
        let now = clock.now.elapsed
        state.withLock { state in
            Self.advance(&state, now)
            state.slow = nil
            state.failsNext = false
            state.happening.heal(now)
        }
    }

    private static func advance(_ state: inout State, _ now: Duration) {
        while state.happening.step(until: now) { state.watch.look(&state.happening, now) }
        state.happening.schedule(now)
        state.watch.look(&state.happening, now)
    }

    // MARK: the process's side

    func answer(
        _ probes: [Probe],
        report: @escaping @Sendable (ActionProgress) -> Void
    ) async throws(AccessError) -> Observation {
        let due = try enter(.look)
        var asked: Set<Probe.Place> = []
        for place in probes.map(\.place) where asked.insert(place).inserted {
            try await arrive(place)
        }
        let hosts = asked.compactMap { if case .host(let name) = $0 { name } else { nil } }.sorted()
        if case .before = connectionLost(due) { throw lost(hosts.first, sent: false) }
        let seen = withWorld { happening, _ -> Result<Observation, AccessError> in
            do throws(AccessError) {
                var seen = Observation()
                for probe in probes { seen.record(try happening.state.answer(probe), to: probe) }
                return .success(seen)
            } catch {
                return .failure(error)
            }
        }
        if connectionLost(due) != nil { throw lost(hosts.first, sent: true) }
        try leave(due)
        return try seen.get()
    }

    func perform(
        _ action: Action,
        as job: JobID,
        report: @escaping @Sendable (ActionProgress) -> Void
    ) async throws(AccessError) {
        let due = try enter(.action)
        let place = action.host.map(Probe.Place.host) ?? .api
        try await arrive(place)
        if case .before = connectionLost(due) { throw lost(action.host, sent: false) }
        try withWorld { happening, _ -> Result<Void, AccessError> in
            Result { () throws(AccessError) in try happening.state.refuseAnotherMachine(action, job) }
        }.get()
        if action.usesPackageSystem { try await waitForLock(action, report) }
        if action.isJob {
            let host = try start(action, job)
            if dies(due, .during) { throw die(due) }
            if case .during = connectionLost(due) { throw lost(host, sent: true) }
            try await follow(action, job, host)
        } else {
            try withWorld { happening, watch -> Result<Void, AccessError> in
                watch.willPerform(action, job, happening, self.clock.now.elapsed)
                do throws(AccessError) {
                    happening.state.mark(action, job)
                    try happening.state.end(action)
                    happening.state.unmark(action)
                    watch.look(&happening, self.clock.now.elapsed)
                    return .success(())
                } catch {
                    return .failure(error)
                }
            }.get()
        }
        if connectionLost(due) != nil { throw lost(action.host, sent: true) }
        try leave(due)
    }

    func settle(
        _ action: Action,
        as job: JobID,
        report: @escaping @Sendable (ActionProgress) -> Void
    ) async throws(AccessError) {
        let due = try enter(.settle)
        guard action.isJob else { return try leave(due) }
        let running = withWorld { happening, _ -> String? in
            if case .running(_, let host, _, _) = happening.jobs[job.unitName] { host } else { nil }
        }
        let place: Probe.Place? = running.map { .host($0) } ?? action.host.map { .host($0) }
        if let place { try await arrive(place) }
        if let moment = connectionLost(due) { throw lost(running ?? action.host, sent: moment != .before) }
        let start = clock.now.elapsed
        while case .running(_, let host, _, let ends) = withWorld({ happening, _ in happening.jobs[job.unitName] }) {
            try await pause(until: ends, since: start, host, job)
        }
        try leave(due)
    }

    // MARK: what strikes

    private func enter(_ effect: Effect) throws(AccessError) -> [Fault.Kind] {
        guard !fate.isDead else { throw Self.dead }
        let due = fate.takeDelayed() + fate.effect(effect)
        for kind in due {
            switch kind {
            case .slowJob(let seconds): state.withLock { $0.slow = .seconds(seconds) }
            case .jobFails: state.withLock { $0.failsNext = true }
            default:
                let now = clock.now.elapsed
                withWorld { happening, watch in
                    happening.strike(kind, now)
                    watch.struck(kind, happening)
                    watch.look(&happening, now)
                }
            }
        }
        let wishes = fate.takeWishes()
        if wishes > 0 { wish.withLock { $0 }(wishes) }
        if dies(due, .before) { throw die(due) }
        return due
    }

    private func leave(_ due: [Fault.Kind]) throws(AccessError) {
        if dies(due, .after) || dies(due, .during) { throw die(due) }
        if fate.isDead { throw Self.dead }
    }

    private func dies(_ due: [Fault.Kind], _ moment: Fault.Moment) -> Bool {
        due.contains { kind in
            switch kind {
            case .kill(let when), .powerCut(let when): when == moment
            default: false
            }
        }
    }

    private func die(_ due: [Fault.Kind]) -> AccessError {
        if due.contains(where: { if case .powerCut = $0 { true } else { false } }) { powerCut() }
        fate.die()
        return Self.dead
    }

    private func connectionLost(_ due: [Fault.Kind]) -> Fault.Moment? {
        due.lazy.compactMap { if case .connection(let moment) = $0 { moment } else { nil } }.first
    }

    private func lost(_ host: String?, sent: Bool) -> AccessError {
        .remote(.lost(host: host ?? "the API's host", sent: sent, reason: "connection reset by peer"))
    }

    // MARK: reaching

    /// Waits as long for a host as the playbook allows.
    private func arrive(_ place: Probe.Place) async throws(AccessError) {
        let deadline = clock.now.elapsed + connect
        while true {
            guard !fate.isDead else { throw Self.dead }
            let error: AccessError
            switch withWorld({ happening, _ in Self.reach(place, happening) }) {
            case .success: return
            case .failure(let found): error = found
            }
            guard case .remote(.unreachable) = error, clock.now.elapsed < deadline, !Task.isCancelled else {
                throw error
            }
            try? await clock.sleep(for: .seconds(5))
        }
    }

    private static func reach(_ place: Probe.Place, _ happening: Happening) -> Result<Void, AccessError> {
        switch place {
        case .here: return .success(())
        case .host(let name):
            switch happening.reach[name] ?? .fine {
            case .fine, .replaced(isKeyAccepted: true): return .success(())
            case .away, .gone:
                return .failure(.remote(.unreachable(host: name, address: name, reason: "connection timed out")))
            case .replaced(isKeyAccepted: false):
                return .failure(
                    .remote(
                        .hostKeyChanged(
                            host: name,
                            address: name,
                            fingerprint: "SHA256:?",
                            file: "known_hosts",
                            line: 1
                        )
                    )
                )
            }
        case .api:
            if happening.apiHost != nil { return .success(()) }
            let hosts = happening.playbook.hosts(.controlPlane).map(\.name)
            if hosts.contains(where: happening.isReachable) {
                return .failure(
                    .commandFailed(
                        host: hosts.first ?? "",
                        command: "kubectl",
                        status: "exit 1",
                        output: "The connection to the server was refused - did you specify the right host or port?"
                    )
                )
            }
            return .failure(
                .remote(.unreachable(host: hosts.first ?? "", address: "", reason: "connection timed out"))
            )
        }
    }

    private func waitForLock(
        _ action: Action,
        _ report: @Sendable (ActionProgress) -> Void
    ) async throws(AccessError) {
        guard let host = action.host else { return }
        let deadline = clock.now.elapsed + .seconds(600)
        while let holder = withWorld({ happening, _ in happening.state.hosts[host]?.packageSystem.lockHolder }) {
            report(.packageLockHeld(host: host, by: holder))
            guard clock.now.elapsed < deadline, !Task.isCancelled, !fate.isDead else {
                throw .commandFailed(
                    host: host,
                    command: "apt-get",
                    status: "exit 100",
                    output: "E: Could not get lock /var/lib/dpkg/lock-frontend"
                )
            }
            try? await clock.sleep(for: .seconds(3))
        }
    }

    // MARK: jobs

    /// Begins the job, unless one of its name is there already; the host where it is.
    private func start(_ action: Action, _ job: JobID) throws(AccessError) -> String {
        let now = clock.now.elapsed
        return try state.withLock { state -> Result<String, AccessError> in
            Self.advance(&state, now)
            let host = action.host ?? state.happening.apiHost ?? ""
            switch state.happening.jobs[job.unitName] {
            case .running(_, let host, _, _)?: return .success(host)
            case .ended?, .vanished?: return .success(host)
            case nil: break
            }
            state.watch.willPerform(action, job, state.happening, now)
            do throws(AccessError) {
                if case .drain(let node, _) = action {
                    guard state.happening.state.nodes[node]?.isCordoned == true else {
                        throw .refusedBySimulation(reason: "\(node) is not cordoned")
                    }
                } else {
                    try state.happening.state.begin(action)
                    state.happening.state.mark(action, job)
                }
            } catch {
                state.happening.jobs[job.unitName] = .ended(error)
                return .success(host)
            }
            Self.run(action, job, host, now, &state)
            return .success(host)
        }.get()
    }

    private static func run(_ action: Action, _ job: JobID, _ host: String, _ now: Duration, _ state: inout State) {
        var ends = now + (state.slow ?? .seconds(state.happening.dice.roll(1...90)))
        if state.failsNext {
            state.failsNext = false
            state.happening.jobs[job.unitName] = .ended(
                .commandFailed(host: host, command: "\(action.title)", status: "exit 1", output: "E: it did not work")
            )
            return
        }
        state.slow = nil
        if case .drain(_, let options) = action {
            // kubectl tries again until its own deadline; then it fails, and what was evicted stays evicted.
            ends = min(max(ends, state.happening.evictionsRefusedUntil + .seconds(1)), now + options.deadline)
        }
        state.happening.jobs[job.unitName] = .running(action, host: host, key: job.key, ends: ends)
        state.happening.schedule(.jobEnds(job.unitName), at: ends)
        state.watch.look(&state.happening, now)
    }

    private func follow(_ action: Action, _ job: JobID, _ host: String) async throws(AccessError) {
        let start = clock.now.elapsed
        while true {
            guard !fate.isDead else { throw Self.dead }
            switch withWorld({ happening, _ in happening.jobs[job.unitName] }) {
            case .ended(nil): return
            case .ended(let error?): throw error
            case .vanished(let host):
                try await arrive(.host(host))
                throw .jobVanished(host: host, unit: job.unitName)
            case .running(_, let host, _, let ends):
                try await pause(until: ends, since: start, host, job)
            case nil: throw .jobVanished(host: host, unit: job.unitName)
            }
        }
    }

    private func pause(
        until ends: Duration,
        since start: Duration,
        _ host: String,
        _ job: JobID
    ) async throws(AccessError) {
        let deadline = Duration.seconds(900)
        let now = clock.now.elapsed
        guard now - start < deadline, !Task.isCancelled else {
            throw .jobOverdue(host: host, unit: job.unitName, deadline: deadline)
        }
        guard !fate.isDead else { throw Self.dead }
        try await arrive(.host(host))
        let until = min(ends, now + .seconds(20), start + deadline)
        try? await clock.sleep(until: TortureClock.Instant(elapsed: max(until, now + .milliseconds(1))), tolerance: nil)
    }
}
