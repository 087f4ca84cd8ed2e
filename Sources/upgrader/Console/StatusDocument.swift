internal import Foundation
internal import UpgradeCore
internal import UpgradeReport

/// How far a run is, for programs and people; documented in docs/reference/json-documents.md.
struct StatusDocument: Encodable {
    /// The form, raised when it changes.
    var schema = 2
    /// The run's directory.
    var directory: String
    /// The cluster.
    var cluster: String
    /// `completed`, `stopped`, `interrupted`, `lease-lost`, `failed`, `running`, `killed` or `not-begun`.
    var status: String
    /// The run whose worker this one takes back; absent for an upgrade.
    var takesBack: String?
    /// `true` where it does so by a restore of etcd; absent otherwise.
    var restores: Bool?
    /// The directory of the restore that has led etcd back to before this run; absent where none has.
    var restoredBy: String?
    /// The directory of the restore or rollback of this run that is unfinished; absent where none is.
    var takenBackBy: String?
    /// Why this restore or rollback is past: what it takes back has gone on since; absent where it is not.
    var superseded: String?
    /// Steps whose failure the operator is asked about, who has not answered.
    var asked: [String]
    /// Who works on the cluster now, as its lock says: `user@host (pid N), reason`; absent for nobody.
    var holder: String?
    /// Steps of the plan.
    var steps: Int
    /// Steps that are done.
    var done: Int
    /// The first step that is not done; absent when all are.
    var next: String?
    /// Hops with their number of steps and of done ones.
    var hops: [Hop]
    /// Steps that were begun and are not known to have ended.
    var inDoubt: [InDoubt]
    /// Steps whose last attempt failed.
    var failed: [Failed]
    /// Why the last resume began nothing; absent where none was refused, or something is recorded since.
    var refused: Refused?
    /// Steps that the operator has left out.
    var skipped: [Skipped]
    /// What of this run is left on the cluster.
    var ledger: [String]
    /// The fencing token that the run held the lease of the cluster under last; absent for a run that held none.
    var token: Int?
    /// Who was put out for it, by `--takeover`; absent where nobody was.
    var takenFrom: String?
    /// What was noticed in the state directory.
    var notices: [String]

    /// A hop.
    struct Hop: Encodable {
        /// Its id.
        var id: String
        /// Its steps.
        var steps: Int
        /// Its done steps.
        var done: Int
    }

    /// A step in doubt.
    struct InDoubt: Encodable {
        /// Its key.
        var key: String
        /// The action that may have been performed.
        var action: String?
    }

    /// A failed step.
    struct Failed: Encodable {
        /// Its key.
        var key: String
        /// Counts the attempts.
        var attempt: Int
        /// Why.
        var why: String
        /// What to do.
        var next: String
    }

    /// A resume that began nothing, for what its hosts answered.
    struct Refused: Encodable {
        /// When.
        var time: String
        /// `user@host`.
        var by: String
        /// What the program ended with.
        var code: Int
        /// What was found.
        var error: String
        /// Why.
        var why: String
        /// What to do.
        var next: String
    }

    /// A step that was left out.
    struct Skipped: Encodable {
        /// Its key.
        var key: String
        /// `user@host`.
        var by: String
        /// Why, in the operator's words.
        var reason: String
        /// When.
        var time: String
    }

    /// Reads a run's directory, and asks who holds the lock.
    ///
    /// - Throws: `JournalError`.
    init(reading directory: RunDirectory) throws {
        // Before and after: neither a run that ends meanwhile nor one that is resumed is taken for one that was killed.
        let before = try RunLock.holder(clusterDirectory: directory.clusterPath)
        let (plan, history) = (try directory.plan(), try directory.history())
        let holder = try before ?? RunLock.holder(clusterDirectory: directory.clusterPath)
        // Nobody is asked by a run that nobody works on.
        let transcript = holder == nil ? [] : Transcript.read(directory: directory.path)
        self.init(directory, plan, history, holder: holder, transcript: transcript)
        // Who is at work asks its hosts anew; what a restore has ended is not resumed.
        if holder == nil, restoredBy == nil {
            refused = ResumeRefusal.standing(in: directory, records: history.toldRecords).map { refusal in
                Refused(
                    time: Date(timeIntervalSince1970: refusal.time).formatted(.iso8601),
                    by: refusal.by,
                    code: refusal.code,
                    error: refusal.error,
                    why: refusal.why,
                    next: refusal.next
                )
            }
        }
    }

