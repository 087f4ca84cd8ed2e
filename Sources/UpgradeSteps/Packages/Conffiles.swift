import UpgradeCore

/// Fetches the packages of a lane where nothing has yet, and decides about conffiles that they and the host have both
/// changed.
///
/// Before anything of the host is touched; what was decided is carried out by the install. dpkg never decides, so that
/// a merge that does not come out is found here.
struct Conffiles: Step {
    let id: StepID = "conffiles"
    let title = "What becomes of changed conffiles is decided"

    func longest(_ context: StepContext) -> Duration { context.playbook.deadlines.install }

    func probes(_ context: StepContext) -> [Probe] {
        ComingPackages.runs(context).flatMap { run -> [Probe] in
            [
                .packages(host: context.hostName, names: run.names),
                .conffiles(host: context.hostName, packages: run.specs),
            ]
        }
    }

    func actions(_ seen: Observation, _ context: StepContext) throws(StepError) -> [Action] {
        let host = context.hostName
        var actions: [Action] = []
        for run in ComingPackages.runs(context) {
            let installed = try seen.packages(on: host, names: run.names)
            let left = run.left(installed)
            if context.playbook.packageHolds == .refuse,
                let held = left.first(where: { installed[$0.name]?.isHeld == true })
            {
                throw .unmet(.packageHeld(host: host, package: held.name))
            }
            let survey = try seen.conffiles(on: host, packages: run.specs)
            if !left.allSatisfy(survey.archives.contains) { actions.append(.download(host: host, packages: left)) }
            let contested = survey.contested.filter { one in left.contains { $0.name == one.package } }
            _ = try ConffileDecisions.decided(contested, on: host, context.playbook.conffiles)
        }
        return actions
    }
}
