import UpgradeCore

/// Sees to it, before each host, that the silences last: a run may have been stopped for longer than they did.
struct KeepSilences: Step {
    let id: StepID = "keep-silences"
    let title = "Keep alerts silenced"

    func probes(_ context: StepContext) -> [Probe] { SilenceDecision.probes(context) }

    func actions(_ seen: Observation, _ context: StepContext) throws(StepError) -> [Action] {
        try SilenceDecision.opening(seen, context)
    }
}
