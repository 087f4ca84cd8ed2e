public import UpgradeCore

/// Turns the records of a journal into lines, one after another, as they come.
public struct LogFold: Sendable {
    private var begun: [StepKey: Double] = [:]
    private var intended: [StepKey: (action: Action, time: Double)] = [:]

    /// Makes a fold that has seen nothing.
    public init() {}

    /// Takes the next record.
    public mutating func take(_ record: Record, at time: Double) -> LogEntry {
        func entry(
            _ event: String,
            _ key: StepKey? = nil,
            _ text: String,
            took: Double? = nil,
            _ detail: String? = nil
        )
            -> LogEntry
        {
            LogEntry(time: time, event: event, key: key, text: text, took: took, detail: detail)
        }
        switch record {
        case .started(let header): return entry("started", nil, "the run \(header.run) is begun\(Self.who(header))")
        case .resumed(let header):
            begun = [:]
            return entry("resumed", nil, "the run is taken up again\(Self.who(header))")
        case .leased(let claim):
            let from = claim.takenFrom.map { ", taken over from \($0.title)" } ?? ""
            return entry("leased", nil, "the lease of the cluster is held, with token \(claim.token)\(from)")
        case .begun(let key, let attempt):
            begun[key] = time
            return entry("begun", key, attempt > 1 ? "begins, attempt \(attempt)" : "begins")
        case .intended(let key, _, _, let action):
            intended[key] = (action, time)
            return entry("intended", key, "does \(action.title)")
        case .acted(let key, _, _):
            let last = intended.removeValue(forKey: key)
            let took = last.map { time - $0.time }
            return entry("acted", key, "did \(last?.action.title ?? "it")\(Self.inTime(took))", took: took)
        case .done(let key):
            let took = begun.removeValue(forKey: key).map { time - $0 }
            return entry("done", key, "is done\(Self.inTime(took))", took: took)
        case .failed(let key, let attempt, let failure):
            let took = begun.removeValue(forKey: key).map { time - $0 }
            let detail = [failure.ran, failure.output].compactMap { $0 }.joined(separator: "\n")
            return entry(
                "failed",
                key,
                "failed, attempt \(attempt): \(failure.why)",
                took: took,
                detail.isEmpty ? nil : detail
            )
        case .skipped(let key, _, let skip):
            return entry("skipped", key, "is skipped by \(skip.by), because: \(skip.reason)", skip.consequence)
        case .withdrawn(let key, let by, let reason):
            let why = reason.isEmpty ? "" : ", because: \(reason)"
            return entry("withdrawn", key, "is to be done after all, by \(by)\(why)")
        case .undoing(let effect): return entry("undoing", nil, "cleanup is about to \(effect.inverse.title)")
        case .struck(let effect, let undone):
            return entry(
                "struck",
                nil,
                undone ? "cleanup did \(effect.inverse.title)" : "no longer ours: \(effect.title)"
            )
        case .tookBack(let key, let run, let isEnded):
            let what = isEnded == true ? "has been taken back" : "is taken back"
            return entry("tookBack", key, "\(what) by \(run); a resume begins its lane anew")
        case .released(let key): return entry("released", key, "is given up by cleanup; a resume begins it anew")
        case .stopped(let reason): return entry("stopped", nil, "the run stopped: \(reason.words)")
        }
    }

    private static func who(_ header: RunHeader) -> String {
        " by \(header.holder)" + (header.reason.isEmpty ? "" : ", because: \(header.reason)")
    }

    private static func inTime(_ seconds: Double?) -> String { seconds.map { " in \(Clock.length($0))" } ?? "" }
}

extension LogEntry {
    /// A line for what a command printed or was waited for.
    public init(_ entry: Transcript.Entry) {
        switch entry.event {
        case .ran(let trace):
            self.init(
                time: entry.time,
                event: "ran",
                key: entry.key,
                text: "ran on \(trace.host): \(trace.command)   (\(trace.status) in \(Clock.length(trace.seconds)))",
                took: trace.seconds,
                detail: trace.output.isEmpty ? nil : trace.output
            )
        case .waits(let text): self.init(time: entry.time, event: "waits", key: entry.key, text: text)
        case .gate(let text, let measured):
            self.init(
                time: entry.time,
                event: "gate",
                key: entry.key,
                text: "waits: \(text)",
                detail: Self.lines(measured ?? [])
            )
        case .opened(let measured):
            let detail = Self.lines(measured)
            self.init(time: entry.time, event: "opened", key: entry.key, text: "its gate is open", detail: detail)
        case .looked(let seconds):
            let text = "the cluster was asked for \(Clock.length(seconds))"
            self.init(time: entry.time, event: "looked", key: entry.key, text: text, took: seconds)
        }
    }

    private static func lines(_ measured: [GateReading]) -> String? {
        measured.isEmpty ? nil : measured.map(\.text).joined(separator: "\n")
    }
}

extension StopReason {
    /// Why, in words.
    public var words: String {
        switch self {
        case .completed: "every step is done"
        case .reached(let hop): "\(hop) is done, as asked"
        case .interrupted: "the operator interrupted it"
        case .leaseLost(let loss): loss.why
        case .outOfTime(let key, let needs): "no time was left for \(key.target), which may take \(needs.text)"
        case .failed(let keys): keys.count == 1 ? "a step failed" : "\(keys.count) steps failed"
        }
    }
}
