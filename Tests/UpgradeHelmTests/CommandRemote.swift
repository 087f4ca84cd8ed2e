import UpgradeCore

/// Simulated, not real: a host that runs commands, and to and from which nothing is copied.
protocol CommandRemote: Remote {}

extension CommandRemote {
    func upload(
        _ localPath: String,
        to path: String,
        on host: UpgradeCore.Host,
        deadline: Duration
    ) async throws(RemoteError) {
        throw .copyFailed(host: host.name, path: path, reason: "nothing is uploaded")
    }

    func download(
        _ path: String,
        from host: UpgradeCore.Host,
        to localPath: String,
        needsRoot: Bool,
        deadline: Duration
    ) async throws(RemoteError) -> String {
        throw .copyFailed(host: host.name, path: path, reason: "nothing is downloaded")
    }

    func disconnect(_ host: UpgradeCore.Host) async {}
    func close() async {}
}
