internal import UpgradeCore
internal import UpgradeReport

/// A run whose directory cannot be gone by, as its journal or plan was lost or edited, and for which there may be no copy.
///
/// What it has left is known by the cluster's marks then. They are not asked for while the directory stands among the runs: its
/// ledger would be the truth, if it could be read.
struct DamagedRun {
    /// Where it is.
    let directory: RunDirectory

    /// Takes a file of the run.
    init(file: String) {
        directory = RunDirectory(path: file.lastIndex(of: "/").map { String(file[..<$0]) } ?? ".")
    }

    /// What is to be moved away.
    ///
    /// A simulated cluster is a file in the directory of its run: moved away as well there is nothing left to clean up.
    private var what: String {
        directory.keepsSimulation ? "all of \(directory.path) but simulation.json" : directory.path
    }

    /// Whether it may have moved the data of etcd: then no cleanup is right, and only its own end, or hands, lead on.
    private var isRestore: Bool {
        if (try? directory.plan())?.restores != nil { return true }
        let journal = try? LocalDisk().read(directory.journalPath)
        return String(decoding: journal ?? [], as: UTF8.self).contains("\"swapEtcd\"")
    }

    /// What is left where nobody has a copy; `command` is the cleanup by marks as somebody has typed it.
    func withoutCopy(_ command: String? = nil) -> String {
        isRestore
            ? "without one, begin nothing else: docs/how-to/restore-etcd.md says under `A restore whose directory is lost` how its end is "
                + "reached by hand"
            : "without one, move \(what) out of \(directory.clusterPath), then `\(command ?? recovery)`"
    }

    private var recovery: String {
        let playbook = (try? directory.playbookOrigin()).map { ShellQuoting.join([$0]) } ?? "PLAYBOOK"
        return "upgrader cleanup --from-marks \(playbook) --takeover\(RunPlace.stateOption(besides: directory.path))"
    }

    /// Says what stands in the way of a cleanup by marks; `nil` for an error that is no damage.
    static func refusal(_ error: JournalError, again: String) -> Complaint? {
        switch error {
        // What only repeats the journal is made anew, and no copy is needed.
        case .damaged(let file, _, _) where Complaint.isMadeAnew(file): nil
        case .damaged(let file, let line, let reason):
            DamagedRun(file: file).refusal("\(file) is damaged at line \(line): \(reason)", again)
        case .truncated(let file, let records, let expected):
            DamagedRun(file: file)
                .refusal("\(file) has lost records: it ends after \(records) of \(expected)", again)
        case .system, .disagrees, .unknownSchema, .locked, .renamed, .noRun, .writableByOthers, .notOurs: nil
        }
    }

    private func refusal(_ why: String, _ again: String) -> Complaint {
        Complaint(
            FiveLines(
                error: "the damaged run \(directory.path) stands in the way of a cleanup by marks",
                why: why,
                state: "nothing was changed, on disk or on the cluster",
                next: "put its directory back from a copy, then `upgrader \(isRestore ? "resume" : "cleanup") "
                    + "\(directory.path)`; \(withoutCopy(again))"
            ),
            .drift
        )
    }
}
