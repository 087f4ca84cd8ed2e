internal import UpgradeCore
internal import UpgradeKnowledge
internal import UpgradeNotices
internal import UpgradeServe

extension Complaint {
    /// A file that is no playbook.
    init(playbook error: PlaybookError, path: String) {
        let found = error.all.map { "\($0)" }
        self.init(
            FiveLines(
                error: "playbook \(path) cannot be used",
                why: found.joined(separator: "\n       "),
                state: "nothing was changed",
                next: "mend the playbook; playbooks/default.yaml shows the keys that usually matter, schema.json all"
            ),
            .usage
        )
    }

    /// A cluster and a playbook for which no plan can be made.
    init(plan error: PlanError, playbook: String) {
        let untouched = "the cluster was only looked at"
        switch error {
        case .access(let access):
            self.init(
                FiveLines(
                    error: "the cluster could not be surveyed",
                    why: access.why,
                    ran: access.ran,
                    state: untouched,
                    next: "\(access.next), then try again"
                ),
                access.isUnreachable ? .unreachable : .refused
            )
        case .noAPIServer(let hosts):
            self.init(
                FiveLines(
                    error: "no API server answers",
                    why: "asked on \(hosts.joined(separator: ", ")): none says its version",
                    state: untouched,
                    next: "bring an API server up; api.kubeconfig and api.endpoint in \(playbook) say how it is asked"
                ),
                .refused
            )
        case .alreadyThere(let release):
            self.init(
                FiveLines(
                    error: "there is nothing to do",
                    why: "the cluster runs \(release), the target of \(playbook)",
                    state: untouched,
                    next: "raise `target` to go on"
                ),
                .refused
            )
        case .goesDown(let from, let target):
            self.init(
                FiveLines(
                    error: "the target \(target) is below what runs",
                    why: "the cluster runs \(from); Kubernetes cannot go down",
                    state: untouched,
                    next: "set `target` in \(playbook) to \(from.next) or above"
                ),
                .refused
            )
        case .noFacts(let hop):
            self.init(
                FiveLines(
                    error: "nothing is known of the hop \(hop.from) → \(hop.to)",
                    why: "this version has no data file for it",
                    state: untouched,
                    next: "choose a nearer target, or a version of upgrader that knows the hop"
                ),
                .refused
            )
        case .noPackageVersion(let hop):
            self.init(
                FiveLines(
                    error: "the hop \(hop.from) → \(hop.to) has no package version",
                    why: "`releases` in \(playbook) does not name both \(hop.from) and \(hop.to)",
                    state: untouched,
                    next: "add them; a path goes through every minor release"
                ),
                .usage
            )
        case .machineTwice(let host, let other):
            self.init(
                FiveLines(
                    error: "\(host) and \(other) are one machine",
                    why: "both have the same machine-id",
                    state: untouched,
                    next: "name each machine once, or give a cloned machine its own machine-id"
                ),
                .refused
            )
        case .waves(let error):
            self.init(waves: error, playbook: playbook)
        }
    }

    /// Workers that cannot be divided as the playbook says.
    private init(waves error: WaveError, playbook: String) {
        func name(_ group: WorkerGroup) -> String {
            "\(group.name) of `workers.groups` (\(group.line.map { "\(playbook):\($0)" } ?? playbook))"
        }
        let (what, why, next) =
            switch error {
            case .inTwoGroups(let worker, let one, let other):
                (
                    "\(worker) is in two groups of workers", "it meets what \(name(one)) asks for, and \(name(other))",
                    "make the two so that each worker meets one at most"
                )
            case .nobody(let group):
                (
                    "no worker is in the group \(group.name)", "none meets all that \(name(group)) asks for",
                    "see `kubectl get nodes --show-labels` and the taints, and correct the group or the nodes"
                )
            }
        self.init(
            FiveLines(error: what, why: why, state: "the cluster was only looked at", next: next),
            .refused
        )
    }

