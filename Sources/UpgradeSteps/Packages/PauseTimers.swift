import UpgradeCore

/// Stops what installs packages by itself, for as long as the host is in work.
///
/// A timer that elapses in the middle would hold dpkg's lock, or bring other packages than those that are being installed.
/// What does not run, or is masked by somebody else, is left as it is.
/// - Source: Debian 12, apt 2.6 and unattended-upgrades 2.9: their timers and units
struct PauseTimers: Step {
    let id: StepID = "pause-timers"
    let title = "Keep other installations from starting"

    /// The units that begin work by themselves; the last one also ends what a timer has begun, between two packages.
    static let units = ["apt-daily.timer", "apt-daily-upgrade.timer", "unattended-upgrades.service"]

    func longest(_ context: StepContext) -> Duration { context.playbook.deadlines.install }

    func probes(_ context: StepContext) -> [Probe] {
        Self.units.map { .unit(host: context.hostName, unit: $0) }
    }

    func actions(_ seen: Observation, _ context: StepContext) throws(StepError) -> [Action] {
        let host = context.hostName
        var actions: [Action] = []
        for unit in Self.units {
            let state = try seen.unit(unit, on: host)
            // A mask without a stop is somebody else's, unless this run was cut off between the two.
            let isOurs = context.ledger.contains(.pause(host: host, unit: unit))
            guard state.exists, state.isActive, !state.isMasked || isOurs else { continue }
            actions.append(.pause(host: host, unit: unit))
        }
        return actions
    }
}
