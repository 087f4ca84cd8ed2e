internal import UpgradeCore

extension Session {
    /// Reads `--until`, a hop or the release that it arrives at; `nil` when it was not given.
    ///
    /// - Throws: `Complaint` for a text that is not a hop.
    func hop(_ text: String?) throws -> HopID? {
        guard let text else { return nil }
        guard let hop = HopID(text) ?? MinorRelease(text).flatMap({ HopID(to: $0) }) else {
            throw Complaint(
                FiveLines(
                    error: "--until \(text) is not a hop",
                    why: "a hop is one minor release to the next with a dash between, or the release at its end",
                    state: "nothing was changed",
                    next: "name a hop of the plan; `upgrader plan \(path)` shows them"
                ),
                .usage
            )
        }
        return hop
    }

    /// Reads `--until` and holds it against a plan.
    ///
    /// - Throws: `Complaint` for a text that is not a hop of the plan.
    func hop(_ text: String?, of plan: Plan) throws -> HopID? {
        let hop = try hop(text)
        try refuse(hop, of: plan)
        return hop
    }

    /// Refuses a hop that the plan does not have: the run would go on to its end, or not go at all.
    ///
    /// - Throws: `Complaint`.
    func refuse(_ until: HopID?, of plan: Plan) throws {
        guard let until, !plan.hops.contains(where: { $0.id == until }) else { return }
        throw Complaint(
            FiveLines(
                error: "--until \(until) is not a hop of the plan",
                why: "the plan has \(plan.hops.map(\.id.description).joined(separator: ", "))",
                state: "nothing was changed",
                next: "name one of those"
            ),
            .usage
        )
    }
}
