/// What a host keeps of an effect of a run: written by the command that makes the effect, before it, and removed by the
/// command that takes the effect back.
///
/// So a lost state directory leaves nothing of ours unknown, and a kill in between at most a mark without an effect.
public struct HostMark: Hashable, Sendable, Codable {
    /// What was done to the object; stands in the file's name.
    public enum Kind: String, Hashable, Sendable, Codable, CaseIterable {
        /// The unit was masked.
        case mask
        /// The unit was stopped and masked.
        case pause
        /// The package's hold was lifted.
        case unhold
    }

    /// Whether the effect is still there and as it was made.
    public enum Standing: String, Hashable, Sendable, Codable {
        /// It is there, unchanged.
        case ours
        /// It is not there: it was taken back, or never came about.
        case gone
        /// Something like it is there that somebody else has made.
        case theirs
        /// It is there, unchanged, and to undo it now would do harm.
        case kept
    }

    /// What was done.
    public var kind: Kind
    /// The unit or the package.
    public var object: String
    /// The run that did it.
    public var run: String
    /// The step of the run, as its journal named it.
    public var step: String
    /// How the effect stands now.
    public var standing: Standing

    /// Makes a mark.
    public init(kind: Kind, object: String, run: String, step: String, standing: Standing) {
        self.kind = kind
        self.object = object
        self.run = run
        self.step = step
        self.standing = standing
    }

    /// The effect that it tells of.
    public func effect(on host: String) -> SideEffect {
        switch kind {
        case .mask: .mask(host: host, unit: object)
        case .pause: .pause(host: host, unit: object)
        case .unhold: .liftedHold(host: host, package: object)
        }
    }
}

/// A DaemonSet whose update strategy a run has set, as its annotations tell.
public struct MarkedDaemonSet: Hashable, Sendable, Codable {
    /// Its namespace.
    public var namespace: String
    /// Its name.
    public var name: String
    /// Its update strategy now.
    public var strategy: String
    /// The run that set it.
    public var run: String
    /// What it was before.
    public var prior: String
    /// How many of its pods are not of its template; `nil` where the controller has not looked yet.
    public var outdated: Int?

    /// Makes a value.
    public init(
        namespace: String,
        name: String,
        strategy: String,
        run: String,
        prior: String,
        outdated: Int? = nil
    ) {
        self.outdated = outdated
        self.namespace = namespace
        self.name = name
        self.strategy = strategy
        self.run = run
        self.prior = prior
    }

    /// The effect that the annotations tell of.
    public var effect: SideEffect {
        .updateStrategy(namespace: namespace, daemonSet: name, set: DaemonSetState.held, prior: prior)
    }
}

extension DaemonSetState {
    /// The strategy under which a DaemonSet replaces no pod by itself, which a run sets for a time.
    public static let held = "OnDelete"
}

extension SideEffect {
    /// Where a host keeps its mark; `nil` for what is marked in the API, or in an Alertmanager.
    public var hostMark: (host: String, kind: HostMark.Kind, object: String)? {
        switch self {
        case .mask(let host, let unit): (host, .mask, unit)
        case .pause(let host, let unit): (host, .pause, unit)
        case .liftedHold(let host, let package): (host, .unhold, package)
        case .cordon, .updateStrategy, .silence, .calicoPaused, .templateImage, .templateVariable: nil
        }
    }

    /// Whether its mark stays when somebody else has changed the effect, so that it has to be taken away by itself.
    var leavesMark: Bool {
        if case .updateStrategy = self { true } else { hostMark != nil }
    }

    /// Whether its mark may have stayed, although the effect is not ours any more, by the answer to `probe`; `nil` where none was had.
    func mayLeaveMark(_ answer: Answer?) -> Bool {
        if case .cordon(_, let mark) = self, case .node(let node)? = answer { return node?.cordonMark == mark }
        return leavesMark
    }
}

extension Action {
    /// The effect that the action takes back on a host, whose mark goes with it.
    var takesBack: SideEffect? {
        switch self {
        case .unmask(let host, let unit): .mask(host: host, unit: unit)
        case .unpause(let host, let unit): .pause(host: host, unit: unit)
        case .hold(let host, let package): .liftedHold(host: host, package: package)
        case .dropMark(let effect) where effect.hostMark != nil: effect
        default: nil
        }
    }
}
