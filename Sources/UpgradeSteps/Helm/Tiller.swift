import UpgradeCore

/// Brings every Tiller to the image planned for the hop and waits until it is rolled out.
struct Tiller: Step {
    let id: StepID = "tiller"
    let title = "Roll out Tiller"

    /// What `helm init` names the Deployment and its container (Helm 2, cmd/helm/installer/install.go).
    static let deployment = "tiller-deploy"
    static let container = "tiller"

    func probes(_ context: StepContext) -> [Probe] {
        namespaces(context).map { .deployment(namespace: $0, name: Self.deployment) }
    }

    func actions(_ seen: Observation, _ context: StepContext) throws(StepError) -> [Action] {
        guard let wanted = image(context) else { return [] }
        var actions: [Action] = []
        for namespace in namespaces(context) {
            guard let state = try seen.deployment(Self.deployment, in: namespace) else {
                throw .unmet(.workloadMissing(kind: "Deployment", namespace: namespace, name: Self.deployment))
            }
            if state.image != wanted {
                actions.append(
                    .setDeploymentImage(
                        namespace: namespace,
                        deployment: Self.deployment,
                        container: Self.container,
                        image: wanted
                    )
                )
            }
        }
        return actions
    }

    func gate(_ context: StepContext) -> Gate? {
        guard let wanted = image(context) else { return nil }
        let namespaces = namespaces(context)
        let asked = HelmProgramVersions(ofTillersIn: namespaces, context)
        return Gate(
            probes: probes(context) + asked.probes,
            deadline: context.playbook.deadlines.daemon,
            interval: GateInterval.daemon,
            measured: { (seen) throws(StepError) in
                var readings: [GateReading] = []
                for namespace in namespaces {
                    let state = try seen.deployment(Self.deployment, in: namespace)
                    let pods = state.map { $0.image == wanted ? $0.updatedAndAvailable : 0 } ?? 0
                    let what = "pods of \(namespace)/\(Self.deployment) available at \(wanted)"
                    readings.append(GateReading(what, pods, of: state?.replicas ?? 1))
                }
                return readings + (try asked.readings(seen))
            },
            verdict: { (seen) throws(StepError) -> Verdict in
                for namespace in namespaces {
                    let state = try seen.deployment(Self.deployment, in: namespace)
                    guard let state, state.image == wanted, state.updatedAndAvailable >= state.replicas else {
                        return .waiting(
                            .workloadNotReady(
                                kind: "Deployment",
                                namespace: namespace,
                                name: Self.deployment,
                                on: nil
                            )
                        )
                    }
                }
                // One that has just started may not answer yet.
                return try asked.unmet(seen).map { .waiting($0) } ?? .open
            }
        )
    }

    private func namespaces(_ context: StepContext) -> [String] {
        context.playbook.helm?.tillerNamespaces ?? []
    }

    private func image(_ context: StepContext) -> String? {
        guard let helm = context.playbook.helm, helm.rollsTiller(at: context.componentRelease),
            let version = helm.versions[context.componentRelease]
        else { return nil }
        return "\(helm.image):\(version.tag)"
    }
}
