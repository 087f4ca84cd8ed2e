/// The snapshot that a plan leads etcd back to.
public struct EtcdRestoration: Hashable, Sendable, Codable {
    /// The etcd host that has it.
    public var host: String
    /// Where it is on that host, and is put on the others.
    public var path: String
    /// The SHA-256 of the very file that was proven.
    public var sha256: String
    /// The revision that it holds.
    public var revision: Int64
    /// The number of keys in it, as an etcd that ran on it has counted them.
    public var keys: Int64
    /// When it was saved, in seconds since 1970 by the operator's clock.
    public var saved: Double

    /// Makes a value.
    public init(host: String, path: String, sha256: String, revision: Int64, keys: Int64, saved: Double) {
        self.host = host
        self.path = path
        self.sha256 = sha256
        self.revision = revision
        self.keys = keys
        self.saved = saved
    }

    /// Why nothing may be started, nor given up, once the data of a member was moved and the restore has not come to its end.
    public static let halfMoved =
        "members of etcd may have different data: started now they would be two clusters, or one that has lost some"

    /// Where its copy is below the directory of the run.
    public var localPath: String {
        "snapshots/\(path.split(separator: "/").last ?? "")"
    }
}
