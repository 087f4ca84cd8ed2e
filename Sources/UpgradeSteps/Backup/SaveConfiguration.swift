import UpgradeCore

/// Saves the configuration of a host and copies it to the operator's machine.
struct SaveConfiguration: Step {
    let id: StepID = "save-configuration"
    let title = "Save and copy the configuration"

    /// Where archives are written on a host.
    static let directory = "/var/lib/upgrader/configuration"

    func longest(_ context: StepContext) -> Duration { context.playbook.deadlines.backup }

    func probes(_ context: StepContext) -> [Probe] {
        [.file(host: context.hostName, path: path(context)), .localFile(path: localPath(context))]
    }

    func actions(_ seen: Observation, _ context: StepContext) throws(StepError) -> [Action] {
        let host = context.hostName
        let sources = context.playbook.savedPaths
        guard !sources.isEmpty else { return [] }
        let path = path(context)
        let fetch = Action.fetch(host: host, path: path, localPath: localPath(context))
        guard let file = try seen.file(on: host, path: path) else {
            return [.archive(host: host, sources: sources, path: path), fetch]
        }
        return try seen.localFile(localPath(context))?.sha256 == file.sha256 ? [] : [fetch]
    }

    private func path(_ context: StepContext) -> String {
        "\(Self.directory)/\(context.run)-\(context.key.hop).tar.gz"
    }

    private func localPath(_ context: StepContext) -> String {
        "configuration/\(context.hostName)-\(context.key.hop).tar.gz"
    }
}
