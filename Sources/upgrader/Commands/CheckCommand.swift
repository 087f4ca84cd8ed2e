internal import ArgumentParser
internal import UpgradeCore
internal import UpgradeKnowledge

/// `upgrader check`: preflight alone.
struct CheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Look for everything that would stop an upgrade; change nothing."
    )

    @Argument(help: "The playbook.")
    var playbook: String

    @Option(help: "text or json.")
    var format = OutputFormat.text

    @OptionGroup var state: StateOptions

    mutating func run() async throws {
        try await complaining {
            let session = try Session(playbook: playbook)
            let world = try Worlds.open(session.playbook, directory: nil)
            let result: Result<Ending, any Error>
            do {
                result = .success(try await check(session, world))
            } catch {
                result = .failure(error)
            }
            await world.close()
            return try result.get()
        }
    }

    private func check(_ session: Session, _ world: World) async throws -> Ending {
        let run = Session.newRunName()
        let (plan, _) = try await session.plan(run: run, access: world.access)
        let path = try await session.statedCheck(plan, access: world.access, day: Session.today)
        var preflight = plan
        preflight.hops = plan.hops.prefix(1).map { hop in
            PlannedHop(id: hop.id, phases: hop.phases.filter { $0.id == "preflight" })
        }
        let driver = Driver(
            run: run,
            plan: preflight,
            playbook: session.playbook,
            steps: session.steps,
            hops: session.hops,
            access: ReadOnlyAccess(world.access),
            clock: ContinuousClock()
        )
        let recorder = MemoryRecorder()
        _ = try await driver.walk(recorder: recorder)
        let failures = recorder.state.failed.mapValues(\.failure)
        let report = FailureReport(plan: preflight, steps: session.steps, directory: nil, ledger: Ledger())
        let blocks = report.blocks(failures) + (path?.blocks(session.path) ?? [])
        switch format {
        case .text:
            Output.write("\(preflight.keys.count - failures.count) of \(preflight.keys.count) checks passed")
            if !blocks.isEmpty { Output.complain(Complaint(blocks, .refused)) }
        case .json:
            var document = CheckDocument(preflight, session.steps, failures)
            document.path = path.map(StatedDocument.init)
            Output.write(try document.text)
        }
        if failures.isEmpty, path?.isAllowed == false { return .refused }
        return failures.isEmpty ? .done : FailureReport.ending(failures)
    }
}
