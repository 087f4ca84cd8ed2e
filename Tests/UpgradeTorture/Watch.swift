internal import UpgradeCore

/// What must hold at every moment of a world, whatever fails in it; looked at after each change.
struct Watch: Sendable {
    /// What did not hold, in the order in which it was seen.
    private(set) var violations: [String] = []
    /// The record of the run as far as it is durable, and whether all of it is.
    var record: @Sendable () -> (state: RunState, isDurable: Bool)? = { nil }
    /// The run's name, as its marks bear it.
    var run = ""
    /// What is looked at besides: a plan without a control plane leaves the skew of its workers as it is.
    var looksAtSkew = true

    private let limits: [HopID: HopFacts]
    private let foreignMasks: Set<String>
    private var foreignCordons: Set<String>
    private let strategies: [String: String]
    private let baseline: Set<String>
    /// The jobs that were begun for an action of a step, and how much had been meddled with its host then.
    private var begun: [String: [(job: String, meddled: Int, redone: Int)]] = [:]
    private var redone = 0
    private var isDisturbed = false

    init(_ state: ClusterState, _ plan: Plan, _ hops: [HopID: HopFacts]) {
        limits = hops
        foreignMasks = Self.masks(state)
        foreignCordons = Set(state.nodes.values.filter(\.isCordoned).map(\.name))
        strategies = state.daemonSets.mapValues(\.updateStrategy)
        baseline = plan.baseline.readyNodes
    }

    mutating func fail(_ text: String) {
        if !violations.contains(text) { violations.append(text) }
    }

    /// Cleanup has undone something: the lanes it was of are walked again.
    mutating func cleaned() { redone += 1 }

    mutating func struck(_ kind: Fault.Kind, _ happening: Happening) {
        switch kind {
        case .reboot, .gone, .replaced, .away, .foreignCordon, .foreignUncordon, .evictionsRefused: isDisturbed = true
        default: break
        }
    }

    // MARK: before an action

    mutating func willPerform(_ action: Action, _ job: JobID, _ happening: Happening, _ now: Duration) {
        writtenAhead(action, job)
        notTwice(action, job, happening)
        notWorse(action, happening, now)
        if let host = action.host, case .replaced = happening.reach[host] ?? .fine {
            fail("\(action.title): \(host) is another machine")
        }
    }

    private mutating func writtenAhead(_ action: Action, _ job: JobID) {
        guard let (state, isDurable) = record() else { return fail("\(action.title): nobody keeps a record") }
        if !isDurable { fail("\(action.title): the journal is not durable") }
        if job.attempt == 0 {
            // A note is taken away, not an effect: what it tells of is gone already.
            if case .dropMark = action { return }
            if !state.undoing.contains(where: { $0.inverse == action }) { fail("\(action.title): undone unrecorded") }
            return
        }
        guard let inFlight = state.inFlight[job.key], inFlight.attempt == job.attempt, inFlight.nextIndex == job.index,
            inFlight.intended == action
        else { return fail("\(action.title) was not written down before it was done") }
    }

    /// No job's action is begun under another name while the first runs, or after it ended well with nothing changed.
    private mutating func notTwice(_ action: Action, _ job: JobID, _ happening: Happening) {
        guard action.isJob, !action.mayRepeat else { return }
        let name = "\(job.key) \(action)"
        let about = [action.host, action.node].compactMap { $0 }
        let meddled = about.reduce(0) { $0 + (happening.meddled[$1] ?? 0) }
        for earlier in begun[name] ?? [] where earlier.job != job.unitName {
            switch happening.jobs[earlier.job] {
            case .running?: fail("\(action.title) was begun twice: \(earlier.job) still runs")
            case .ended(nil)? where earlier.meddled == meddled && earlier.redone == redone:
                fail("\(action.title) was done twice: \(earlier.job) had ended well")
            default: break
            }
        }
        for (other, state) in happening.jobs where other != job.unitName {
            if case .running(let running, _, _, _) = state, running.host != nil, running.host == action.host {
                fail("\(action.title) was begun while \(running.title) runs on the same host")
            }
        }
        begun[name, default: []].append((job.unitName, meddled, redone))
    }

    /// Nothing is taken down while something else has long been down: a look before that would have shown it.
    private mutating func notWorse(_ action: Action, _ happening: Happening, _ now: Duration) {
        // A plan without its checks of the cluster's health does not look.
        guard looksAtSkew else { return }
        let long = Duration.seconds(3600)
        func isLongDown(_ name: String) -> Bool { happening.downSince[name].map { now - $0 > long } ?? false }
        let servers = happening.playbook.hosts(.controlPlane).map(\.name)
        if takesServerDown(action, happening) {
            for other in servers where other != action.host && isLongDown(other) {
                fail("\(action.title) takes an API server down while that of \(other) has long been down")
            }
        }
        if case .drain(let node, _) = action {
            for other in happening.playbook.hosts(.worker) where other.node != node && baseline.contains(other.node) {
                guard isLongDown(other.node), happening.state.nodes[other.node]?.cordonMark != run else { continue }
                fail("\(action.title) although \(other.node) has long been away")
            }
            for host in happening.playbook.hosts(.etcd) where isLongDown("etcd \(host.name)") {
                fail("\(action.title) although the etcd member of \(host.name) has long been down")
            }
        }
    }

    private func takesServerDown(_ action: Action, _ happening: Happening) -> Bool {
        guard let host = action.host, happening.state.hosts[host]?.apiServer?.isHealthy == true else { return false }
        switch action {
        case .restart(_, let unit): return unit == ControlPlaneUnit.apiServer.rawValue
        case .install(_, let packages, _):
            let units = packages.flatMap { happening.state.packaging.units[$0.name] ?? [] }
            return units.contains(ControlPlaneUnit.apiServer.rawValue)
        default: return false
        }
    }

