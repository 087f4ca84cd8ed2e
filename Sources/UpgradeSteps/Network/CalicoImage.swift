import UpgradeCore
import UpgradeKnowledge

/// Sets Calico's new image without touching a pod: its DaemonSet replaces pods only when they are deleted.
///
/// The strategy that was set before is recorded with the action; `calico-strategy` brings it back.
struct CalicoImage: Step {
    let id: StepID = "calico-image"
    let title = "Set Calico's new image, pods stay"

    /// The strategy under which a DaemonSet replaces no pod by itself.
    static let onDelete = "OnDelete"

    func probes(_ context: StepContext) -> [Probe] {
        CalicoTarget(context).map { [$0.probe] } ?? []
    }

    func actions(_ seen: Observation, _ context: StepContext) throws(StepError) -> [Action] {
        guard let calico = CalicoTarget(context) else { return [] }
        let state = try calico.daemonSet(seen)
        if calico.isPassed(image: state.image) { return [] }
        let options = calico.options
        let isHeld = state.updateStrategy == Self.onDelete
        // After a cleanup by somebody, or a hand: pods that are still to come would be replaced with no gate before them.
        let hold =
            isHeld || state.image == calico.image && !state.isBehind
            ? []
            : [
                Action.setUpdateStrategy(
                    namespace: options.namespace,
                    daemonSet: options.daemonSet,
                    to: Self.onDelete,
                    prior: state.updateStrategy
                )
            ]
        let setImage = Action.setDaemonSetImage(
            namespace: options.namespace,
            daemonSet: options.daemonSet,
            container: options.container,
            image: calico.image,
            prior: state.image
        )
        // Only where it is said: where nothing is, each Calico takes its own.
        let setStore =
            calico.migrates && state.datastoreType == CalicoDatastore.etcdv2.rawValue
            ? [
                Action.setDaemonSetVariable(
                    namespace: options.namespace,
                    daemonSet: options.daemonSet,
                    container: options.container,
                    name: "DATASTORE_TYPE",
                    value: CalicoDatastore.etcdv3.rawValue,
                    prior: CalicoDatastore.etcdv2.rawValue
                )
            ] : []
        // The image first: by it a cleanup knows which pods have what the template has.
        return hold + (state.image == calico.image ? [] : [setImage]) + setStore
    }
}
