internal import UpgradeCore
internal import UpgradeReport

/// `resume --skip STEP[@HOST] --reason TEXT` and `--withdraw-skip`: the answer to a run that has stopped at a failure.
struct SkipRequest {
    /// The steps that are to be left out, as the operator names them.
    var skipped: [String]
    /// The steps that were left out and are to be done after all.
    var withdrawn: [String]
    /// Why.
    var reason: String
    /// The run's directory, for messages.
    var directory: String

    /// Refuses a skip without a reason, whatever the run is like.
    ///
    /// - Throws: `Complaint`.
    func refuseWithoutReason() throws {
        guard !skipped.isEmpty, reason.allSatisfy(\.isWhitespace) else { return }
        throw refusal(
            "--skip wants a reason",
            "nobody would know later why \(skipped.joined(separator: ", ")) was left out",
            "add --reason TEXT; it goes into the journal",
            .usage
        )
    }

    /// What is to be recorded.
    ///
    /// - Parameters:
    ///   - state: what the journal says.
    ///   - plan: the plan, for what has come after a step.
    /// - Returns: the records, in the order in which they were asked for.
    /// - Throws: `Complaint` where there is no such failed step, or it may not be left out.
    func records(_ state: RunState, _ plan: Plan) throws -> [Record] {
        let guides = try StepGuide.all()
        let skips = try skipped.map { name -> Record in
            let key = try find(name, among: state.failed.keys, "failed", "--skip")
            guard let failed = state.failed[key] else { throw refusal("\(key) has not failed", "", "", .bug) }
            switch SkipVerdict(key, state.skipHindrance(key), guides: guides) {
            case .allowed(let consequence):
                let skip = Skip(by: Session.holder, reason: reason.onOneLine, consequence: consequence)
                return .skipped(key, attempt: failed.attempt, skip)
            case .refused(let why):
                throw refusal(
                    "\(key) cannot be left out",
                    why,
                    "mend what it failed at, then `upgrader resume \(directory)`; `upgrader why \(directory)` has the choices",
                    .refused
                )
            }
        }
        let withdrawals = try withdrawn.map { name -> Record in
            let key = try find(name, among: state.skipped.keys, "left out", "--withdraw-skip")
            try refuseBeyond(key, state, plan)
            return .withdrawn(key, by: Session.holder, reason: reason.onOneLine)
        }
        return skips + withdrawals
    }

    /// A step is done in its place or not at all: not once its lane, or the run, has gone further.
    ///
    /// One that was begun behind it and has failed is begun anew after it.
    private func refuseBeyond(_ key: StepKey, _ state: RunState, _ plan: Plan) throws {
        let later = plan.keys.drop { $0 != key }.dropFirst().first { other in
            let isAfter = other.target == key.target || other.hop != key.hop || other.phase != key.phase
            return isAfter && (state.isBehind(other) || state.inFlight[other] != nil)
        }
        guard let later else { return }
        throw refusal(
            "\(key) cannot be done any more",
            "the run has gone further, to \(later)",
            "look at it yourself; what it does is told by `upgrader explain \(key.step)`",
            .refused
        )
    }

    private func find(
        _ name: String,
        among keys: some Collection<StepKey>,
        _ what: String,
        _ option: String
    ) throws -> StepKey {
        let found = keys.filter { key in
            name == key.description || name == key.onTarget || name == key.step.description
        }
        if let only = found.first, found.count == 1 { return only }
        let there = (found.isEmpty ? Array(keys) : found).map(\.description).sorted()
        let why =
            there.isEmpty
            ? "no step of the run is \(what)"
            : found.isEmpty
                ? "\(what) \(there.count == 1 ? "is" : "are") \(there.joined(separator: ", "))"
                : "\(name) is \(there.joined(separator: " and "))"
        throw refusal(
            found.isEmpty
                ? "\(option): no step \(name) is \(what)" : "\(option): more than one step \(name) is \(what)",
            why,
            there.isEmpty
                ? "`upgrader status \(directory)` says how the run stands"
                : "name one of them, as STEP@HOST or as it stands here",
            .usage
        )
    }

    private func refusal(_ error: String, _ why: String, _ next: String, _ ending: Ending) -> Complaint {
        Complaint(
            FiveLines(
                error: error,
                why: why,
                state: "nothing was done now; the run stands where it stopped",
                next: next
            ),
            ending
        )
    }
}
