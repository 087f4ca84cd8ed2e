import UpgradeCore

/// Whether the programs that later steps ask are what these steps take them for: found before anything is changed.
///
/// A program says the version of the package that is installed now, else another one is found first, or the playbook names
/// another. Where the client that asks Tiller comes with no package of the run, it has to be there already.
struct HelmProgramsAhead {
    private let context: StepContext
    /// The releases whose programs are still to come.
    private let releases: [MinorRelease]

    init(_ context: StepContext) {
        self.context = context
        let packages = context.playbook.helm?.asked.flatMap { Array($0.versions.keys) } ?? []
        let tags = context.playbook.helm.map { Array($0.versions.keys) } ?? []
        releases = context.ahead(Set(packages + tags))
    }

    /// The programs that are still to come, on each host that has Helm's packages.
    private var coming: [(host: String, asked: HelmAskedProgram)] {
        let asked = (context.playbook.helm?.asked ?? []).filter { one in
            releases.contains { one.versions[$0] != nil }
        }
        return context.playbook.helmHosts.flatMap { host in asked.map { (host.name, $0) } }
    }

    /// The tags of Tillers that are still to be asked; empty where none is.
    private var tillers: [KubernetesVersion] {
        guard let helm = context.playbook.helm, helm.asksTiller, !helm.tillerNamespaces.isEmpty else { return [] }
        return releases.filter { release in helm.cleanup.map { release <= $0.at } ?? true }
            .compactMap { helm.versions[$0] }.compactMap { KubernetesVersion($0.tag) }
    }

    /// The host that Tiller is asked from.
    private var asking: String { context.playbook.hosts(.controlPlane).first?.name ?? "" }

    /// Whether the client that asks Tiller comes to that host with the run.
    private var brings: Bool {
        context.playbook.helmHosts.contains { $0.name == asking } && context.playbook.helm?.packages.isEmpty == false
    }

    private var client: HelmProgram { .client(context.playbook.helm?.tillerClient ?? "") }

    var probes: [Probe] {
        let found = coming.flatMap { host, one -> [Probe] in
            [.packages(host: host, names: [one.package]), .helmVersion(host: host, of: one.program)]
        }
        let asked: [Probe] = tillers.isEmpty || brings ? [] : [.helmVersion(host: asking, of: client)]
        return found + asked.filter { !found.contains($0) }
    }

    /// - Throws: the first program that is another one.
    func check(_ seen: Observation) throws(StepError) {
        for (host, one) in coming {
            // One that is not there yet comes with its package; one whose package says no version cannot be told.
            guard let package = try seen.packages(on: host, names: [one.package])[one.package],
                let version = KubernetesVersion(package.version.upstream)
            else { continue }
            let said = try seen.helmVersion(of: one.program, on: host)
            guard said.version != version else { continue }
            throw .unmet(
                .helmProgram(
                    program: name(one.program),
                    host: host,
                    said: said.text,
                    needs: "v\(version), as its package \(one.package) is,"
                )
            )
        }
        guard let tiller = tillers.first, !brings else { return }
        let said = try seen.helmVersion(of: client, on: asking)
        guard said.version?.release.major != tiller.release.major else { return }
        throw .unmet(
            .helmProgram(
                program: client.title,
                host: asking,
                said: said.text,
                needs: "Helm \(tiller.release.major), by which Tiller is asked,"
            )
        )
    }

    private func name(_ program: HelmProgram) -> String {
        program == .helmfile ? context.playbook.helm?.helmfile?.program ?? program.title : program.title
    }
}
