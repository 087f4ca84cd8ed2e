internal import UpgradeCore

/// Where a host stands in the hop in hand, as the journal saw it last: no host is asked.
public struct HostStanding: Hashable, Sendable, Encodable {
    /// How far a host is in the hop.
    public enum Standing: String, Hashable, Sendable, Encodable {
        /// Nothing of the hop is left to do on it.
        case done
        /// What was begun on it is done, and more of the hop is to come.
        case partly
        /// It was begun, and is half way.
        case inWork = "in-work"
        /// It was begun, and a step has failed.
        case failed
        /// It was not begun.
        case toCome = "to-come"
    }

    /// What is known of the packages of the hop on a host.
    public enum Packages: String, Hashable, Sendable, Encodable {
        /// They are installed.
        case installed
        /// Some of them, or of their clients, are.
        case partly
        /// Their installation was begun, and its end is not known.
        case inDoubt = "in-doubt"
        /// None is.
        case notInstalled = "not-installed"
    }

    /// Its name in the playbook.
    public var host: String
    /// Its node's name; absent where it is no worker.
    public var node: String?
    /// The hop.
    public var hop: String
    /// How far it is.
    public var standing: Standing
    /// The version of its packages; the older one while the new one is not known to be installed.
    public var version: String
    /// What is known of the packages of the hop.
    public var packages: Packages
    /// The step that is in hand, has failed, or comes next on it; absent where none does.
    public var at: String?
    /// Whether this run has cordoned the node.
    public var isCordoned: Bool
    /// What else of this run is on it.
    public var ours: [String]

    /// Where the hosts stand that the hop in hand installs something on, in the order of the playbook.
    ///
    /// The hop in hand is that of the first step that is not behind; the last one where none is left.
    static func all(
        _ plan: Plan,
        _ state: RunState,
        _ playbook: Playbook,
        installs: Set<StepID>
    ) -> [HostStanding] {
        let next = plan.keys.first { !state.isBehind($0) }
        guard let hop = plan.hops.first(where: { $0.id == next?.hop }) ?? plan.hops.last else { return [] }
        return playbook.hosts.compactMap { host in
            HostStanding(host, hop, state, playbook, installs, isBack: plan.takesBack != nil)
        }
    }

    private init?(
        _ host: Host,
        _ hop: PlannedHop,
        _ state: RunState,
        _ playbook: Playbook,
        _ installs: Set<StepID>,
        isBack: Bool
    ) {
        let all = hop.phases.flatMap { phase in
            phase.lanes.filter { $0.target == .host(host.name) }.map { lane in
                lane.steps.map { StepKey(hop: hop.id, phase: phase.id, step: $0, target: lane.target) }
            }
        }
        // What looks at every host or saves it before anything is installed says nothing of how far the host is.
        let lanes = all.drop { lane in !lane.contains { installs.contains($0.step) } }
        guard !lanes.isEmpty else { return nil }
        let keys = lanes.flatMap { $0 }
        let installing = keys.filter { installs.contains($0.step) }
        let daemons = installing.prefix(1)
        let (old, new) = isBack ? (hop.id.to, hop.id.from) : (hop.id.from, hop.id.to)
        self.host = host.name
        node = host.roles.contains(.worker) ? host.node : nil
        self.hop = hop.id.description
        let release = daemons.allSatisfy(state.done.contains) ? new : old
        version = playbook.releases[release]?.description ?? release.description
        if installing.contains(where: { state.inFlight[$0]?.intended != nil || state.unsettled[$0] != nil }) {
            packages = .inDoubt
        } else if installing.allSatisfy(state.done.contains) {
            packages = .installed
        } else {
            // Calico's come before those of Kubernetes where the hop begins with it.
            let isCalicoIn = all.joined().contains { $0.step == "calico-packages" && state.done.contains($0) }
            packages = isCalicoIn || installing.contains(where: state.done.contains) ? .partly : .notInstalled
        }
        let isOpen = { (lane: [StepKey]) in
            lane.contains { state.inFlight[$0] != nil }
                || lane.contains(where: state.isBehind) && !lane.allSatisfy(state.isBehind)
        }
        if let key = keys.first(where: { state.failed[$0] != nil }) {
            (standing, at) = (.failed, key.description)
        } else if let lane = lanes.first(where: isOpen) {
            let key = lane.first { state.inFlight[$0] != nil } ?? lane.first { !state.isBehind($0) }
            (standing, at) = (.inWork, key?.description)
        } else if let key = keys.first(where: { !state.isBehind($0) }) {
            (standing, at) = (keys.contains(where: state.isBehind) ? .partly : .toCome, key.description)
        } else {
            (standing, at) = (.done, nil)
        }
        let effects = state.ledger.entries.map(\.effect)
        isCordoned = effects.contains { effect in
            if case .cordon(host.node, _) = effect { true } else { false }
        }
        ours = effects.filter { effect in
            switch effect {
            case .mask(host.name, _), .pause(host.name, _), .liftedHold(host.name, _): true
            case .mask, .pause, .liftedHold, .cordon, .updateStrategy, .silence, .calicoPaused, .templateImage,
                .templateVariable:
                false
            }
        }.map(\.title)
    }
}

extension RunStory {
    /// Whether anything was begun on a worker, in the hop in hand, that a rollback takes back.
    ///
    /// That is its packages, or that its node is emptied; what is looked at, fetched or kept before is not.
    func hasChanged(_ host: HostStanding) -> Bool {
        attempts.contains { key, attempts in
            key.phase.kind == .workers && key.target == .host(host.host) && key.hop.description == host.hop
                && attempts.flatMap(\.deeds).contains { $0.action.isOfRollback }
        }
    }
}

extension Action {
    fileprivate var isOfRollback: Bool {
        switch self {
        case .cordon, .drain: true
        default: isForGood
        }
    }
}

extension HostStanding {
    /// What the host has in common with others that stand as it does; they are told on one line.
    private var words: String {
        let how =
            switch standing {
            case .done: "done"
            case .partly: "done so far"
            case .inWork: "half way, at \(at ?? "")"
            case .failed: "failed at \(at ?? "")"
            case .toCome: "not begun"
            }
        let installed =
            switch packages {
            case .installed: ""
            case .partly: ", some packages of the hop installed"
            case .inDoubt: ", in doubt whether the packages of the hop are installed"
            case .notInstalled: ", nothing of the hop installed"
            }
        return "\(version), \(how)\(installed)" + (isCordoned ? ", cordoned by this run" : "")
    }

    /// For people: hosts that stand alike on one line, in their order.
    static func lines(_ hosts: [HostStanding]) -> [String] {
        var groups: [(words: String, names: [String])] = []
        for host in hosts {
            // The step names its host, so that what is half way is never told together.
            if let index = groups.firstIndex(where: { $0.words == host.words }) {
                groups[index].names.append(host.host)
            } else {
                groups.append((host.words, [host.host]))
            }
        }
        return groups.map { group in
            // Enough to see which; the document for programs has them all.
            let most = 6
            let more = group.names.count > most ? " and \(group.names.count - most) more" : ""
            return "  \(group.names.prefix(most).joined(separator: ", "))\(more): \(group.words)"
        }
    }
}
