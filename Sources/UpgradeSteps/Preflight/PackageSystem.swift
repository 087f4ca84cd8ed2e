import UpgradeCore

/// Checks that dpkg has nothing to finish, and waits while somebody else uses it.
struct PackageSystem: Step {
    let id: StepID = "package-system"
    let title = "dpkg is free and has nothing to finish"

    func probes(_ context: StepContext) -> [Probe] { [] }

    func actions(_ seen: Observation, _ context: StepContext) throws(StepError) -> [Action] { [] }

    func gate(_ context: StepContext) -> Gate? {
        let host = context.hostName
        return Gate(
            probes: [.packageSystem(host: host)],
            deadline: context.playbook.deadlines.install,
            interval: GateInterval.packageLock,
            measured: { (seen) throws(StepError) in
                let state = try seen.packageSystem(on: host)
                return [
                    GateReading("dpkg's lock", state.lockHolder.map { "held by \($0)" } ?? "free", needs: "free"),
                    GateReading("dpkg --audit", state.audit.isEmpty ? "clean" : "not clean", needs: "clean"),
                ]
            },
            verdict: { (seen) throws(StepError) -> Verdict in
                let state = try seen.packageSystem(on: host)
                // What is half done while another process works is that process's business.
                if let holder = state.lockHolder { return .waiting(.packageLockHeld(host: host, by: holder)) }
                guard state.audit.isEmpty else {
                    throw .unmet(.packageSystemUnclean(host: host, audit: state.audit))
                }
                return .open
            }
        )
    }
}
