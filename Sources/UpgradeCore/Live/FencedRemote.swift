/// A remote that begins nothing on a host which has seen a newer fencing token, or which is another machine.
///
/// All that `LiveCluster` sends while it performs an action goes through here, looks included, so that an action which is
/// added later is fenced without having to say so.
struct FencedRemote: Remote {
    let base: any Remote
    let token: Int
    /// The machine-id that the host of the action had at the survey; `nil` for any.
    let machine: String?

    func run(_ command: Command, on host: Host, deadline: Duration) async throws(RemoteError) -> CommandResult {
        let result = try await base.run(
            Fence.around(command, token: token, machine: machine),
            on: host,
            deadline: deadline
        )
        if let seen = Fence.seen(result) { throw .fenced(host: host.name, seen: seen) }
        if let machine, let found = Fence.machine(result) {
            throw .anotherMachine(host: host.name, expected: machine, found: found)
        }
        return result
    }

    /// Asks the fence first; a copy cannot be held behind it.
    func upload(_ localPath: String, to path: String, on host: Host, deadline: Duration) async throws(RemoteError) {
        try await ask(host, deadline)
        try await base.upload(localPath, to: path, on: host, deadline: deadline)
    }

    /// Changes nothing on the host, and is not fenced; but what is kept as this host's must not come from another machine.
    func download(
        _ path: String,
        from host: Host,
        to localPath: String,
        needsRoot: Bool,
        deadline: Duration
    ) async throws(RemoteError) -> String {
        if machine != nil { try await ask(host, deadline) }
        return try await base.download(path, from: host, to: localPath, needsRoot: needsRoot, deadline: deadline)
    }

    private func ask(_ host: Host, _ deadline: Duration) async throws(RemoteError) {
        _ = try await run(Command("true", needsRoot: true), on: host, deadline: deadline)
    }

    func disconnect(_ host: Host) async { await base.disconnect(host) }

    func close() async { await base.close() }
}

extension LiveCluster {
    /// The same cluster, where every command is begun under the job's token and on its machine; without both the cluster
    /// as it is.
    func fenced(for job: JobID) -> LiveCluster {
        guard job.fence != nil || job.machine != nil else { return self }
        var fenced = self
        fenced.access.remote = FencedRemote(base: access.remote, token: job.fence ?? 0, machine: job.machine)
        fenced.api = APIAccess(access: fenced.access, hosts: api.hosts)
        return fenced
    }
}
