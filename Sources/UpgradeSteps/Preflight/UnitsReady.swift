import UpgradeCore

/// Checks that systemd knows the daemons of a host and that nobody else has masked them.
struct UnitsReady: Step {
    let id: StepID = "units-ready"
    let title = "The daemons have units that nobody masked"

    func probes(_ context: StepContext) -> [Probe] {
        units(context).map { .unit(host: context.hostName, unit: $0) }
    }

    func actions(_ seen: Observation, _ context: StepContext) throws(StepError) -> [Action] {
        let host = context.hostName
        for unit in units(context) {
            let state = try seen.unit(unit, on: host)
            guard state.exists else { throw .unmet(.unitMissing(host: host, unit: unit)) }
            if state.isMasked, !context.isOurMask(host: host, unit: unit) {
                throw .unmet(.unitMasked(host: host, unit: unit))
            }
        }
        return []
    }

    private func units(_ context: StepContext) -> [String] {
        let host = context.playbook.host(context.hostName)
        let calico = host?.roles.contains(.worker) == true ? context.playbook.calico?.unit : nil
        return UnitName.units(of: host) + (calico.map { [$0] } ?? [])
    }
}
