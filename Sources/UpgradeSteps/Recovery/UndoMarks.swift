import UpgradeCore

/// Undoes what runs whose state is lost have marked as theirs, where it is still there and unchanged.
///
/// A mark whose effect is gone, or is somebody else's by now, is taken away and nothing else.
struct UndoMarks: Step {
    let id: StepID = "undo-marks"
    let title = "Undo what a lost run has marked as its own"

    func probes(_ context: StepContext) -> [Probe] {
        let marks = MarkedEffects(context.playbook, runs: context.plan.recovers ?? [])
        return switch context.key.target {
        case .cluster: marks.ofCluster
        case .host(let host): marks.of(host)
        }
    }

    func actions(_ seen: Observation, _ context: StepContext) throws(StepError) -> [Action] {
        let marks = MarkedEffects(context.playbook, runs: context.plan.recovers ?? [])
        let found =
            switch context.key.target {
            case .cluster: try marks.ofCluster(seen)
            case .host(let host): try marks.of(host, seen)
            }
        let actions = found.compactMap(\.action)
        let kept = found.filter { $0.standing == .kept }.map(\.effect.title)
        // All else first: it is asked again after that.
        guard !actions.isEmpty || kept.isEmpty else { throw .unmet(.marksKept(kept)) }
        return actions
    }
}
