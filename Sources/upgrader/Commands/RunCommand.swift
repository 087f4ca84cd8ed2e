internal import ArgumentParser
internal import Foundation
internal import UpgradeCore
internal import UpgradeKnowledge
internal import UpgradeSteps

/// `upgrader run`: plans, asks, and carries the plan out.
struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Carry out the upgrade that a playbook describes, one release at a time."
    )

    @Argument(help: "The playbook.", completion: .file(extensions: ["yaml", "yml"]))
    var playbook: String

    @Flag(help: "Print the sequence, as `plan` does, and change nothing.")
    var dryRun = false

    @Option(help: "Why, for the journal.")
    var reason = ""

    @Flag(help: "Ask nothing: neither before the first change nor when a step has failed.")
    var yes = false

    @Option(help: "Stop when this hop is done, such as 1.12-1.13, or 1.13.")
    var until: String?

    @Flag(help: ArgumentHelp(takeoverHelp))
    var takeover = false

    @Option(help: "Begin no host that may not be done by then, and pause: 06:00, or 2026-11-29T06:00Z.")
    var notAfter: String?

    @Option(help: "text, or json: how it ended, as one document on standard output; all else goes to standard error.")
    var format = OutputFormat.text

    @OptionGroup var state: StateOptions

    mutating func run() async throws {
        if dryRun {
            let (state, notAfter) = (state.state, notAfter)
            return try await PlanCommand.show(playbook, format: format, output: nil, until: until) {
                session,
                plan,
                until in
                try session.tellWindow(notAfter, plan, until: until)
                try Beginning.refuseUnfinished(RunDirectory.all("\(state)/\(session.playbook.cluster)"))
            }
        }
        try await complaining(json: format == .json, ends: "run") {
            let session = try Session(playbook: playbook)
            let until = try session.hop(until)
            let end = try NotAfter.read(notAfter, now: Date().timeIntervalSince1970)
            let beginning = Beginning(session: session, yes: yes, look: "upgrader plan \(session.path)")
            try beginning.refuseUnasked()
            try Company.refuseUnready(session.playbook)
            let clusterDirectory = "\(state.state)/\(session.playbook.cluster)"
            let lock = try beginning.lock(clusterDirectory, reason)
            defer { withExtendedLifetime(lock) {} }
            let others = RunDirectory.all(clusterDirectory)
            try Beginning.refuseUnfinished(others)
            try OtherRuns.tellPaused(others)
            if let simulation = session.playbook.simulation, !others.isEmpty {
                Output.note("simulated: this run has a cluster of its own, which starts at \(simulation.release) anew")
            }
            let directory = try await prepare(session, until, beginning)
            var walk = Walk(session: session, directory: directory, until: until, reason: reason)
            walk.isNew = true
            walk.takesOver = takeover
            walk.notAfter = end
            walk.asks = !yes
            return try await walk.perform()
        }
    }

    /// Plans, rehearses, asks, and writes the run's directory.
    private func prepare(_ session: Session, _ until: HopID?, _ beginning: Beginning) async throws -> RunDirectory {
        try await Worlds.use(session.playbook) { world in
            let run = Session.newRunName()
            Output.note("looking at the cluster")
            let (plan, survey) = try await world.patience.during(session.looking) {
                try await session.plan(run: run, access: world.access)
            }
            try await session.refuseHeld(world, takesOver: takeover, again: "upgrader run \(session.path)")
            try session.refuse(until, of: plan)
            if let check = try await session.statedCheck(plan, access: world.access, day: Session.today) {
                for note in check.path.notes { Output.note("note: \(note)") }
                if let complaint = check.complaint(session.path) { throw complaint }
            }
            if let warning = HelmVerification.warning(session.playbook, survey) { Output.note("warning: \(warning)") }
            try beginning.confirm(try await beginning.rehearse(plan, survey, run: run, until: until), until: until)
            return try beginning.create(state: state.state, run: run, plan, reason: reason)
        }
    }
}