    /// A state directory that cannot be used.
    init(journal error: JournalError) {
        switch error {
        case .system(let path, let operation, let reason):
            self.init(
                FiveLines(
                    error: "the state directory cannot be used",
                    why: "\(operation) \(path): \(reason)",
                    state: "what was recorded before is safe; nothing was done that is not recorded",
                    next: "make room or mend the permissions, then `upgrader resume \(Self.directory(of: path))`"
                ),
                .paused
            )
        case .damaged(let path, let line, let reason):
            self.init(
                FiveLines(
                    error: "\(path) is damaged at line \(line)",
                    why: reason,
                    state: "nothing on disk was changed",
                    next: Self.isMadeAnew(path)
                        ? "if the journal is as it was, remove \(path): it is made anew from it"
                        : "undo the edit, or put the run's directory back from a copy; \(DamagedRun(file: path).withoutCopy())"
                ),
                .drift
            )
        case .truncated(let path, let records, let expected):
            self.init(
                FiveLines(
                    error: "\(path) has lost records",
                    why: "it ends after record \(records); what stands beside it knows of \(expected)",
                    state: "nothing on disk was changed",
                    next: "put the run's directory back from a copy; \(DamagedRun(file: path).withoutCopy())"
                ),
                .drift
            )
        case .disagrees(let journal, let checkpoint, let record):
            self.init(
                FiveLines(
                    error: "\(checkpoint) is not what \(journal) says",
                    why: "at record \(record) the two differ; one of them was edited",
                    state: "nothing on disk was changed",
                    next: "restore the run's directory from a copy, or remove \(checkpoint) if the journal is right"
                ),
                .drift
            )
        case .unknownSchema(let path, let found, let known):
            self.init(
                FiveLines(
                    error: "\(path) was written by another version",
                    why: "it has schema \(found); this version knows \(known)",
                    state: "nothing on disk was changed",
                    next: "use the version that began the run"
                ),
                .drift
            )
        case .locked(let path, let holder):
            self.init(
                FiveLines(
                    error: "another process works on this cluster",
                    why: "\(path) is held by \(holder)",
                    state: "this process has done nothing",
                    next: "wait for it, or end it; the lock ends with it"
                ),
                .locked
            )
        case .renamed(let path, let run):
            self.init(
                FiveLines(
                    error: "\(path) is the run \(run) under another name",
                    why: "what the run left on the cluster bears its name, and would not be known as its own",
                    state: "nothing was done",
                    next: "give the directory its name back, then try again"
                ),
                .drift
            )
        case .noRun(let path):
            self.init(
                FiveLines(
                    error: "there is no run in \(path)",
                    why: "no directory with a plan.json is there",
                    state: "nothing was changed",
                    next: "begin one with `upgrader run PLAYBOOK`, or name the directory of a run"
                ),
                .usage
            )
        case .writableByOthers(let path, let mode):
            self.init(
                FiveLines(
                    error: "\(path) may be written to by others",
                    why: "its mode is \(mode): whoever may write there could change what a run goes by",
                    state: "nothing on disk was changed",
                    next:
                        "see that what is in it is yours, then `chmod -R go-w \(path)`; where that changes nothing, choose a --state "
                        + "on a file system that keeps permissions"
                ),
                .refused
            )
        case .notOurs(let path, let reason):
            self.init(
                FiveLines(
                    error: "\(path) cannot be part of a state directory",
                    why: reason,
                    state: "nothing on disk was changed",
                    next: Self.isOfRun(path)
                        ? "put the file itself back there, from where it was moved to or from a copy of the directory"
                        : "remove it, or choose another --state"
                ),
                .usage
            )
        }
    }

    /// Whether a file of a run only repeats what its journal says.
    static func isMadeAnew(_ path: String) -> Bool {
        ["/journal.head", "/checkpoint.json"].contains(where: path.hasSuffix)
    }

    /// Whether what stands at the path belongs to a run: nobody can do without it.
    private static func isOfRun(_ path: String) -> Bool {
        ["/journal.jsonl", "/plan.json", "/playbook.yaml", "/origin.json", "/simulation.json"].contains(
            where: path.hasSuffix
        )
    }

    private static func directory(of path: String) -> String {
        path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
    }

    /// A run that could not go on at all.
    init(driver error: DriverError) {
        switch error {
        case .recorder(let error):
            self.init(journal: error)
        case .bug(let text):
            self.init(
                FiveLines(
                    error: "a mistake in upgrader",
                    why: text,
                    state: "what was recorded is safe",
                    next: "report this with the run's directory; `upgrader resume` may go on"
                ),
                .bug
            )
        }
    }

    /// Any error, as a complaint.
    init(_ error: any Error) {
        switch error {
        case let complaint as Complaint: self = complaint
        case let error as JournalError: self.init(journal: error)
        case let error as DriverError: self.init(driver: error)
        case let error as PlaybookError: self.init(playbook: error, path: "")
        case let error as VersionDataError: self.init(knowledge: error)
        case let error as NoticeError: self.init(notice: error)
        case let error as ServeError: self.init(serve: error)
        default:
            self.init(
                FiveLines(
                    error: "a mistake in upgrader",
                    why: "\(error)",
                    state: "what was recorded is safe",
                    next: "report this"
                ),
                .bug
            )
        }
    }
}
