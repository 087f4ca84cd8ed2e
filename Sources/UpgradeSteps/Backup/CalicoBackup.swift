import UpgradeCore

/// Saves what Calico keeps, before anything moves it, and copies it to the operator's machine: the objects that calicoctl
/// gives, and all its keys in etcd, of which the IPAM blocks are given by nothing else.
///
/// A snapshot of etcd has no keys of the v2 API, where Calico 2 keeps its own.
struct CalicoBackup: Step {
    let id: StepID = "calico-backup"
    let title = "Save and copy what Calico keeps"

    /// Where archives are written on a host.
    static let directory = "/var/lib/upgrader/calico"

    func longest(_ context: StepContext) -> Duration { context.playbook.deadlines.backup }

    func probes(_ context: StepContext) -> [Probe] {
        guard let options = context.playbook.calico else { return [] }
        return CalicoAhead.probes(options, context.playbook)
            + CalicoPart.allCases.flatMap { part -> [Probe] in
                [
                    .file(host: host(part, context), path: path(part, context)),
                    .localFile(path: localPath(part, context)),
                ]
            }
    }

    func actions(_ seen: Observation, _ context: StepContext) throws(StepError) -> [Action] {
        guard let options = context.playbook.calico else { return [] }
        let found = try CalicoAhead.found(seen, options, context.playbook)
        var actions: [Action] = []
        for part in CalicoAhead.parts(found.version, found.datastore) {
            let (host, path, localPath) = (host(part, context), path(part, context), localPath(part, context))
            let file = try seen.file(on: host, path: path)
            if file == nil { actions.append(.saveCalico(host: host, path: path, part: part)) }
            let copy = try seen.localFile(localPath)
            if file == nil || copy?.sha256 != file?.sha256 {
                actions.append(.fetch(host: host, path: path, localPath: localPath))
            }
        }
        return actions
    }

    private func host(_ part: CalicoPart, _ context: StepContext) -> String {
        part == .objects ? context.playbook.calicoHost : context.playbook.calicoStoreHost
    }

    private func path(_ part: CalicoPart, _ context: StepContext) -> String {
        "\(Self.directory)/\(context.run)-\(name(part, context))"
    }

    private func localPath(_ part: CalicoPart, _ context: StepContext) -> String {
        "calico/\(name(part, context))"
    }

    private func name(_ part: CalicoPart, _ context: StepContext) -> String {
        // The first of a hop is a phase of its own; each later roll of a release saves what the one before it has left.
        let roll = context.key.phase == PhaseName.networkBackup ? "" : "-\(context.key.phase)"
        return "\(context.key.hop)\(roll)-\(part)" + (part == .objects ? ".tar.gz" : ".json.gz")
    }
}
