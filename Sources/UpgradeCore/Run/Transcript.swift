internal import Synchronization

/// What commands printed and what was waited for, beside the journal: for people, and never for going on.
///
/// A file of its own, because the journal holds what a resume needs and nothing else. It is written without waiting for
/// the disk and may lack its last lines after a crash; that it cannot be written stops nothing.
public final class Transcript: RunObserver {
    /// One thing that was noticed.
    public struct Entry: Hashable, Sendable, Codable {
        /// What is waited for while a question stands.
        public static let asked = "the operator is asked what becomes of it"

        /// What was noticed.
        public enum Event: Hashable, Sendable, Codable {
            /// A command has ended.
            case ran(CommandTrace)
            /// The action in hand waits for this.
            case waits(String)
            /// The gate of the step was not open, and why; told once while the reason is the same.
            case gate(String, measured: [GateReading]?)
            /// The gate of the step is open, and what it measured.
            case opened([GateReading])
            /// The attempt has ended; so many seconds of it the cluster was asked, what its gate waited for left out.
            case looked(Double)
        }

        /// Seconds since 1970.
        public var time: Double
        /// The step.
        public var key: StepKey
        /// What was noticed.
        public var event: Event

        /// Makes an entry.
        public init(time: Double, key: StepKey, event: Event) {
            self.time = time
            self.key = key
            self.event = event
        }
    }

    private let last = Mutex<[StepKey: Entry.Event]>([:])
    private let looks = Mutex<[StepKey: Looks]>([:])
    private let log: LineLog<Entry>
    private let now: @Sendable () -> Double

    /// Opens the transcript of a run's directory and adds to it; one that cannot be written takes nothing.
    public init(directory: String, now: @escaping @Sendable () -> Double) {
        log = LineLog(Self.path(directory))
        self.now = now
    }

    static func path(_ directory: String) -> String { directory + "/transcript.jsonl" }

    /// Writes down what commands printed and what is waited for.
    public func notice(_ notice: RunNotice) {
        switch notice {
        case .looked(let key, let took):
            looks.withLock { $0[key, default: Looks()].add(took / .seconds(1)) }
        case .progress(let key, .ran(let trace)): write(key, .ran(trace))
        case .progress(let key, let progress): write(key, .waits(Redaction.redact(progress.title)))
        case .gateWaiting(let key, let unmet, let measured, _, _):
            looks.withLock { $0[key]?.isWaited = true }
            write(key, .gate(Redaction.redact(unmet.why), measured: measured))
        case .gateOpened(let key, let measured):
            looks.withLock { $0[key]?.isWaited = false }
            write(key, .opened(measured))
        case .stepEnded(let key, _, _), .stepFailed(let key, _):
            // A simulated cluster answers at once, and nobody reads of half a millisecond.
            if let looked = looks.withLock({ $0.removeValue(forKey: key)?.seconds }), looked >= 0.001 {
                write(key, .looked(looked))
            }
            last.withLock { $0[key] = nil }
        case .asking(let key, _): write(key, .waits(Entry.asked))
        case .answered(let key, let answer): write(key, .waits("the operator has answered \(answer.word)"))
        case .stepBegan, .settling, .actionBegan, .actionEnded, .stepSkipped, .interrupted, .stopped: break
        }
    }

    /// What the looks of an attempt have taken, those left out that came while its gate was waited for.
    private struct Looks {
        var seconds = 0.0
        var isWaited = false

        mutating func add(_ took: Double) {
            if !isWaited { seconds += took }
        }
    }

    private func write(_ key: StepKey, _ event: Entry.Event) {
        last.withLock { last in
            // Told again every few seconds while it lasts.
            guard !event.saysTheSame(as: last[key]) else { return }
            last[key] = event
            log.add(Entry(time: now(), key: key, event: event))
        }
    }

    /// Reads the transcript of a run's directory; what is no entry is left out, and none is empty.
    public static func read(directory: String) -> [Entry] { LineLog.read(path(directory)) }
}

extension Transcript.Entry.Event {
    /// A gate that waits for the same reason says the same, although its figures differ from look to look.
    fileprivate func saysTheSame(as other: Self?) -> Bool {
        if case (.gate(let mine, _), .gate(let theirs, _)?) = (self, other) { return mine == theirs }
        return self == other
    }
}
