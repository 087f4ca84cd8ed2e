/// The lines that lead etcd back to a snapshot: the one place that knows their argv.
struct RestoreCommands {
    private let playbook: Playbook

    init(_ playbook: Playbook) {
        self.playbook = playbook
    }

    /// Where a file is sent to: the login need not be root, and /var/tmp outlasts a restart and is no memory.
    static func sent(_ sum: String) -> String { "/var/tmp/upgrader-\(sum)" }

    /// The parameters of the question how far the restore of a run has come on a host.
    func question(_ mark: String) -> [String] { [directory(mark)] + etcd }

    func lines(_ action: Action) -> [RenderedCommand] {
        switch action {
        case .placeFile(let host, let localPath, let path, let sum):
            let sent = Self.sent(sum)
            let copy = Command(["copy", localPath, "of", "this", "machine", "to", sent])
            return [
                RenderedCommand(host: host, command: copy, means: .copy),
                job(host, RestoreScripts.place, "place-file", [sent, path, sum]),
            ]
        case .stageEtcd(let host, let path, let sum, let mark):
            return [job(host, RestoreScripts.stage, "stage-etcd", [directory(mark)] + etcd + [path, sum, mark])]
        case .swapEtcd(let host, let mark):
            return [job(host, RestoreScripts.swap, "swap-etcd", [directory(mark), mark])]
        case .restartAll(let host, let units, let receipt):
            return [job(host, RestoreScripts.restartAll, "restart-all", [receipt] + units)]
        default:
            preconditionFailure("not an action of a restore")
        }
    }

    private func directory(_ mark: String) -> String { "\(HostPlace.restore)/\(mark)" }

    /// The address of the member on its own host, and where its credentials are.
    private var etcd: [String] {
        let options = playbook.etcd
        return [options.endpoint, options.cacert ?? "", options.cert ?? "", options.key ?? ""]
    }

    private func job(_ host: String, _ text: String, _ name: String, _ words: [String]) -> RenderedCommand {
        let command = Command(["/bin/sh", "-c", text, "upgrader-\(name)"] + words, needsRoot: true)
        return RenderedCommand(host: host, command: command, means: .job)
    }
}
