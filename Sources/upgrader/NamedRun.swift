internal import UpgradeCore

/// The run that the arguments of a command name.
enum NamedRun {
    /// Finds it; a host where a directory is wanted is told apart from a directory that is not there.
    ///
    /// - Parameters:
    ///   - argument: what was given; `nil` for the newest run.
    ///   - state: the directory in which runs are kept.
    ///   - typed: how it is typed, from the host and the directory of the newest run.
    /// - Returns: the directory of the run.
    /// - Throws: `JournalError`, `Complaint`.
    static func find(
        _ argument: String?,
        in state: StateOptions,
        typed: (_ host: String, _ run: String) -> String
    ) throws -> RunDirectory {
        do throws(JournalError) {
            return try RunDirectory.find(argument ?? state.state)
        } catch {
            guard case .noRun = error, let argument, let complaint = complaint(argument, state, typed) else {
                throw error
            }
            throw complaint
        }
    }

    private static func complaint(
        _ name: String,
        _ state: StateOptions,
        _ typed: (_ host: String, _ run: String) -> String
    ) -> Complaint? {
        guard let newest = try? RunDirectory.find(state.state), isHost(name, of: newest) else { return nil }
        return Complaint(
            FiveLines(
                error: "\(name) is a host, and the directory of a run is wanted here",
                why:
                    "there is no directory of that name with a run in it; the newest run, \(newest.path), has such a host",
                state: "nothing was changed",
                next: typed(ShellQuoting.join([name]), ShellQuoting.join([newest.path]))
            ),
            .usage
        )
    }

    private static func isHost(_ name: String, of run: RunDirectory) -> Bool {
        guard let plan = try? run.plan(), let playbook = try? Session(of: run, plan).playbook else { return false }
        return playbook.hosts.contains { $0.name == name || $0.node == name }
    }
}
