internal import Foundation
internal import UpgradeCore
internal import UpgradeReport

/// Explains a step: a kind of step, or one step of a plan.
struct StepQuestion {
    /// A step id or a step key.
    var text: String
    /// A playbook to plan and rehearse with; `nil` for the newest run.
    var playbook: String?
    /// Where runs are kept.
    var state: String

    /// Whether the text may name a step at all.
    static func isStep(_ text: String) -> Bool { StepKey(text) != nil || StepID(text) != nil }

    /// The explanation; `nil` when no step is meant.
    ///
    /// - Throws: `Complaint` for a step that the plan does not have.
    func answer() async throws -> StepExplanation? {
        guard let key = StepKey(text) else {
            if text.contains("@") { return try await onHost() }
            guard let id = StepID(text), let step = StepCatalogue.title(of: id), let guide = try StepGuide.all()[id]
            else {
                return nil
            }
            return StepExplanation(step: id, title: step, guide: guide)
        }
        if let playbook { return try await rehearsed(key, playbook) }
        return try await recorded(key)
    }

    /// STEP@HOST, as it stands on screens: of the newest run the one in hand or to come, or the last one.
    private func onHost() async throws -> StepExplanation? {
        let record = try RunRecord(state)
        let keys = record.plan.keys.filter { $0.onTarget == text }
        guard let key = keys.first(where: { !record.story.state.isBehind($0) }) ?? keys.last else { return nil }
        return try await recorded(key)
    }

    private func explanation(_ key: StepKey, _ steps: StepSet, _ plan: Plan) throws -> StepExplanation {
        guard let number = plan.keys.firstIndex(of: key) else {
            let near = plan.keys.filter { $0.step == key.step && $0.hop == key.hop }.prefix(3).map(\.description)
            throw Complaint(
                FiveLines(
                    error: "the plan has no step \(key)",
                    why: near.isEmpty
                        ? "it has no step \(key.step) in \(key.hop)" : "near it are \(near.joined(separator: ", "))",
                    state: "nothing was changed",
                    next: "`upgrader plan PLAYBOOK` lists every step"
                ),
                .usage
            )
        }
        let guide = try StepGuide.all()[key.step] ?? .hook
        var explanation = StepExplanation(step: key.step, title: steps.steps[key.step]?.title ?? "", guide: guide)
        explanation.key = key.description
        explanation.number = number + 1
        return explanation
    }

    /// From a plan made now, rehearsed on a simulation of what was seen.
    private func rehearsed(_ key: StepKey, _ path: String) async throws -> StepExplanation {
        let session = try Session(playbook: path)
        return try await Worlds.use(session.playbook) { world in
            let run = Session.newRunName()
            let (plan, survey) = try await session.plan(run: run, access: world.access)
            var explanation = try explanation(key, session.steps, plan)
            let script = try await session.rehearse(plan, survey, run: run, until: nil)
            explanation.deeds = deeds(script, key, session.playbook)
            explanation.standing = "to come"
            explanation.origin = "as rehearsed now, on a simulation of what the cluster answers"
            return explanation
        }
    }

    /// From the newest run: what it did, or what it would do on a sound cluster of that shape.
    private func recorded(_ key: StepKey) async throws -> StepExplanation {
        let record = try RunRecord(state)
        let session = record.session
        var explanation = try explanation(key, session.steps, record.plan)
        let attempts = record.story.attempts[key] ?? []
        explanation.standing = standing(key, record.story.state)
        if !attempts.isEmpty {
            explanation.deeds = attempts.flatMap(\.deeds).map { .init($0.action, playbook: session.playbook) }
            explanation.origin = "by the journal of \(record.directory.path)"
            return explanation
        }
        guard let first = record.plan.hops.first?.id.from else { return explanation }
        let script = try await Rehearsal.perform(
            plan: record.plan,
            run: record.directory.run,
            playbook: session.playbook,
            steps: session.steps,
            hops: session.hops,
            cluster: ClusterState.sample(playbook: session.playbook, at: first)
        )
        explanation.deeds = deeds(script, key, session.playbook)
        explanation.origin =
            "as rehearsed on a sound cluster of this shape; no host was asked (with --playbook the cluster is asked)"
        return explanation
    }

    private func deeds(_ script: Rehearsal.Script, _ key: StepKey, _ playbook: Playbook) -> [StepExplanation.Deed] {
        script.steps.first { $0.key == key }?.actions.map { .init($0, playbook: playbook) } ?? []
    }

    private func standing(_ key: StepKey, _ state: RunState) -> String {
        if state.done.contains(key) { return "done" }
        if state.failed[key] != nil { return "failed" }
        return state.inFlight[key] != nil ? "in hand" : "to come"
    }
}
