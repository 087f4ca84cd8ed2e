import UpgradeCore

/// Ends the silences of this run, once the hop is verified.
struct CloseSilences: Step {
    let id: StepID = "close-silences"
    let title = "End the silences of alerts"

    func probes(_ context: StepContext) -> [Probe] { SilenceDecision.probes(context) }

    func actions(_ seen: Observation, _ context: StepContext) throws(StepError) -> [Action] {
        var actions: [Action] = []
        for silence in SilenceDecision.silences(context) where try seen.silence(silence) != nil {
            actions.append(.closeSilence(silence))
        }
        return actions
    }
}
