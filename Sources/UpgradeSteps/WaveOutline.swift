import UpgradeCore

/// The phases of a hop in which workers are upgraded: one for each wave, in their order.
enum WaveOutline {
    /// The phases of the waves that the planner has drawn; one of all workers where the playbook asks for none.
    ///
    /// A phase is left only when every lane of it has ended well: so nothing of a wave is begun before every canary is
    /// done, and a group whose failure budget is spent stops itself and what comes after it.
    /// - Parameters:
    ///   - playbook: with its waves drawn.
    ///   - steps: those of each worker's lane.
    /// - Returns: at least one, which may have no lane.
    static func phases(_ playbook: Playbook, _ steps: [StepID]) -> [PlannedPhase] {
        let waves = playbook.waves.drawn ?? [playbook.wholeWave]
        var phases: [PlannedPhase] = []
        for wave in waves {
            if playbook.waves.cordonsAhead, !phases.isEmpty, let name = wave.name {
                phases.append(ahead(ofWave: name))
            }
            phases.append(
                PlannedPhase(
                    id: wave.name.map { .workers(wave: $0) } ?? PhaseName.workers,
                    batch: wave.batch,
                    failureBudget: wave.failureBudget,
                    lanes: wave.hosts.map { PlannedLane(target: .host($0.name), steps: steps) }
                )
            )
        }
        return phases
    }

    /// A phase of its own: whatever is cordoned ahead is so before the first lane of the wave begins.
    private static func ahead(ofWave name: String) -> PlannedPhase {
        let lane = PlannedLane(target: .cluster, steps: ["cluster-health", "cordon-ahead"])
        return PlannedPhase(id: .cordonAhead(ofWave: name), batch: 1, failureBudget: 0, lanes: [lane])
    }
}
