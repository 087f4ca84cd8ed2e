extension Cleanup {
    /// What a rollback takes back of another run.
    public struct Taking: Sendable {
        /// The name of the rollback.
        public var rollback: String
        /// The name of the run that it takes back.
        public var run: String
        /// The plan of that run.
        public var plan: Plan
        /// Whether what its ledger holds of these lanes is undone; else it stays for a resume of that run.
        ///
        /// Cordons of nodes that only wait for their lane go in either case.
        public var undoesLedger: Bool
        /// Whether the run is over afterwards, and is never resumed.
        public var isFinal: Bool
        /// The steps that are taken back: whole lanes.
        public var isMeant: @Sendable (StepKey) -> Bool

        /// Makes a value.
        public init(
            rollback: String,
            run: String,
            plan: Plan,
            undoesLedger: Bool,
            isFinal: Bool = false,
            isMeant: @escaping @Sendable (StepKey) -> Bool
        ) {
            self.rollback = rollback
            self.run = run
            self.plan = plan
            self.undoesLedger = undoesLedger
            self.isFinal = isFinal
            self.isMeant = isMeant
        }
    }

    /// Waits for what the run may still do, undoes what its ledger holds, and writes down in its journal that the lanes
    /// begin anew.
    ///
    /// Before the first action of the rollback, and again on each resume of it: from then on either run may be resumed,
    /// whatever becomes of the other. A cordon stays, for a node is emptied before its packages are put back, and a silence,
    /// for what it silences goes on.
    /// - Parameters:
    ///   - taking: what is taken back.
    ///   - recorder: the journal of the run that is taken back.
    ///   - access: the cluster.
    ///   - report: is told what is waited for.
    /// - Returns: what became of each; where one is not settled, nothing is written down, and the rollback must not go on.
    /// - Throws: `JournalError` when nothing more can be recorded.
    public static func takeBack(
        _ taking: Taking,
        recorder: any Recorder,
        access: any ClusterAccess,
        report: @escaping @Sendable (ActionProgress) -> Void
    ) async throws(JournalError) -> [Outcome] {
        var outcomes = await settle(
            run: taking.run,
            recorder.state,
            access,
            of: taking.isMeant,
            report: report
        )
        guard outcomes.isEmpty else { return outcomes }
        outcomes = try await undo(taking, recorder, access, report) { !$0.staysForRollback }
        if taking.isFinal {
            // The snapshot has the object as it was before: what is kept for what etcd holds now is over with that.
            let kept = outcomes.compactMap { if case .kept(let effect, _, _) = $0 { effect } else { nil } }
            if !kept.isEmpty { try recorder.append(kept.map { .struck($0, undone: false) }) }
            outcomes.removeAll { if case .kept = $0 { true } else { false } }
        }
        guard outcomes.allSatisfy(\.isSettled) else { return outcomes }
        let state = recorder.state
        let lanes = taking.plan.keys.filter { taking.isMeant($0) && state.hasBegun($0) }.lanes
        if !lanes.isEmpty { try recorder.append(lanes.map { .tookBack($0, by: taking.rollback) }) }
        return outcomes
    }

    /// Undoes what was left for the rollback to work with, as far as its own steps have not.
    ///
    /// - Throws: `JournalError` when nothing more can be recorded; whoever looks for the entries later finds nothing.
    public static func endTaking(
        _ taking: Taking,
        recorder: any Recorder,
        access: any ClusterAccess
    ) async throws(JournalError) {
        _ = try await undo(taking, recorder, access, { _ in }, where: { $0.staysForRollback })
        guard taking.isFinal else {
            let lanes = taking.plan.keys.filter { taking.isMeant($0) }.lanes.filter(recorder.state.hasTakenDown)
            if !lanes.isEmpty {
                try recorder.append(lanes.map { .tookBack($0, by: taking.rollback, isEnded: true) })
            }
            return
        }
        // They were waited for before the first step of the rollback.
        let settled = recorder.state.unsettled.keys.filter(taking.isMeant).sorted { $0.description < $1.description }
        if !settled.isEmpty { try recorder.append(settled.map { .released($0) }) }
    }

    private static func undo(
        _ taking: Taking,
        _ recorder: any Recorder,
        _ access: any ClusterAccess,
        _ report: @escaping @Sendable (ActionProgress) -> Void,
        where isAsked: (Ledger.Entry) -> Bool
    ) async throws(JournalError) -> [Outcome] {
        try await undo(
            run: taking.run,
            recorder: recorder,
            access: access,
            machineIDs: taking.plan.machineIDs,
            report: report
        ) { entry in
            // The cordon that a worker went back under is gone with the rollback, whatever else stays for a resume.
            ((taking.undoesLedger || entry.isCordon) && taking.isMeant(entry.key) || entry.isAhead) && isAsked(entry)
        }
    }
}

extension Ledger.Entry {
    /// Whether it is the cordon of a node that only waits for its lane.
    fileprivate var isAhead: Bool { key.phase.kind == .cordonAhead }

    fileprivate var isCordon: Bool { if case .cordon = effect { true } else { false } }

    /// Whether it is still wanted while a rollback works.
    ///
    /// The cordon of a node that only waits for its lane is not: the pods of the workers that go back need the room.
    public var staysForRollback: Bool {
        switch effect {
        case .cordon, .silence: !isAhead
        case .mask, .pause, .liftedHold, .updateStrategy, .calicoPaused, .templateImage, .templateVariable: false
        }
    }
}
