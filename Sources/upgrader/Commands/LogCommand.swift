internal import ArgumentParser
internal import Foundation
internal import UpgradeCore
internal import UpgradeReport

/// `upgrader log`: what happened in a run, line by line.
struct LogCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "log",
        abstract: "Print what happened in a run, from its journal and what its commands printed.",
        discussion: "With --format json each line is an object. --follow ends when the run stops, or was killed."
    )

    @Argument(help: "The run's directory; the newest run when not given.", completion: .directory)
    var run: String?

    @Option(help: "Only what is about this host or node.")
    var host: String?

    @Option(help: "Only this step, phase, hop, or what begins so: drain, workers, HOP/workers.")
    var step: String?

    @Option(help: "Only what is later: 10m ago, 21:41 on this clock, or 2026-11-24T21:41 in UTC.")
    var since: String?

    @Flag(help: "Go on printing as it happens.")
    var follow = false

    @Option(help: "text or json.")
    var format = OutputFormat.text

    @OptionGroup var state: StateOptions

    mutating func run() async throws {
        try await complaining(json: format == .json, isLines: true) {
            let record = try RunRecord(run ?? state.state)
            let filter = LogFilter(
                hosts: try host.map { try record.session.names($0, record.story.state.ledger) } ?? [],
                step: step,
                since: try since.map { try Moment.read($0, now: Date().timeIntervalSince1970) }
            )
            try refuseUnknownStep(record.plan)
            var log = LogReading(record.directory, filter)
            try write(try log.next())
            guard follow else { return .done }
            while !log.hasStopped {
                // Short for a person who watches; reading costs nothing when nothing came.
                try? await Task.sleep(for: .milliseconds(300))
                // Before the reading: what was written until the process ended is read.
                let holder = try RunLock.holder(clusterDirectory: record.directory.clusterPath)
                try write(try log.next())
                guard holder == nil, !log.hasStopped else { continue }
                Output.note(
                    "note: nobody works on the run, and it has no end: it was killed; "
                        + "`upgrader why \(record.directory.path)` says what can be done"
                )
                return .done
            }
            return .done
        }
    }

    /// A typo must not read as a step at which nothing happened.
    private func refuseUnknownStep(_ plan: Plan) throws {
        guard let step, !plan.keys.contains(where: { LogFilter.names(step, $0) }) else { return }
        let near = Spelling.nearest(to: step, among: Set(plan.keys.map(\.step.description)).sorted())
        throw Complaint(
            FiveLines(
                error: "the plan has no step \(step)",
                why: "it is no step, phase, hop or beginning of a step's key in it",
                state: "nothing was changed",
                next: near.map { "did you mean \($0)?" } ?? "`upgrader plan` and `upgrader explain` name the steps"
            ),
            .usage
        )
    }

    private func write(_ entries: [LogEntry]) throws {
        for entry in entries {
            switch format {
            case .text: Output.write(entry.lines.joined(separator: "\n"))
            case .json: Output.write(try entry.json)
            }
        }
    }
}

/// The journal and the transcript of a run as one stream of lines, in the order of time.
private struct LogReading {
    private let directory: RunDirectory
    private let filter: LogFilter
    private var journal: JournalFollower
    private var fold = LogFold()
    private var told = 0
    private(set) var hasStopped = false

    init(_ directory: RunDirectory, _ filter: LogFilter) {
        self.directory = directory
        self.filter = filter
        journal = JournalFollower(directory: directory.path)
    }

    mutating func next() throws -> [LogEntry] {
        var entries: [LogEntry] = []
        for (time, record) in try journal.next() {
            entries.append(fold.take(record, at: time))
            if case .stopped = record { hasStopped = true }
            if case .resumed = record { hasStopped = false }
        }
        let transcript = Transcript.read(directory: directory.path)
        entries += transcript.dropFirst(told).map(LogEntry.init)
        told = transcript.count
        // Stable: what has the same time stays in the order of the journal.
        let ordered = entries.enumerated().sorted { ($0.element.time, $0.offset) < ($1.element.time, $1.offset) }
        return ordered.map(\.element).filter(filter.wants)
    }
}
