/// The lines that ask and change Calico's own data, and fetch its image: the one place that knows their argv.
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
        case .restart(let host, let unit):
            return script(host, CalicoNodeScripts.restart, "restart-calico", [unit], .job)
        case .pullImage(let host, let image, let client):
            return RenderedCommand(
                host: host,
                command: Command(Self.pull(image, client), needsRoot: true),
                means: .job
            )
        default:
            preconditionFailure("not an action on Calico")
        }
    }

    /// The words of a client that fetches an image into the store that pods are started from.
    ///
    /// - Source: cri-tools cmd/crictl/image.go; containerd cmd/ctr/commands/images/pull.go, pkg/cri/constants (`k8s.io`)
    private static func pull(_ image: String, _ client: ImageClient) -> [String] {
        switch client {
        case .crictl, .docker: [client.rawValue, "pull", image]
        case .ctr: [client.rawValue, "--namespace", "k8s.io", "images", "pull", withRegistry(image)]
        }
    }

    /// The image as ctr and containerd's store name it: what names no registry is of Docker Hub.
    ///
    /// - Source: distribution/reference normalize.go, splitDockerDomain
    static func withRegistry(_ image: String) -> String {
        guard let slash = image.firstIndex(of: "/") else { return "docker.io/library/\(image)" }
        let first = image[..<slash]
        return first.contains(".") || first.contains(":") || first == "localhost" ? image : "docker.io/\(image)"
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
