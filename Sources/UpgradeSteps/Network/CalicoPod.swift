import UpgradeCore

/// Replaces Calico's pod on one worker, and waits until the new one is Ready and the node is connected as before the run.
struct CalicoPod: Step {
    let id: StepID = "calico-pod"
    let title = "Replace Calico's pod on the node"

    let renews: StepID? = ClusterHealth.look

    func probes(_ context: StepContext) -> [Probe] {
        CalicoTarget(context).map { [$0.probe] } ?? []
    }

    func actions(_ seen: Observation, _ context: StepContext) throws(StepError) -> [Action] {
        guard let calico = CalicoTarget(context) else { return [] }
        let state = try calico.daemonSet(seen)
        if calico.isPassed(image: state.image) { return [] }
        // With the old image in the template, the replacement would be old as well.
        guard state.image == calico.image else { throw .unmet(Self.notReady(calico, context)) }
        guard let pod = state.pods[context.nodeName], pod.image != calico.image, !pod.isTerminating else { return [] }
        return [.deletePod(namespace: pod.namespace, name: pod.name, uid: pod.uid)]
    }

    func gate(_ context: StepContext) -> Gate? {
        guard let calico = CalicoTarget(context) else { return nil }
        let node = context.nodeName
        return CalicoGate(context).gate(
            [calico.probe],
            measured: { (seen) throws(StepError) in
                let state = try calico.daemonSet(seen)
                let pod = state.pods[node]
                let isPassed = calico.isPassed(image: state.image)
                return [
                    isPassed
                        ? GateReading("Calico's image in its DaemonSet", state.image, needs: state.image)
                        : GateReading("Calico's image", pod?.image ?? "no pod", needs: calico.image),
                    GateReading(
                        "Calico's pod",
                        pod.map { $0.isTerminating ? "ending" : $0.isReady ? "Ready" : "not Ready" } ?? "none",
                        needs: "Ready"
                    ),
                ]
            },
            unmet: { (seen) throws(StepError) -> Unmet? in
                let state = try calico.daemonSet(seen)
                let isPassed = calico.isPassed(image: state.image)
                guard let pod = state.pods[node], pod.image == calico.image || isPassed, pod.isReady,
                    !pod.isTerminating
                else { return Self.notReady(calico, context) }
                return nil
            }
        )
    }

    private static func notReady(_ calico: CalicoTarget, _ context: StepContext) -> Unmet {
        .workloadNotReady(
            kind: "DaemonSet",
            namespace: calico.options.namespace,
            name: calico.options.daemonSet,
            on: context.nodeName
        )
    }
}
