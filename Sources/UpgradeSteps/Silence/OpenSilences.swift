import UpgradeCore

/// Silences alerts at the beginning of a hop, once its preflight has let it pass.
struct OpenSilences: Step {
    let id: StepID = "open-silences"
    let title = "Silence alerts"

    func probes(_ context: StepContext) -> [Probe] { SilenceDecision.probes(context) }

    func actions(_ seen: Observation, _ context: StepContext) throws(StepError) -> [Action] {
        try SilenceDecision.opening(seen, context)
    }
}
