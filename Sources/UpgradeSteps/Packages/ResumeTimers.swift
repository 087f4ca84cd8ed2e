import UpgradeCore

/// Lets what installs packages by itself go on, where this run has paused it and it is still as the run left it.
struct ResumeTimers: Step {
    let id: StepID = "resume-timers"
    let title = "Let other installations start again"

    func probes(_ context: StepContext) -> [Probe] {
        PauseTimers.units.map { .unit(host: context.hostName, unit: $0) }
    }

    func actions(_ seen: Observation, _ context: StepContext) throws(StepError) -> [Action] {
        let host = context.hostName
        var actions: [Action] = []
        for unit in PauseTimers.units {
            let effect = SideEffect.pause(host: host, unit: unit)
            guard context.ledger.contains(effect), effect.isStillOurs(.unit(try seen.unit(unit, on: host))) else {
                continue
            }
            actions.append(effect.inverse)
        }
        return actions
    }
}
