public import UpgradeCore

/// Simulated, not real: a host that runs commands, and to and from which nothing is copied.
public protocol CommandRemote: Remote {}

extension CommandRemote {
    /// Copies nothing.
    ///
    /// - Throws: `RemoteError.copyFailed`, always.
    public func upload(
        _ localPath: String,
        to path: String,
        on host: Host,
        deadline: Duration
    ) async throws(RemoteError) {
        throw .copyFailed(host: host.name, path: path, reason: "nothing is uploaded")
    }

    /// Copies nothing.
    ///
    /// - Throws: `RemoteError.copyFailed`, always.
    public func download(
        _ path: String,
        from host: Host,
        to localPath: String,
        needsRoot: Bool,
        deadline: Duration
    ) async throws(RemoteError) -> String {
        throw .copyFailed(host: host.name, path: path, reason: "nothing is downloaded")
    }

    /// Does nothing.
    public func disconnect(_ host: Host) async {}

    /// Does nothing.
    public func close() async {}
}
