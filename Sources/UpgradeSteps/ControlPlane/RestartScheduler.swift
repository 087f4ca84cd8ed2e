import UpgradeCore

/// Lets the scheduler of a host start again, restarts it where it is not new, and waits for a leader.
struct RestartScheduler: Step {
    let id: StepID = "restart-scheduler"
    let title = "Restart the scheduler"

    func longest(_ context: StepContext) -> Duration { context.playbook.deadlines.daemon * 2 }

    func probes(_ context: StepContext) -> [Probe] { restart(context).probes }

    func actions(_ seen: Observation, _ context: StepContext) throws(StepError) -> [Action] {
        try restart(context).actions(seen)
    }

    func gate(_ context: StepContext) -> Gate? { restart(context).gate }

    private func restart(_ context: StepContext) -> ControllerRestart {
        ControllerRestart(unit: UnitName.scheduler, context: context)
    }
}
