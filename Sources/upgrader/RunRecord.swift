internal import UpgradeCore
internal import UpgradeReport

/// A run as its directory tells it: plan, playbook, journal and transcript, read and not changed.
struct RunRecord {
    /// Where it is.
    var directory: RunDirectory
    /// What was to happen.
    var plan: Plan
    /// What the run goes by.
    var session: Session
    /// Its journal.
    var history: JournalReader.History
    /// What happened.
    var story: RunStory
    /// What commands printed and what was waited for.
    var transcript: [Transcript.Entry]
    /// What its API servers answered.
    var availability: [APISpan]
    /// What was noticed on reading.
    var notices: [String]
    /// Who works on the cluster now.
    var holder: String?
    /// Why the last resume began nothing.
    var refusal: ResumeRefusal?

    /// Reads the run at a path.
    ///
    /// - Throws: `JournalError` for damage; `Complaint` for a playbook that cannot be read back.
    init(_ path: String) throws {
        directory = try RunDirectory.find(path)
        // Before and after: neither a run that ends meanwhile nor one that is resumed is taken for one that was killed.
        let before = try RunLock.holder(clusterDirectory: directory.clusterPath)
        plan = try directory.plan()
        session = try Session(text: try directory.playbookText(), path: try directory.playbookOrigin())
        history = try directory.history()
        story = RunStory(history)
        notices = history.notices
        transcript = Transcript.read(directory: directory.path)
        availability = APILog.read(directory: directory.path)
        holder = try before ?? RunLock.holder(clusterDirectory: directory.clusterPath)
        refusal = ResumeRefusal.standing(in: directory, records: history.toldRecords)
    }

    /// The place for commands that a person is to type.
    var place: RunPlace {
        let (restoredBy, takenBackBy, superseded) = directory.takenBack(plan, history)
        return RunPlace(
            directory: directory.path,
            playbook: session.path,
            holder: holder,
            upgrade: plan.takesBack.map { "\(directory.clusterPath)/\($0)" },
            restoredBy: restoredBy,
            takenBackBy: takenBackBy,
            superseded: superseded
        )
    }

    /// What the steps are for.
    var titles: [StepID: String] { session.steps.steps.mapValues(\.title) }

    /// Why the run stands where it stands.
    var why: WhyReport {
        WhyReport(
            story: story,
            plan: plan,
            playbook: session.playbook,
            titles: titles,
            place: place,
            transcript: transcript,
            refusal: refusal,
            canTakeBack: RollbackSubject(session.playbook, plan, directory, history).isPossible,
            notices: notices
        )
    }
}
