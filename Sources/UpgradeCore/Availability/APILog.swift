internal import Synchronization

/// Keeps what API servers answered beside the journal, for people: `api.jsonl` in a run's directory, a span a line.
///
/// A span is written when another one begins, and each minute, so that a crash loses a minute at most.
public final class APILog: Sendable {
    /// The longest span that is not written yet, in seconds.
    public static let longest = 60.0

    private let log: LineLog<APISpan>
    private let open = Mutex<APISpan?>(nil)

    /// Opens the log of a run's directory and adds to it.
    public init(directory: String) {
        log = LineLog(Self.path(directory))
    }

    deinit { finish() }

    /// Takes a look.
    public func take(_ look: APILook) {
        open.withLock { open in
            if var span = open, span.servers == look.servers, look.time - span.from < Self.longest {
                span.to = look.time
                span.looks += 1
                open = span
            } else {
                write(&open)
                open = APISpan(look)
            }
        }
    }

    /// Writes what is not written yet.
    public func finish() {
        open.withLock { write(&$0) }
    }

    private func write(_ open: inout APISpan?) {
        if let span = open.take() { log.add(span) }
    }

    private static func path(_ directory: String) -> String { directory + "/api.jsonl" }

    /// Reads the log of a run's directory; what no run can have written is left out, and none is empty.
    public static func read(directory: String) -> [APISpan] { LineLog.read(path(directory)).filter(\.isPossible) }
}
