/// A part of what Calico keeps, saved by itself.
public enum CalicoPart: String, Hashable, Sendable, Codable, CaseIterable {
    /// What `calicoctl get` gives, a file a kind, and the IPAM blocks that the Kubernetes API holds.
    case objects
    /// All of Calico's keys in etcd's v2 API, IPAM blocks included: no snapshot of etcd holds them.
    case etcdv2
    /// The same in etcd's v3 API.
    case etcdv3
}

/// A command of `calico-upgrade`.
///
/// - Source: projectcalico/calico-upgrade v1.0.5, pkg/commands
public enum CalicoStage: String, Hashable, Sendable, Codable, CaseIterable {
    /// Converts in memory and writes its reports; changes nothing.
    case validate
    /// Pauses the old store and writes the new one.
    case start
    /// Marks the new store ready: the point of no return.
    case complete
    /// Marks the old store ready again.
    case abort
}

/// An object of Calico, by what survives the conversion of its form.
public struct CalicoObject: Hashable, Sendable, Codable {
    /// Its kind as Calico 3 names it.
    public var kind: String
    /// Its name in its own store, for people: names are converted, too.
    public var name: String
    /// SHA-256 of what it says, written the same for both forms.
    public var digest: String

    /// Makes an object.
    public init(kind: String, name: String, digest: String) {
        self.kind = kind
        self.name = name
        self.digest = digest
    }
}

/// What Calico keeps in one API of etcd.
public struct CalicoStore: Hashable, Sendable, Codable {
    /// Whether Calico may write and follow it; `nil` where it does not say.
    public var isReady: Bool?
    /// The version that Calico has written there last; `nil` where none stands.
    public var version: String?
    /// Its objects.
    public var objects: [CalicoObject]

    /// Makes a store.
    public init(isReady: Bool? = nil, version: String? = nil, objects: [CalicoObject] = []) {
        self.isReady = isReady
        self.version = version
        self.objects = objects
    }
}

/// Both stores of a Calico that moves from etcd's v2 API to its v3 API.
public struct CalicoStores: Hashable, Sendable, Codable {
    /// In etcd's v2 API; `nil` where there is nothing of Calico, or no such API.
    public var old: CalicoStore?
    /// In etcd's v3 API; `nil` where there is nothing of Calico.
    public var new: CalicoStore?

    /// Makes a pair.
    public init(old: CalicoStore? = nil, new: CalicoStore? = nil) {
        self.old = old
        self.new = new
    }

    /// Whether the new one is in charge for good.
    public var isComplete: Bool { new?.isReady == true }

    /// Whether the old one is paused and the new one not ready: a migration is under way.
    public var isPaused: Bool { old?.isReady == false && !isComplete }

    /// Whether a calico-node of Calico 3 has begun to work with the new one: it then writes its version there.
    ///
    /// - Source: projectcalico/node v3.0, pkg/startup: EnsureInitialized with its own version
    public var isInUse: Bool {
        let digits = new?.version?.drop { $0 == "v" }.prefix { $0 != "." }
        return digits.flatMap { Int($0) }.map { $0 >= 3 } ?? false
    }

    /// What one store holds and the other does not, in words; empty where both hold the same.
    public var differences: [String] {
        let (before, after) = (old?.objects ?? [], new?.objects ?? [])
        return Self.missing(before, in: after).map { "\($0.kind) \($0.name) is not in etcd's v3 API as in its v2 API" }
            + Self.missing(after, in: before).map { "\($0.kind) \($0.name) is only in etcd's v3 API" }
    }

    /// As often as an object is more in `some` than in `others`: two may say the same.
    private static func missing(_ some: [CalicoObject], in others: [CalicoObject]) -> [CalicoObject] {
        var left: [String: Int] = [:]
        for object in others { left["\(object.kind) \(object.digest)", default: 0] += 1 }
        return some.filter { object in
            let key = "\(object.kind) \(object.digest)"
            left[key, default: 0] -= 1
            return left[key, default: 0] < 0
        }
        .sorted { ($0.kind, $0.name) < ($1.kind, $1.name) }
    }
}