    /// Makes the document.
    ///
    /// - Parameters:
    ///   - directory: the run's.
    ///   - plan: what is to happen.
    ///   - history: the journal.
    ///   - holder: who holds the lock of the cluster; `nil` for nobody.
    ///   - transcript: what was waited for; none where nobody works on the run.
    init(
        _ directory: RunDirectory,
        _ plan: Plan,
        _ history: JournalReader.History,
        holder: String?,
        transcript: [Transcript.Entry] = []
    ) {
        let record = history.state
        let keys = plan.keys
        self.directory = directory.path
        cluster = plan.cluster
        status = record.header == nil ? "not-begun" : RunStatus(record, isHeld: holder != nil).rawValue
        self.holder = holder
        takesBack = plan.takesBack
        restores = plan.restores == nil ? nil : true
        (restoredBy, takenBackBy, superseded) = directory.takenBack(plan, history)
        asked = keys.filter { record.failed[$0] != nil && transcript.isAsked($0) }.map(\.description)
        steps = keys.count
        done = record.done.count
        next = keys.first { !record.isBehind($0) }?.description
        hops = plan.hops.map { hop in
            let mine = keys.filter { $0.hop == hop.id }
            return Hop(id: hop.id.description, steps: mine.count, done: mine.count { record.done.contains($0) })
        }
        inDoubt = record.inFlight.map { InDoubt(key: $0.key.description, action: $0.value.intended?.title) }
            .sorted { $0.key < $1.key }
        failed = keys.compactMap { key in
            record.failed[key].map {
                Failed(key: key.description, attempt: $0.attempt, why: $0.failure.why, next: $0.failure.next)
            }
        }
        let story = RunStory(history)
        skipped = keys.compactMap { key in
            story.skipped[key].map {
                Skipped(
                    key: key.description,
                    by: $0.skip.by,
                    reason: $0.skip.reason,
                    time: Date(timeIntervalSince1970: $0.time).formatted(.iso8601)
                )
            }
        }
        ledger = record.ledger.entries.map(\.effect.title)
        token = record.lease?.token
        takenFrom = record.lease?.takenFrom?.title
        notices = history.notices
    }

    /// The JSON text.
    var text: String {
        get throws { try JSON.text(self) }
    }

    /// For people.
    var lines: [String] {
        var lines = ["\(directory): \(status), \(done) of \(steps) steps done"]
        if let takesBack {
            lines.append("\(restores == true ? "restore: " : "rollback:") takes back what \(takesBack) had begun")
        }
        if let restoredBy {
            lines.append("over:     \(restoredBy) \(RunPlace.restoring(isUnfinished: takenBackBy != nil))")
        }
        if let takenBackBy, restoredBy == nil {
            lines.append("going:    \(takenBackBy) takes it back, and is unfinished")
        }
        if let superseded { lines.append("over:     superseded: \(superseded)") }
        if let holder { lines.append("at work:  \(holder)") }
        lines += asked.map { "asks:     \($0) waits for an answer at the terminal of the run" }
        lines += hops.map { "  \($0.id)  \($0.done) of \($0.steps)" }
        if let next, restoredBy == nil, takenBackBy == nil, superseded == nil { lines.append("next:     \(next)") }
        lines += inDoubt.map { step -> String in
            let action = step.action.map { " (\($0))" } ?? ""
            // While somebody works on it, it is only under way.
            return "\(step.action != nil && holder == nil ? "in doubt:" : "in hand: ") \(step.key)\(action)"
        }
        if let refused {
            // Whatever answered under a host's name may have had a say in it.
            let line = "refused:  the last resume, by \(refused.by), \(refused.time), began nothing: \(refused.error)"
            lines += [line, "  next:   \(refused.next)"].map(\.onOneLine)
        }
        for failure in failed {
            lines.append("failed:   \(failure.key), attempt \(failure.attempt)")
            lines.append("  why:    \(failure.why)")
            lines.append("  next:   \(failure.next)")
        }
        for one in skipped {
            lines.append("skipped:  \(one.key), by \(one.by), \(one.time)")
            lines.append("  reason: \(one.reason)")
        }
        if let takenFrom { lines.append("lease:    token \(token ?? 0), taken over from \(takenFrom)") }
        lines += ledger.map { "ours:     \($0)" }
        lines += notices.map { "note:     \($0)" }
        return lines
    }
}
