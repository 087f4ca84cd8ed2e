extension ClusterState {
    /// Which objects of the manifests of deployed releases the simulated cluster has: all but those that were lost.
    var helmPresence: HelmPresence {
        if let surveyedPresence { return surveyedPresence }
        var found: [String: HelmPresence.Release] = [:]
        // What Helm 3 keeps comes last, because that is what counts.
        for record in helm.records where record.status == "deployed" && record.problem == nil {
            let release = HelmPresence.Release(
                helm: 2,
                namespace: record.namespace,
                name: record.release,
                revision: record.revision
            )
            take(release, record.objects, &found)
        }
        for secret in helm.secrets where secret.status == "deployed" && secret.problem == nil {
            let release = HelmPresence.Release(
                helm: 3,
                namespace: secret.namespace,
                name: secret.release,
                revision: secret.revision
            )
            take(release, secret.objects, &found)
        }
        return HelmPresence(releases: found.values.sorted { ($0.namespace, $0.name) < ($1.namespace, $1.name) })
    }

    private func take(
        _ release: HelmPresence.Release,
        _ references: [ClusterObjects.Reference],
        _ found: inout [String: HelmPresence.Release]
    ) {
        if let known = found[release.path], known.helm == release.helm, known.revision > release.revision { return }
        var release = release
        for reference in references {
            let object = HelmManifestObject(
                apiVersion: reference.apiVersion,
                kind: reference.kind,
                namespace: release.namespace,
                name: reference.name
            )
            if unservedHelmKinds?.contains("\(object.apiVersion) \(object.kind)") == true {
                release.unserved.append(object)
            } else if lostHelmObjects?.contains(object.path) == true {
                release.absent.append(object)
            } else {
                release.present += 1
            }
        }
        found[release.path] = release
    }

    /// Takes over which package carries which program of Helm's.
    mutating func carryHelm(_ playbook: Playbook) {
        guard let helm = playbook.helm else { return }
        helmPackages = Dictionary(
            helm.asked.map { ($0.program.title, $0.package) },
            uniquingKeysWith: { first, _ in first }
        )
    }

    /// What a program of Helm's says: the version of its package, or of Tiller's image, unless it was said to lie.
    ///
    /// A program that no package of the simulated host carries says what it said when it was looked at.
    func helmVersion(of program: HelmProgram, on host: SimulatedHost, named name: String) -> HelmProgramVersion {
        let package = helmPackages?[program.title] ?? program.title
        let installed: KubernetesVersion? =
            switch program {
            case .client, .helmfile:
                host.packages[package].map { KubernetesVersion($0.version.upstream) }
                    ?? foundHelmVersions?["\(name) \(program.title)"].flatMap { KubernetesVersion($0) }
            case .tiller(let namespace):
                deployments["\(namespace)/\(HelmTiller.deployment)"]
                    .flatMap { $0.image.split(separator: ":").last }.flatMap { KubernetesVersion(String($0)) }
            }
        let said = saidHelmVersions?["\(name) \(program.title)"].map { KubernetesVersion($0) } ?? installed
        return HelmProgramVersion(version: said, text: said.map { "v\($0)" } ?? "")
    }
}
