/// The lines that ask and change Calico's own data: the one place that knows their argv.
///
/// What they read and write passes through files of the host; no word of a command holds any.
struct CalicoCommands {
    private let playbook: Playbook

    init(_ playbook: Playbook) {
        self.playbook = playbook
    }

    /// The parameters of the scripts that ask etcd on its own host: its address, and where its credentials are.
    var stores: [String] {
        let etcd = playbook.etcd
        return [etcd.endpoint, etcd.cacert ?? "", etcd.cert ?? "", etcd.key ?? ""]
    }

    func line(_ action: Action) -> RenderedCommand {
        switch action {
        case .saveCalico(let host, let path, .objects):
            let kubectl = Kubectl(playbook).brief([]).words
            return script(host, CalicoScripts.saveObjects, "save-calico", [path] + kubectl, .job)
        case .saveCalico(let host, let path, let part):
            return script(host, CalicoScripts.saveStore, "save-calico-store", [path, part.rawValue] + stores, .job)
        case .migrateCalico(let host, _, let stage, let mark):
            // A pause may have to end after the playbook has lost its migration.
            let options = playbook.calico?.migration ?? CalicoMigrationOptions(at: playbook.target)
            let words = [
                stage.rawValue, HostPlace.calico, mark, options.oldConfiguration, options.newConfiguration,
            ]
            return script(host, CalicoScripts.migrate, "calico-upgrade", words, .job)
        case .switchCalico(let host):
            return script(host, CalicoScripts.change, "calico-switch", [], .call)
        default:
            preconditionFailure("not an action on Calico's data")
        }
    }

    private func script(
        _ host: String,
        _ text: String,
        _ name: String,
        _ words: [String],
        _ means: RenderedCommand.Means
    ) -> RenderedCommand {
        let command = Command(["/bin/sh", "-c", text, "upgrader-\(name)"] + words, needsRoot: true)
        return RenderedCommand(host: host, command: command, means: means)
    }
}
