internal import UpgradeCore

/// A simulated cluster on its own time: what happens to it whether a process looks or not.
struct Happening {
    /// How a job stands.
    enum Job {
        case running(Action, host: String, key: StepKey, ends: Duration)
        case ended(AccessError?)
        case vanished(host: String)
    }

    /// How a host can be reached.
    enum Reach: Hashable {
        case fine
        case away
        case gone
        case replaced(isKeyAccepted: Bool)
    }

    /// Something that will happen by itself.
    enum Event {
        case jobEnds(String)
        case hostIsBack(String, restarted: Bool)
        case apiIsBack
        case evictionsAllowed
        case etcdIsBack(String)
        case lockIsFree(String)
        case clockIsRight(String)
    }

    var state: ClusterState
    let playbook: Playbook
    var reach: [String: Reach] = [:]
    var jobs: [String: Job] = [:]
    var isAPIDown = false
    var evictionsRefusedUntil = Duration.zero
    var budgets: [BudgetState] = []
    /// What else than the run has changed each host or node, counted: an action may be needed again after it.
    var meddled: [String: Int] = [:]
    /// When each host or node ceased to be well.
    var downSince: [String: Duration] = [:]
    private let cordonedBefore: Set<String>
    private var events: [(at: Duration, number: Int, event: Event)] = []
    private var count = 0
    var dice: Dice

    init(_ state: ClusterState, _ playbook: Playbook, seed: UInt64) {
        self.state = state
        self.playbook = playbook
        budgets = state.budgets
        cordonedBefore = Set(state.nodes.values.filter(\.isCordoned).map(\.name))
        dice = Dice(seed: seed ^ 0x636C_7573)
    }

    // MARK: time

    mutating func schedule(_ event: Event, at time: Duration) {
        count += 1
        events.append((time, count, event))
    }

    /// Pods that wait for a node get one where there is one now; evictions that are refused stay refused.
    mutating func schedule(_ now: Duration) {
        guard state.pending != nil else { return }
        state.schedule()
        guard now < evictionsRefusedUntil else { return }
        for index in state.budgets.indices { state.budgets[index].disruptionsAllowed = 0 }
    }

    /// The next event at or before `now`, carried out; `false` when there is none.
    mutating func step(until now: Duration) -> Bool {
        let next = events.indices.min {
            (events[$0].at, events[$0].number) < (events[$1].at, events[$1].number)
        }
        guard let next, events[next].at <= now else { return false }
        let (at, _, event) = events.remove(at: next)
        happen(event, at)
        return true
    }

    private mutating func happen(_ event: Event, _ now: Duration) {
        switch event {
        case .jobEnds(let name): endJob(name, now)
        case .hostIsBack(let host, let restarted): bringBack(host, restarted: restarted)
        case .apiIsBack: isAPIDown = false
        case .evictionsAllowed:
            guard now >= evictionsRefusedUntil else { return }
            for index in state.budgets.indices {
                let budget = state.budgets[index]
                state.budgets[index].disruptionsAllowed = max(0, budget.currentHealthy - budget.desiredHealthy)
            }
        case .etcdIsBack(let host): state.hosts[host]?.etcd?.isHealthy = reach[host] ?? .fine == .fine
        case .lockIsFree(let host): state.hosts[host]?.packageSystem.lockHolder = nil
        case .clockIsRight(let host): state.hosts[host]?.identity.clockOffset = 0
        }
    }

    // MARK: jobs

    private mutating func endJob(_ name: String, _ now: Duration) {
        guard case .running(let action, _, _, let ends) = jobs[name], ends <= now else { return }
        do throws(AccessError) {
            try state.end(action)
            state.unmark(action)
            jobs[name] = .ended(nil)
        } catch {
            jobs[name] = .ended(error)
        }
    }

    func isReachable(_ host: String) -> Bool { (reach[host] ?? .fine) == .fine }

    /// The first control-plane host by which the API answers.
    var apiHost: String? {
        guard !isAPIDown else { return nil }
        let hosts = playbook.hosts(.controlPlane).map(\.name)
        let isServed = hosts.contains { isReachable($0) && state.hosts[$0]?.apiServer?.isHealthy == true }
        return isServed ? hosts.first(where: isReachable) : nil
    }

    // MARK: what strikes

