internal import UpgradeCore

/// The simulated cluster that a run has left in the state directory, for commands that look and begin no run.
///
/// A real cluster is one, whoever looks. Of a simulated one each run has its own, and a new run begins with a new one: so what
/// is looked at is said.
enum KeptWorld {
    /// Of which run.
    enum Choice {
        /// The newest, whether it goes on or has ended.
        case newest
        /// The newest, as long as it has not come to its end: who checks afterwards asks about the next run, which has a new
        /// cluster.
        case unfinished
    }

    /// The directory of the run whose cluster is looked at.
    ///
    /// - Parameters:
    ///   - playbook: names the cluster, and says whether it is simulated.
    ///   - state: the directory in which runs are kept.
    ///   - choice: which run counts.
    /// - Returns: `nil` for real hosts, and where no run of the cluster has left one.
    static func directory(_ playbook: Playbook, in state: String, _ choice: Choice) -> RunDirectory? {
        guard playbook.simulation != nil else { return nil }
        // A rollback has none: it is of the cluster of its upgrade.
        let newest = RunDirectory.all("\(state)/\(playbook.cluster)").last { $0.keepsSimulation }
        guard let newest else { return nil }
        // One whose record cannot be read has not come to its end, as far as anybody knows.
        if choice == .unfinished, (try? newest.history())?.state.stop == .completed { return nil }
        return newest
    }
}

extension Worlds {
    /// Looks at the world of a playbook; of a simulated one, at what a run has left of it.
    ///
    /// - Parameters:
    ///   - session: the playbook.
    ///   - state: the directory in which runs are kept.
    ///   - choice: which run counts.
    ///   - body: is given the cluster.
    /// - Returns: what `body` returns.
    /// - Throws: as `use`.
    static func look<Value: Sendable>(
        _ session: Session,
        in state: StateOptions,
        _ choice: KeptWorld.Choice,
        _ body: (World) async throws -> Value
    ) async throws -> Value {
        let kept = KeptWorld.directory(session.playbook, in: state.state, choice)
        if let kept { Output.note("note: looking at the simulated cluster of \(kept.path)") }
        return try await use(session.playbook, directory: kept) { world in
            try await world.patience.during(session.looking) { try await body(world) }
        }
    }
}
