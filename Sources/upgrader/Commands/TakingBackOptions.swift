internal import ArgumentParser
internal import UpgradeCore
internal import UpgradeSteps

/// What may be said of a run that takes another back.
struct TakingBackOptions: ParsableArguments {
    @Flag(help: "Print the sequence, and change nothing.")
    var dryRun = false

    @Option(help: "Why, for the journal.")
    var reason = ""

    @Flag(help: "Ask nothing: neither before the first change nor when a step has failed.")
    var yes = false

    @Flag(help: ArgumentHelp(takeoverHelp))
    var takeover = false

    @Option(help: "text, or json: how it ended, as one document on standard output; all else goes to standard error.")
    var format = OutputFormat.text

    @OptionGroup var state: StateOptions

    /// Plans the way back, as it is told on what the cluster says now.
    ///
    /// - Returns: the plan, and what it was made from.
    /// - Throws: `Complaint` where there is no such plan.
    func plan(
        of upgrade: Plan,
        _ directory: RunDirectory,
        hop: PlannedHop,
        to first: StepKey?,
        restores source: EtcdRestoration? = nil,
        _ session: Session,
        run: String,
        _ access: any ClusterAccess
    ) async throws -> (Plan, Observation) {
        do {
            return try await Planner.rollback(
                of: directory.run,
                upgrade,
                hop: hop,
                to: first,
                restores: source,
                playbook: session.playbook,
                run: run,
                steps: session.steps,
                hops: session.hops,
                access: access
            )
        } catch {
            throw Complaint(plan: error, playbook: session.path)
        }
    }

    /// Walks the plan that stands in the new directory.
    func walk(_ session: Session, _ directory: RunDirectory) async throws -> Ending {
        var walk = Walk(session: session, directory: directory, until: nil, reason: reason)
        walk.isNew = true
        walk.takesOver = takeover
        walk.asks = !yes
        return try await walk.perform()
    }
}
