import UpgradeCore

/// Brings back the update strategy that Calico's DaemonSet had before the run, if it is still as this run set it.
struct CalicoStrategy: Step {
    let id: StepID = "calico-strategy"
    let title = "Restore Calico's update strategy"

    func probes(_ context: StepContext) -> [Probe] {
        CalicoTarget(context).map { [$0.probe] } ?? []
    }

    func actions(_ seen: Observation, _ context: StepContext) throws(StepError) -> [Action] {
        guard let calico = CalicoTarget(context) else { return [] }
        let answer = Answer.daemonSet(try calico.daemonSet(seen))
        let ours = context.ledger.entries.map(\.effect).first { effect in
            guard case .updateStrategy = effect else { return false }
            return effect.probe == calico.probe && effect.isStillOurs(answer)
        }
        return ours.map { [$0.inverse] } ?? []
    }
}
