import UpgradeCore

/// What the steps about silences share.
enum SilenceDecision {
    /// The silences of the run.
    static func silences(_ context: StepContext) -> [AlertSilence] {
        context.playbook.silences.map { $0.silence(run: context.run) }
    }

    /// Whether each is there.
    static func probes(_ context: StepContext) -> [Probe] {
        silences(context).map { .silence($0) }
    }

    /// What is left to open: a silence that is not there, or that has run down to its half.
    static func opening(_ seen: Observation, _ context: StepContext) throws(StepError) -> [Action] {
        var actions: [Action] = []
        for silence in silences(context) {
            let left = try seen.silence(silence)?.secondsLeft ?? 0
            if left < silence.lasts / .seconds(2) { actions.append(.openSilence(silence)) }
        }
        return actions
    }
}
