internal import Foundation
internal import UpgradeCore

/// What stands between a plan and a run of it: the lock, the question, the directory.
struct Beginning {
    var session: Session
    /// Whether the operator has said that nobody need be asked.
    var yes: Bool
    /// The command that prints the whole sequence.
    var look: String

    /// Refuses where nobody can be asked and nobody has said yes.
    ///
    /// - Throws: `Complaint`.
    func refuseUnasked() throws {
        guard !needsNoAnswer, isatty(STDIN_FILENO) != 1 else { return }
        throw Complaint(
            FiveLines(
                error: "nobody can be asked whether to begin",
                why: "standard input is not a terminal",
                state: "nothing was changed",
                next: "look at `\(look)`, then add --yes"
            ),
            .usage
        )
    }

    /// Takes the lock of the cluster's directory.
    ///
    /// - Throws: `Complaint`, `JournalError` where somebody else has it.
    func lock(_ clusterDirectory: String, _ reason: String) throws -> RunLock {
        try unbegun { () throws(JournalError) in
            try RunLock(clusterDirectory: clusterDirectory, holder: Session.lockText(reason))
        }
    }

    /// Rehearses a plan.
    ///
    /// - Parameters:
    ///   - plan: the plan.
    ///   - survey: what was seen.
    ///   - run: the name of the run.
    ///   - until: the last hop; `nil` for all.
    ///   - isShown: whether the sequence is printed.
    /// - Returns: what would be done.
    /// - Throws: the exit code of what the rehearsal refuses, which has been said then.
    func rehearse(
        _ plan: Plan,
        _ survey: Observation,
        run: String,
        until: HopID? = nil,
        isShown: Bool = false
    ) async throws -> Sequence {
        for failure in session.playbook.simulation?.failures ?? [] where !plan.keys.contains(where: failure.isOf) {
            let place = failure.target.map { "\(failure.step)@\($0)" } ?? "\(failure.step)"
            Output.note("note: simulation.failures: the plan has no step \(place); nothing fails there")
        }
        let script = try await session.rehearse(plan, survey, run: run, until: until)
        let sequence = Sequence(plan: plan, script: script, playbook: session.playbook, steps: session.steps)
        if isShown { Output.tell(sequence.text) }
        let ending = sequence.complain(session)
        if ending != .done { throw ending.code }
        return sequence
    }

    /// Says what is to be done, and asks.
    ///
    /// - Parameters:
    ///   - sequence: the whole plan, rehearsed.
    ///   - until: the last hop that will be walked; `nil` for all.
    /// - Throws: `Complaint` where the answer is not yes.
    func confirm(_ sequence: Sequence, until: HopID? = nil) throws {
        let whole = sequence.plan.to?.description ?? ""
        let end = until?.to.description ?? whole
        let way = "\(sequence.plan.from?.description ?? "") → \(end)" + (end == whole ? "" : " on the way to \(whole)")
        let steps = sequence.script.steps.filter { step in until.map { step.key.hop <= $0 } ?? true }
        let changing = steps.count { !$0.actions.isEmpty }
        Output.note(
            "\(session.playbook.cluster): \(way), \(steps.count) steps, \(changing) of them change something"
        )
        var points = sequence.pointLines(until: until)
        if let last = points.popLast() { points.append("\(last); `\(look)` says why") }
        for point in points { Output.note(point) }
        if needsNoAnswer { return }
        Output.note("`\(look)` prints every command. Begin? [yes/no]")
        guard readLine() == "yes" else {
            throw Complaint(
                FiveLines(
                    error: "not begun",
                    why: "the answer was not `yes`",
                    state: "nothing was changed",
                    next: "run it again when ready"
                ),
                .refused
            )
        }
    }

    /// Writes the directory of the run.
    ///
    /// - Throws: `Complaint`, `JournalError`.
    func create(state: String, run: String, _ plan: Plan, reason: String) throws -> RunDirectory {
        // What is taken back is written to as well: its journal is looked at before anything is begun.
        if let taken = plan.takesBack {
            let above = RunDirectory(path: "\(state)/\(session.playbook.cluster)/\(taken)")
            _ = try above.journal(now: { Date().timeIntervalSince1970 })
        }
        return try unbegun { () throws(JournalError) in
            try RunDirectory.create(
                state: state,
                cluster: session.playbook.cluster,
                name: run,
                plan: plan,
                playbook: session.text,
                playbookPath: URL(fileURLWithPath: session.path).standardizedFileURL.path,
                holder: Session.holder,
                reason: reason,
                now: { Date().timeIntervalSince1970 }
            )
        }
    }

    /// A run that left something of its own on the cluster has to be resumed or cleaned up first, however old it is.
    ///
    /// - Throws: `Complaint`, `JournalError`.
    static func refuseUnfinished(_ directories: [RunDirectory]) throws {
        guard let first = try UnfinishedRun.all(directories).first else { return }
        throw first.refusal
    }

    /// The same for what is begun on a run itself, to take it back: another that does so is to be ended first.
    ///
    /// - Throws: `Complaint`, `JournalError`.
    static func refuseUnfinished(besides directory: RunDirectory, _ plan: Plan) throws {
        // Where that is itself one that takes another back, its own way on is named.
        let others = RunDirectory.all(directory.clusterPath).filter {
            $0.path != directory.path || plan.takesBack != nil
        }
        try refuseUnfinished(others)
    }

    /// A simulated cluster has nothing to lose.
    private var needsNoAnswer: Bool { yes || session.playbook.simulation != nil }

    /// A disk that refuses before the run has begun: there is nothing to resume yet.
    private func unbegun<Value: ~Copyable>(_ body: () throws(JournalError) -> Value) throws -> Value {
        do {
            return try body()
        } catch .system(let path, let operation, let reason) {
            throw Complaint(
                FiveLines(
                    error: "the state directory cannot be used",
                    why: "\(operation) \(path): \(reason)",
                    state: "the run was not begun; the cluster was not changed",
                    next: "make room or mend the permissions, or choose another --state, then run it again"
                ),
                .refused
            )
        }
    }
}