    // MARK: at any time

    mutating func look(_ happening: inout Happening, _ now: Duration) {
        noteDown(&happening, now)
        let found =
            (looksAtSkew ? skew(happening.state) : []) + drained(happening) + foreign(happening) + dirty(happening)
            + (isDisturbed ? [] : budgets(happening.state))
        for text in found { fail(text) }
    }

    private func noteDown(_ happening: inout Happening, _ now: Duration) {
        var down: Set<String> = []
        for (name, host) in happening.state.hosts {
            if let server = host.apiServer, !server.isHealthy || happening.reach[name] ?? .fine != .fine {
                down.insert(name)
            }
            if let etcd = host.etcd, !etcd.isHealthy { down.insert("etcd \(name)") }
        }
        for node in happening.state.nodes.values where !node.isReady { down.insert(node.name) }
        happening.downSince = happening.downSince.filter { down.contains($0.key) }
        for name in down where happening.downSince[name] == nil { happening.downSince[name] = now }
    }

    private func skew(_ state: ClusterState) -> [String] {
        let servers = state.hosts.values.compactMap { $0.apiServer?.version?.release }
        guard let oldest = servers.min(), let newest = servers.max() else { return [] }
        let hop = limits.values.min { $0.hop < $1.hop }
        var found: [String] = []
        if newest.minor - oldest.minor > 1 { found.append("API servers at \(oldest) and \(newest)") }
        for (name, host) in state.hosts {
            for unit in [ControlPlaneUnit.controllerManager, .scheduler] {
                guard let version = host.units[unit.rawValue]?.runningVersion?.release else { continue }
                if version > oldest { found.append("\(unit.rawValue) on \(name) is newer than an API server") }
                if newest.minor - version.minor > (hop?.controllerSkewLimit.value ?? 0) {
                    found.append("\(unit.rawValue) on \(name) is too old")
                }
            }
        }
        for node in state.nodes.values {
            guard let version = node.kubeletVersion?.release else { continue }
            if version > oldest { found.append("the kubelet of \(node.name) is newer than an API server") }
            if newest.minor - version.minor > (hop?.kubeletSkewLimit.value ?? 0) {
                found.append("the kubelet of \(node.name) is too old")
            }
        }
        return found.sorted()
    }

    private func budgets(_ state: ClusterState) -> [String] {
        state.budgets.filter { $0.currentHealthy < $0.desiredHealthy }.map { "budget \($0.path) is violated" }
    }

    /// A kubelet is taken down only on a node whose pods were moved away.
    private func drained(_ happening: Happening) -> [String] {
        happening.state.packaging.hostOfNode.keys.sorted().compactMap { node in
            guard let host = happening.state.packaging.hostOfNode[node], happening.isReachable(host),
                happening.meddled[host] == nil, happening.meddled[node] == nil,
                happening.state.hosts[host]?.units[NodeUnit.kubelet.rawValue]?.isActive == false
            else { return nil }
            let pods = (happening.state.pods[node] ?? []).filter { !$0.isMirror && !$0.isOfDaemonSet && !$0.isFinished }
            return pods.isEmpty ? nil : "the kubelet of \(node) is down under \(pods.count) pods"
        }
    }

    /// What others have marked stays as it is.
    private mutating func foreign(_ happening: Happening) -> [String] {
        let state = happening.state
        var found: [String] = []
        for mask in foreignMasks.subtracting(Self.masks(state)).sorted() {
            found.append("the foreign mask \(mask) is gone")
        }
        for node in foreignCordons.sorted() where state.nodes[node]?.isCordoned == false {
            found.append("the foreign cordon of \(node) is gone")
        }
        return found
    }

    /// Whatever of ours is on the cluster, the ledger says so.
    private func dirty(_ happening: Happening) -> [String] {
        guard let ledger = record()?.state.ledger else { return [] }
        let state = happening.state
        var found: [String] = []
        for node in state.nodes.values.sorted(by: { $0.name < $1.name }) {
            guard node.isCordoned, let mark = node.cordonMark, mark.hasPrefix(run) else { continue }
            if !ledger.contains(.cordon(node: node.name, mark: mark)) {
                found.append("\(node.name) is cordoned, unknown")
            }
        }
        for mask in Self.masks(state).subtracting(foreignMasks).sorted() {
            let words = mask.split(separator: " ").map(String.init)
            guard let unit = words.first, let host = words.last else { continue }
            if case .replaced = happening.reach[host] ?? .fine { continue }
            let effects = [SideEffect.mask(host: host, unit: unit), .pause(host: host, unit: unit)]
            if !effects.contains(where: ledger.contains) { found.append("\(mask) is masked, unknown") }
            let isMarked = (state.hosts[host]?.marks ?? []).contains { $0.object == unit && $0.run == run }
            if !isMarked { found.append("\(mask) is masked, unmarked") }
        }
        for (name, set) in state.daemonSets.sorted(by: { $0.key < $1.key }) {
            guard let prior = strategies[name], set.updateStrategy != prior else { continue }
            let isKnown = ledger.entries.contains { entry in
                if case .updateStrategy(let space, let daemonSet, _, prior) = entry.effect {
                    "\(space)/\(daemonSet)" == name
                } else {
                    false
                }
            }
            if !isKnown { found.append("the strategy of \(name) is changed, unknown") }
            if state.daemonSetMarks?[name]?.run != run { found.append("the strategy of \(name) is changed, unmarked") }
        }
        return found
    }

    private static func masks(_ state: ClusterState) -> Set<String> {
        Set(
            state.hosts.flatMap { name, host in
                host.units.filter(\.value.isMasked).map { "\($0.key) on \(name)" }
            }
        )
    }
}
