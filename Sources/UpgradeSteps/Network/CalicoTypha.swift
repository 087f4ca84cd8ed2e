import UpgradeCore

/// Brings Typha to the image of the hop's Calico and waits until all its replicas are available, before the first node.
///
/// Its replicas are replaced as its Deployment says; `CalicoAhead` has refused one that would lose more than one at a time.
struct CalicoTypha: Step {
    let id: StepID = "calico-typha"
    let title = "Roll out Typha before the nodes"

    func probes(_ context: StepContext) -> [Probe] {
        CalicoTarget(context).flatMap { $0.typha?.probe }.map { [$0] } ?? []
    }

    func actions(_ seen: Observation, _ context: StepContext) throws(StepError) -> [Action] {
        guard let calico = CalicoTarget(context), let typha = calico.typha else { return [] }
        let namespace = calico.options.namespace
        guard let state = try seen.deployment(typha.options.deployment, in: namespace) else {
            throw .unmet(
                .workloadMissing(kind: "Deployment", namespace: namespace, name: typha.options.deployment)
            )
        }
        if typha.images.contains(state.image) { return [] }
        return [
            .setDeploymentImage(
                namespace: namespace,
                deployment: typha.options.deployment,
                container: typha.options.container,
                image: typha.image
            )
        ]
    }

    func gate(_ context: StepContext) -> Gate? {
        guard let calico = CalicoTarget(context), let typha = calico.typha else { return nil }
        let (namespace, name) = (calico.options.namespace, typha.options.deployment)
        @Sendable func available(_ state: DeploymentState?) -> Int {
            state.map { typha.images.contains($0.image) ? $0.updatedAndAvailable : 0 } ?? 0
        }
        return Gate(
            probes: [typha.probe],
            deadline: context.playbook.deadlines.nodeReady,
            interval: GateInterval.node,
            measured: { (seen) throws(StepError) in
                let state = try seen.deployment(name, in: namespace)
                return [GateReading("pods of Typha available", available(state), of: state?.replicas ?? 1)]
            },
            verdict: { (seen) throws(StepError) -> Verdict in
                guard let state = try seen.deployment(name, in: namespace), available(state) >= state.replicas else {
                    return .waiting(
                        .workloadNotReady(kind: "Deployment", namespace: namespace, name: name, on: nil)
                    )
                }
                return .open
            }
        )
    }
}
