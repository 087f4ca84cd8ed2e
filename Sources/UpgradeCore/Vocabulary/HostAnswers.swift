/// A number of bytes.
public struct ByteCount: Hashable, Sendable, Codable, Comparable {
    /// The number.
    public var bytes: Int64

    /// Makes a count of bytes.
    public init(bytes: Int64) { self.bytes = bytes }

    /// Makes a count of mebibytes.
    public static func mebibytes(_ count: Int64) -> ByteCount { ByteCount(bytes: count << 20) }

    /// Orders by number.
    public static func < (left: ByteCount, right: ByteCount) -> Bool { left.bytes < right.bytes }
}

extension ByteCount: CustomStringConvertible {
    /// The count in MiB, rounded down.
    public var description: String { "\(bytes >> 20) MiB" }
}

/// Who a host is.
public struct HostIdentity: Hashable, Sendable, Codable {
    /// The content of `/etc/machine-id`.
    public var machineID: String
    /// How far the host's clock is ahead of the operator's, in seconds; negative when behind.
    public var clockOffset: Double
    /// The release of the running kernel.
    public var kernel: String
    /// Whether the login is root or `sudo -n` is granted.
    public var hasRoot: Bool

    /// Makes an identity.
    public init(machineID: String, clockOffset: Double = 0, kernel: String = "", hasRoot: Bool = true) {
        self.machineID = machineID
        self.clockOffset = clockOffset
        self.kernel = kernel
        self.hasRoot = hasRoot
    }
}

/// A package as dpkg sees it.
public struct InstalledPackage: Hashable, Sendable, Codable {
    /// The version; for a package that is only half installed, the version it was being brought to.
    public var version: PackageVersion
    /// Whether it is unpacked and configured (`install ok installed` or `hold ok installed`).
    public var isConfigured: Bool
    /// Whether `apt-mark hold` is set.
    public var isHeld: Bool

    /// Makes a package state.
    public init(version: PackageVersion, isConfigured: Bool = true, isHeld: Bool = false) {
        self.version = version
        self.isConfigured = isConfigured
        self.isHeld = isHeld
    }
}

/// The state of dpkg on a host.
public struct PackageSystemState: Hashable, Sendable, Codable {
    /// What `dpkg --audit` prints; empty when all is well.
    public var audit: String
    /// Who holds dpkg's lock, such as `apt-get (pid 714)`; `nil` when nobody does.
    public var lockHolder: String?

    /// Makes a state.
    public init(audit: String = "", lockHolder: String? = nil) {
        self.audit = audit
        self.lockHolder = lockHolder
    }
}

/// A systemd unit on a host.
public struct UnitState: Hashable, Sendable, Codable {
    /// Whether systemd knows the unit (masked counts as known).
    public var exists: Bool
    /// Whether its `ActiveState` is `active`.
    public var isActive: Bool
    /// Whether it is masked.
    public var isMasked: Bool
    /// The version that the program of its main process prints; `nil` when nothing runs or it prints none.
    ///
    /// Read from the running process, not from the file on disk: an installed package is not a running one.
    public var runningVersion: KubernetesVersion?
    /// Seconds since it became active; `nil` when it is not, or systemd does not say.
    public var activeSeconds: Double?

    /// Makes a state.
    public init(
        exists: Bool = true,
        isActive: Bool,
        isMasked: Bool = false,
        runningVersion: KubernetesVersion? = nil,
        activeSeconds: Double? = nil
    ) {
        self.exists = exists
        self.isActive = isActive
        self.isMasked = isMasked
        self.runningVersion = runningVersion
        self.activeSeconds = activeSeconds
    }
}

/// An etcd member, as it sees itself.
public struct EtcdMemberState: Hashable, Sendable, Codable {
    /// Whether the member answers a linearized read (`etcdctl endpoint health`).
    public var isHealthy: Bool
    /// Whether it leads.
    public var isLeader: Bool
    /// The server's version, such as `3.4.23`.
    public var version: String
    /// The size of its database.
    public var databaseSize: ByteCount
    /// At which size it takes no more writes; `nil` where it has no such limit, or that was not asked.
    public var quota: ByteCount?
    /// The number of members that it knows of.
    public var memberCount: Int
    /// Alarms raised, such as `NOSPACE`; empty when all is well.
    public var alarms: [String]

    /// Makes a state.
    public init(
        isHealthy: Bool,
        isLeader: Bool = false,
        version: String,
        databaseSize: ByteCount = ByteCount(bytes: 0),
        quota: ByteCount? = nil,
        memberCount: Int,
        alarms: [String] = []
    ) {
        self.isHealthy = isHealthy
        self.isLeader = isLeader
        self.version = version
        self.databaseSize = databaseSize
        self.quota = quota
        self.memberCount = memberCount
        self.alarms = alarms
    }
}

/// An etcd snapshot that `etcdctl snapshot status` has verified.
public struct SnapshotStatus: Hashable, Sendable, Codable {
    /// The hash that etcdctl computes over the content, in hexadecimal.
    public var hash: String
    /// The revision that the snapshot holds.
    public var revision: Int64
    /// The number of keys in it.
    public var totalKeys: Int64
    /// What an etcd that ran on it answered; `nil` while none has.
    public var proof: SnapshotProof?

    /// Makes a status.
    public init(hash: String, revision: Int64, totalKeys: Int64, proof: SnapshotProof? = nil) {
        self.hash = hash
        self.revision = revision
        self.totalKeys = totalKeys
        self.proof = proof
    }
}

/// What an etcd that was started on a restored snapshot answered.
public struct SnapshotProof: Hashable, Sendable, Codable {
    /// SHA-256 of the snapshot that was restored, in lowercase hexadecimal.
    public var sha256: String
    /// The revision of the restored store.
    public var revision: Int64
    /// The revision at which the key that was read back was last written.
    public var knownKey: Int64
    /// The number of keys in the restored store.
    public var keys: Int64

    /// Makes a proof.
    public init(sha256: String, revision: Int64, knownKey: Int64, keys: Int64) {
        self.sha256 = sha256
        self.revision = revision
        self.knownKey = knownKey
        self.keys = keys
    }
}

/// A file on a host or on the operator's machine.
public struct FileState: Hashable, Sendable, Codable {
    /// SHA-256 of its content in lowercase hexadecimal.
    public var sha256: String
    /// Its size.
    public var size: ByteCount

    /// Makes a state.
    public init(sha256: String, size: ByteCount) {
        self.sha256 = sha256
        self.size = size
    }
}
