internal import ArgumentParser
internal import Foundation
internal import UpgradeCore
internal import UpgradeKnowledge

/// `upgrader check`: preflight and foresight alone.
struct CheckCommand: AsyncParsableCommand {
    /// A form of the report.
    enum Format: String, ExpressibleByArgument, CaseIterable {
        /// For people.
        case text
        /// For programs; the schema is in docs/reference/json-documents.md.
        case json
        /// For a ticket or a wiki.
        case markdown
    }

    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Look for everything that would stop an upgrade; change nothing."
    )

    @Argument(help: "The playbook.", completion: .file(extensions: ["yaml", "yml"]))
    var playbook: String

    @Option(help: "text, json or markdown.")
    var format = Format.text

    @Flag(help: "Add why and where from, and what only a person can look at.")
    var explain = false

    @Option(
        help: "A directory of manifests to look through as well; may be given more than once.",
        completion: .directory
    )
    var manifests: [String] = []

    @OptionGroup var state: StateOptions

    mutating func run() async throws {
        try await complaining {
            var cluster: String?
            do {
                let session = try Session(playbook: playbook)
                cluster = session.playbook.cluster
                return try await perform(session)
            } catch {
                // Whoever reads the document learns from it as well that, and why, nothing could be checked.
                if format == .json, !(error is ExitCode) {
                    Output.write(try CheckDocument(cluster: cluster, Complaint(error)).text)
                }
                throw error
            }
        }
    }

    private func perform(_ session: Session) async throws -> Ending {
        // As a run does before anything else: what others are told by must be there at the planned hour.
        try Company.refuseUnready(session.playbook)
        let given = try manifests.flatMap { try ManifestFiles.read($0) }
        return try await Worlds.look(session, in: state, .unfinished) { try await check(session, $0, given) }
    }

    private func check(_ session: Session, _ world: World, _ given: [ManifestFiles.Given]) async throws -> Ending {
        let run = Session.newRunName()
        let (plan, survey) = try await session.plan(run: run, access: world.access)
        let path = try await session.statedCheck(plan, access: world.access, day: Session.today)
        var preflight = plan
        preflight.hops = plan.hops.prefix(1).map { hop in
            PlannedHop(id: hop.id, phases: hop.phases.filter { $0.id == "preflight" }.map(withoutForesight))
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
        let foreseen = try foresee(session, plan, survey, given)
        switch format {
        case .text:
            let count = preflight.keys.count
            Output.write("\(count - failures.count) of \(count) preflight checks passed")
            for line in [path?.summary].compactMap({ $0 }) + (path?.warnings ?? []) { Output.write(line) }
            Output.write(foreseen.text(explain: explain))
            let report = FailureReport(plan: preflight, steps: session.steps, directory: nil, ledger: Ledger())
            let blocks =
                report.blocks(failures) + [foreseen.complaint].compactMap { $0 } + (path?.blocks(session.path) ?? [])
            if !blocks.isEmpty { Output.complain(Complaint(blocks, .refused)) }
        case .json:
            var document = CheckDocument(preflight, session.steps, failures, foreseen.findings)
            document.path = path.map(StatedDocument.init)
            Output.write(try document.text)
        case .markdown:
            Output.write(
                foreseen.markdown(
                    explain: explain,
                    failures: failures,
                    plan: preflight,
                    stated: (path?.summary, path?.blocks(session.path) ?? [], path?.warnings ?? [])
                )
            )
        }
        if !failures.isEmpty { return FailureReport.ending(failures) }
        return foreseen.refuses || path?.isAllowed == false ? .refused : .done
    }

    /// Foresight is reported finding by finding, over the whole path, and not as one step more.
    private func withoutForesight(_ phase: PlannedPhase) -> PlannedPhase {
        var phase = phase
        phase.lanes.removeAll { $0.steps == ["foresight"] }
        return phase
    }

    private func foresee(
        _ session: Session,
        _ plan: Plan,
        _ survey: Observation,
        _ given: [ManifestFiles.Given]
    ) throws -> ForesightReport {
        var facts = ClusterFacts(playbook: session.playbook, seen: survey)
        facts.manifests = given.map { ($0.path, $0.objects) }
        let path = plan.hops.map(\.id)
        let knowledge = try Breakage.all(overriding: session.playbook.versions)
        return ForesightReport(
            path: path,
            found: Foresight.findings(facts, path: path, knowledge: knowledge),
            byHand: Foresight.byHand(path: path, knowledge: knowledge),
            accepted: session.playbook.acceptedFindings,
            clock: facts.clock ?? Date().timeIntervalSince1970
        )
    }
}