    mutating func strike(_ kind: Fault.Kind, _ now: Duration) {
        let hosts = playbook.hosts.map(\.name)
        func name(_ number: Int) -> String { hosts[number % hosts.count] }
        func after(_ seconds: Int) -> Duration { now + .seconds(seconds) }
        switch kind {
        case .reboot(let number, let seconds):
            let host = name(number)
            guard isReachable(host) else { return }
            takeDown(host, .away, restarts: true)
            schedule(.hostIsBack(host, restarted: true), at: after(seconds))
        case .away(let number, let seconds):
            let host = name(number)
            guard isReachable(host) else { return }
            reach[host] = .away
            schedule(.hostIsBack(host, restarted: false), at: after(seconds))
        case .gone(let number):
            takeDown(name(number), .gone, restarts: true)
        case .replaced(let number, let isKeyAccepted):
            takeDown(name(number), .replaced(isKeyAccepted: isKeyAccepted), restarts: true)
            state.hosts[name(number)]?.identity.machineID = "another-machine-\(number)"
        case .hostClock(let number, let offset, let seconds):
            state.hosts[name(number)]?.identity.clockOffset = Double(offset)
            schedule(.clockIsRight(name(number)), at: after(seconds))
        case .apiFlaps(let seconds):
            isAPIDown = true
            schedule(.apiIsBack, at: after(seconds))
        case .evictionsRefused(let seconds):
            evictionsRefusedUntil = max(evictionsRefusedUntil, after(seconds))
            for index in state.budgets.indices { state.budgets[index].disruptionsAllowed = 0 }
            schedule(.evictionsAllowed, at: evictionsRefusedUntil)
        case .etcdDown(let number, let seconds):
            guard state.hosts[name(number)]?.etcd != nil else { return }
            state.hosts[name(number)]?.etcd?.isHealthy = false
            schedule(.etcdIsBack(name(number)), at: after(seconds))
        case .packageLock(let number, let seconds):
            state.hosts[name(number)]?.packageSystem.lockHolder = "apt-get (pid 714)"
            schedule(.lockIsFree(name(number)), at: after(seconds))
        case .foreignCordon(let number), .foreignUncordon(let number):
            let workers = playbook.hosts(.worker).map(\.node)
            guard let node = workers.isEmpty ? nil : workers[number % workers.count] else { return }
            meddled[node, default: 0] += 1
            if case .foreignCordon = kind {
                state.nodes[node]?.isCordoned = true
            } else if state.nodes[node]?.cordonMark != nil {
                // kubectl uncordon leaves annotations as they are.
                state.nodes[node]?.isCordoned = false
            }
        case .kill, .powerCut, .interrupt, .diskFull, .diskError, .connection, .operatorClock, .slowJob, .jobFails,
            .cleanup:
            break
        }
    }

    private mutating func takeDown(_ host: String, _ reach: Reach, restarts: Bool) {
        self.reach[host] = reach
        meddled[host, default: 0] += 1
        let node = playbook.host(host)?.node ?? host
        meddled[node, default: 0] += 1
        if state.hosts[host]?.apiServer != nil {
            state.hosts[host]?.apiServer = APIServerState(isHealthy: false, version: nil)
        }
        state.hosts[host]?.etcd?.isHealthy = false
        state.nodes[node]?.isReady = false
        for unit in (state.hosts[host]?.units ?? [:]).keys {
            state.hosts[host]?.units[unit]?.isActive = false
            state.hosts[host]?.units[unit]?.runningVersion = nil
        }
        for name in jobs.keys.sorted() {
            guard case .running(let action, host, _, _) = jobs[name] else { continue }
            jobs[name] = .vanished(host: host)
            guard case .install(_, let packages, _) = action else { continue }
            // dpkg was unpacking: the new files are there, nothing is configured.
            for package in packages {
                state.hosts[host]?.packages[package.name]?.version = package.version
                state.hosts[host]?.packages[package.name]?.isConfigured = false
            }
            state.hosts[host]?.packageSystem.audit = "\(packages.first?.name ?? "") is only half configured"
        }
    }

    private mutating func bringBack(_ host: String, restarted: Bool) {
        guard reach[host] == .away else { return }
        reach[host] = .fine
        guard restarted else { return }
        state.hosts[host]?.etcd?.isHealthy = true
        for unit in (state.hosts[host]?.units ?? [:]).keys.sorted() {
            guard state.hosts[host]?.units[unit]?.isMasked == false else { continue }
            // The unit starts with what is installed; the list of what was done is the run's, not the boot's.
            let applied = state.applied
            do throws(AccessError) {
                try state.end(.restart(host: host, unit: unit))
            } catch {
                continue
            }
            state.applied = applied
        }
        state.nodes[playbook.host(host)?.node ?? host]?.isReady = true
    }

    /// All that can end, ends: hosts are back unless they are gone, clocks are right, nobody holds a lock, and a job that
    /// would take all day is through in a minute and a half.
    mutating func heal(_ now: Duration) {
        events.removeAll { if case .jobEnds = $0.event { false } else { true } }
        for name in jobs.keys.sorted() {
            guard case .running(let action, let host, let key, let ends) = jobs[name] else { continue }
            let soon = min(ends, now + .seconds(90))
            jobs[name] = .running(action, host: host, key: key, ends: soon)
            schedule(.jobEnds(name), at: soon)
        }
        for host in playbook.hosts.map(\.name) where reach[host] == .away {
            // Whether it was restarted or only cut off shows in its units.
            bringBack(host, restarted: state.hosts[host]?.units.values.contains { !$0.isActive } ?? true)
        }
        isAPIDown = false
        evictionsRefusedUntil = .zero
        for index in state.budgets.indices {
            let budget = state.budgets[index]
            state.budgets[index].disruptionsAllowed = max(0, budget.currentHealthy - budget.desiredHealthy)
        }
        for host in playbook.hosts.map(\.name) where isReachable(host) {
            state.hosts[host]?.etcd?.isHealthy = true
            state.hosts[host]?.packageSystem.lockHolder = nil
            state.hosts[host]?.identity.clockOffset = 0
        }
        for node in state.nodes.keys.sorted() where state.nodes[node]?.cordonMark == nil {
            // What was cordoned before the run stays so; whoever came later is done by now.
            if !cordonedBefore.contains(node) { state.nodes[node]?.isCordoned = false }
        }
    }
}
