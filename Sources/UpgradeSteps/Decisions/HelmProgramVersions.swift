import UpgradeCore

/// Which version programs of Helm's have to say that they are, asked on one host.
struct HelmProgramVersions {
    /// A program, and the version that it has to be.
    private struct Wanted {
        var program: HelmProgram
        var version: KubernetesVersion
    }

    private let host: String
    private let wanted: [Wanted]

    /// Those of the packages that the lane of the step installs.
    init(installedBy context: StepContext) {
        host = context.hostName
        wanted = (context.playbook.helm?.asked ?? []).compactMap { one in
            let version = one.versions[context.componentRelease].flatMap { KubernetesVersion($0.upstream) }
            return version.map { Wanted(program: one.program, version: $0) }
        }
    }

    /// Each Tiller, where the playbook has it asked.
    init(ofTillersIn namespaces: [String], _ context: StepContext) {
        host = context.playbook.hosts(.controlPlane).first?.name ?? ""
        let helm = context.playbook.helm
        let tag = helm?.versions[context.componentRelease]?.tag
        guard helm?.asksTiller == true, let version = tag.flatMap({ KubernetesVersion($0) }) else {
            wanted = []
            return
        }
        wanted = namespaces.map { Wanted(program: .tiller(namespace: $0), version: version) }
    }

    /// Whether nobody is asked.
    var isEmpty: Bool { wanted.isEmpty }

    var probes: [Probe] { wanted.map { .helmVersion(host: host, of: $0.program) } }

    func readings(_ seen: Observation) throws(StepError) -> [GateReading] {
        var readings: [GateReading] = []
        for one in wanted {
            let said = try seen.helmVersion(of: one.program, on: host)
            readings.append(
                GateReading(
                    "version of \(one.program.title)",
                    said.text.isEmpty ? "it says none" : said.text,
                    needs: "v\(one.version)"
                )
            )
        }
        return readings
    }

    /// The first that is another version.
    func unmet(_ seen: Observation) throws(StepError) -> Unmet? {
        for one in wanted {
            let said = try seen.helmVersion(of: one.program, on: host)
            guard said.version != one.version else { continue }
            return .helmVersion(program: one.program.title, host: host, said: said.text, needs: "v\(one.version)")
        }
        return nil
    }
}

/// Which files of helmfile have to name Helm 3 by hand, once it stands beside Helm 2.
struct HelmBinaries {
    let readings: [GateReading]

    /// None where Helm 3 comes in the package of Helm 2, or helmfile has no such files.
    init(_ options: HelmOptions) {
        guard let name = options.helm3?.program ?? options.helm3?.packages.first else {
            readings = []
            return
        }
        readings = options.environments.map { file in
            var reading = GateReading("helmBinary in \(file)", "for its owner to set", needs: name)
            reading.lacks = true
            return reading
        }
    }
}
