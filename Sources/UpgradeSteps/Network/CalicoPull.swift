import UpgradeCore

/// Fetches Calico's new image to a worker before the first pod anywhere is replaced or the first unit restarted, so that none
/// waits for a registry while its node has no Calico.
///
/// Where no client of the container runtime is there the gate says so, and the kubelet fetches the image as it always does.
struct CalicoPull: Step {
    let id: StepID = "calico-pull"
    let title = "Calico's new image is on the node"

    func longest(_ context: StepContext) -> Duration { context.playbook.deadlines.install }

    func probes(_ context: StepContext) -> [Probe] {
        CalicoTarget(context).map {
            [$0.imageProbe(on: context.hostName)] + $0.passedProbes(on: context.hostName)
        } ?? []
    }

    func actions(_ seen: Observation, _ context: StepContext) throws(StepError) -> [Action] {
        guard let calico = CalicoTarget(context) else { return [] }
        if try calico.isPassed(seen, on: context.hostName) { return [] }
        let found = try calico.nodeImage(seen, on: context.hostName)
        guard let client = found.client, !found.isPresent else { return [] }
        return [.pullImage(host: context.hostName, image: calico.image, client: client)]
    }

    /// For what it measures: the actions see to the image.
    func gate(_ context: StepContext) -> Gate? {
        guard let calico = CalicoTarget(context) else { return nil }
        let host = context.hostName
        return Gate(
            probes: probes(context),
            deadline: context.playbook.deadlines.install,
            interval: GateInterval.node,
            measured: { (seen) throws(StepError) in
                if try calico.isPassed(seen, on: host) {
                    return [GateReading("Calico's image", "not wanted: a later one is set", needs: calico.image)]
                }
                let found = try calico.nodeImage(seen, on: host)
                let what =
                    found.client.map { found.isPresent ? "there, says \($0)" : "not there, says \($0)" }
                    ?? "not known: no crictl, docker or ctr on \(host) gets an answer; the kubelet will fetch it"
                return [GateReading("Calico's image on the node", what, needs: calico.image)]
            },
            verdict: { _ in .open }
        )
    }
}
