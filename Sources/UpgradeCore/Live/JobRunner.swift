/// Runs a command as a transient unit, at most once under one name, and follows it to its end.
///
/// ```
/// absent   -> start, then ask again
/// running  -> wait, ask again
/// ended    -> done, or failed with what it printed
/// vanished -> its host was restarted, or somebody removed it
/// ```
/// A lost connection changes nothing: the host is asked again when it is back. Starting twice does nothing either, since
/// the job itself refuses to begin where its directory exists.
struct JobRunner: Sendable {
    let access: HostAccess
    let host: Host
    let unit: JobUnit
    /// For the job, from its start, or from the first look at one that runs already.
    let deadline: Duration
    let report: @Sendable (ActionProgress) -> Void

    /// A question or a start is answered in well under a second; systemd may be busy with daemon-reload.
    static let callDeadline = Duration.seconds(30)

    /// Starts the job where it is not there yet, and follows it; gives its exit status and the end of what it printed.
    ///
    /// `beforeStart` waits for what must be so before the job begins; `whileRunning` is called between two looks.
    func perform(
        _ command: Command,
        beforeStart: () async throws(AccessError) -> Void = {},
        whileRunning: () async -> Void = {}
    ) async throws(AccessError) -> (status: Int32, output: String) {
        var watch = Stopwatch(access.clock)
        var pace = Pace()
        var wasStarted = false
        var misses = 0
        while true {
            switch try await status() {
            case .ended(let status, let output):
                return (status, output)
            case .running:
                misses = 0
                pace.isRunning()
                await whileRunning()
            case .absent where !wasStarted:
                try await beforeStart()
                try await start(command)
                wasStarted = true
                pace.isRunning()
                watch = Stopwatch(access.clock)
            case .absent, .vanished:
                // Once may be the moment between the start of the unit and the first line of the job.
                misses += 1
                if misses > 1 { throw .jobVanished(host: host.name, unit: unit.name) }
            }
            try await wait(&pace, watch)
        }
    }

    /// Waits until no unit of this name runs; returns whether the host has ever seen the job.
    func settle() async throws(AccessError) -> Bool {
        let watch = Stopwatch(access.clock)
        var pace = Pace()
        while true {
            switch try await status() {
            case .absent: return false
            case .ended, .vanished: return true
            case .running:
                pace.isRunning()
                try await wait(&pace, watch)
            }
        }
    }

    func status() async throws(AccessError) -> JobStatus {
        let result = try await call(unit.status)
        do throws(ReadingError) {
            return try JobStatus(result)
        } catch {
            throw error.access(unit.status, on: host.name, result)
        }
    }

    /// Makes the name free again after a job that did nothing.
    func forget() async throws(AccessError) {
        let result = try await call(unit.forget)
        guard result.succeeded else { throw .failed(unit.forget, on: host.name, result) }
    }

    private func start(_ command: Command) async throws(AccessError) {
        let start = unit.start(command.words)
        let result = try await call(start)
        guard result.succeeded || JobUnit.isThereAlready(result) else { throw .failed(start, on: host.name, result) }
    }

    private func call(_ command: Command) async throws(AccessError) -> CommandResult {
        do throws(RemoteError) {
            return try await access.run(command, on: host, deadline: Self.callDeadline, report: report).result
        } catch {
            throw .remote(error)
        }
    }

    private func wait(_ pace: inout Pace, _ watch: Stopwatch) async throws(AccessError) {
        guard watch.elapsed() < deadline, await watch.wait(pace.next()) else {
            throw .jobOverdue(host: host.name, unit: unit.name, deadline: min(watch.elapsed(), deadline))
        }
    }
}

/// How long to wait between two looks: hardly where the host itself waits for the end of a job that runs, longer each time where
/// there is none.
private struct Pace {
    private static let soon = Duration.milliseconds(100)
    private var interval = Duration.milliseconds(500)
    private var runs = false

    mutating func isRunning() { runs = true }

    mutating func next() -> Duration {
        defer { runs = false }
        guard !runs else { return Self.soon }
        defer { interval = min(interval * 5 / 4, .seconds(2)) }
        return interval
    }
}

extension ReadingError {
    /// The same with the command and the host.
    func access(_ command: Command, on host: String, _ result: CommandResult) -> AccessError {
        switch self {
        case .failed:
            .failed(command, on: host, result)
        case .unreadable(let reason):
            .unreadable(
                host: host,
                command: Redaction.redact(command),
                reason: Redaction.redact(reason)
            )
        }
    }
}
