import UpgradeCore

/// Restarts the unit that runs Calico on one worker where it runs from before its packages or its files, and waits until it
/// is active and the node is connected as before the run.
///
/// Where a maintainer script has restarted it already nothing is left to do. The program of its main process says no version
/// of Calico (it is docker, as a rule), so times are compared: they outlast a kill between install and restart.
struct CalicoUnit: Step {
    let id: StepID = "calico-unit"
    let title = "Restart Calico's unit on the node"

    func longest(_ context: StepContext) -> Duration { context.playbook.deadlines.daemon }

    let renews: StepID? = ClusterHealth.look

    func probes(_ context: StepContext) -> [Probe] {
        CalicoTarget(context)?.unitProbes(on: context.hostName) ?? []
    }

    func actions(_ seen: Observation, _ context: StepContext) throws(StepError) -> [Action] {
        guard let calico = CalicoTarget(context), let unit = calico.options.unit else { return [] }
        let host = context.hostName
        // Its own roll restarts it, and may have its environment to mend first.
        if try calico.isPassed(seen, on: host) { return [] }
        // With an old package, what a restart begins would be old as well.
        if let missing = try calico.packageMissing(seen, on: host) { throw .unmet(missing) }
        let state = try seen.unit(unit, on: host)
        guard state.exists else { throw .unmet(.unitMissing(host: host, unit: unit)) }
        if state.isMasked { throw .unmet(.unitMasked(host: host, unit: unit)) }
        return try calico.unitUnmet(seen, on: host) == nil ? [] : [.restart(host: host, unit: unit)]
    }

    func gate(_ context: StepContext) -> Gate? {
        guard let calico = CalicoTarget(context), let unit = calico.options.unit else { return nil }
        let host = context.hostName
        return CalicoGate(context).gate(
            calico.unitProbes(on: host),
            measured: { (seen) throws(StepError) in
                let isActive = try seen.unit(unit, on: host).isActive
                let newer = try seen.newerFiles(of: unit, on: host, packages: calico.options.packages)
                return [
                    GateReading("Calico's unit", isActive ? "active" : "not active", needs: "active"),
                    GateReading("files newer than its start", newer.first ?? "none", needs: "none"),
                ]
            },
            unmet: { (seen) throws(StepError) -> Unmet? in
                try calico.isPassed(seen, on: host) ? nil : calico.unitUnmet(seen, on: host)
            }
        )
    }
}
