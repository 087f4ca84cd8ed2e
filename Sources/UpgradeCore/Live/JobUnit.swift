/// The transient systemd unit of a job, and the commands that start it and ask for it.
struct JobUnit: Hashable, Sendable {
    /// Where jobs keep their output and their result, on the host; `/var` outlasts a restart of the host.
    static let directory = "/var/lib/upgrader/jobs"

    /// The unit's name without `.service`.
    var name: String

    /// The directory of this job.
    var path: String { "\(Self.directory)/\(name)" }

    /// Starts `words` as the unit.
    func start(_ words: [String]) -> Command {
        let job = ["/bin/sh", "-c", HostScripts.job, "upgrader-job", path] + words
        return Command(
            ["/bin/sh", "-c", HostScripts.startJob, "upgrader-start-job", Self.directory]
                + ["systemd-run", "--quiet", "--unit=\(name)", "--setenv=HOME=/root", "--setenv=LC_ALL=C.UTF-8", "--"]
                // > To pass a literal dollar sign, use "$$". (systemd.service(5); also words of systemd-run)
                + job.map { $0.replacing("$", with: "$$") },
            needsRoot: true
        )
    }

    /// Asks for the unit and its result in one go.
    var status: Command {
        Command(
            ["/bin/sh", "-c", HostScripts.jobStatus, "upgrader-job-status", "\(name).service", path],
            needsRoot: true
        )
    }

    /// Removes what a job left that has done nothing.
    var forget: Command {
        Command(["/bin/sh", "-c", HostScripts.forgetJob, "upgrader-forget-job", path], needsRoot: true)
    }

    /// Whether the answer of `start` says that a unit of this name is there already.
    static func isThereAlready(_ result: CommandResult) -> Bool {
        // systemd 232 and later: "Unit x.service already exists.", "… was already loaded or has a fragment file."
        !result.succeeded
            && (result.errorOutput.contains("already exists") || result.errorOutput.contains("already loaded"))
    }
}

/// How a job stands.
enum JobStatus: Hashable, Sendable {
    /// Nothing of it is on the host.
    case absent
    /// Its unit runs.
    case running
    /// It has ended with this exit status, and the end of what it printed.
    case ended(Int32, output: String)
    /// It was begun, its unit is gone, and it has left no result.
    case vanished

    /// Reads what `HostScripts.jobStatus` prints.
    init(_ result: CommandResult) throws(ReadingError) {
        let lines = try result.text().split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.count >= 2, lines[0].hasPrefix("ActiveState=") else { throw .unreadable("no ActiveState") }
        let words = lines[1].split(separator: " ")
        switch (words.first, words.count) {
        case ("ended", 2):
            guard let status = Int32(words[1]) else { throw .unreadable("no exit status") }
            self = .ended(status, output: lines[2...].joined(separator: "\n"))
        case ("begun", 1):
            self = Self.isOver(lines[0]) ? .vanished : .running
        case ("none", 1):
            self = Self.isOver(lines[0]) ? .absent : .running
        default:
            throw .unreadable("no state of the job")
        }
    }

    private static func isOver(_ line: Substring) -> Bool {
        line == "ActiveState=inactive" || line == "ActiveState=failed"
    }
}
