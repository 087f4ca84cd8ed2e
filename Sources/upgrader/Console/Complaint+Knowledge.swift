internal import UpgradeCore
internal import UpgradeKnowledge

extension Complaint {
    /// An address that leads to no fact.
    init(unknownFact address: String, near: [String]) {
        let meant = near.isEmpty ? "" : "; did you mean \(near.joined(separator: ", "))?"
        self.init(
            FiveLines(
                error: "there is no fact and no step \(address)",
                why: "no data file has it, and neither has the newest run" + meant,
                state: "nothing was changed",
                next:
                    "`upgrader explain` lists where facts begin; steps are named as `upgrader plan PLAYBOOK` and screens name them"
            ),
            .usage
        )
    }

    /// Changes to the facts that do not fit, by a playbook; or data files that are broken, which is a mistake of ours.
    init(knowledge error: VersionDataError) {
        switch error {
        case .missing, .unreadable:
            self.init(
                FiveLines(
                    error: "the version data cannot be used",
                    why: "\(error)",
                    state: "nothing was changed",
                    next: "report this: the program was built with a broken data file"
                ),
                .bug
            )
        case .unknownFact, .notOneFact, .overridden, .fixed:
            self.init(
                FiveLines(
                    error: "`versions` of the playbook does not fit the version data",
                    why: "\(error)",
                    state: "nothing was changed",
                    next: "mend the playbook; `upgrader explain` shows every fact with its address"
                ),
                .usage
            )
        }
    }

    /// A component or a version of it that is not known.
    init(component: String, version: String?, known: [String]) {
        let what = version.map { "\(component) \($0)" } ?? "the component \(component)"
        self.init(
            FiveLines(
                error: "nothing is known of \(what)",
                why: "known are " + known.joined(separator: ", "),
                state: "nothing was changed",
                next: "name one of these"
            ),
            .usage
        )
    }
}
