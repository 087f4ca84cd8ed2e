internal import Foundation
internal import Glibc
internal import Synchronization

/// Keeps what API servers answered beside the journal, for people: `api.jsonl` in a run's directory, a span a line.
///
/// Like the transcript it is not waited for, and that it cannot be written stops nothing. A span is written when another
/// one begins, and each minute, so that a crash loses a minute at most.
public final class APILog: Sendable {
    private struct State {
        var span: APISpan?
        var isWritable: Bool
    }

    /// The longest span that is not written yet, in seconds.
    public static let longest = 60.0

    private let descriptor: Int32
    private let state: Mutex<State>

    /// Opens the log of a run's directory and adds to it.
    public init(directory: String) {
        let flags = O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK
        descriptor = open(Self.path(directory), flags, 0o600)
        state = Mutex(State(isWritable: descriptor >= 0))
        // Half a line that a crash left would swallow the first one of this process.
        var last: UInt8 = 0
        let end = lseek(descriptor, 0, SEEK_END)
        if end > 0, pread(descriptor, &last, 1, end - 1) == 1, last != UInt8(ascii: "\n") {
            _ = Glibc.write(descriptor, "\n", 1)
        }
    }

    deinit {
        finish()
        if descriptor >= 0 { close(descriptor) }
    }

    /// Takes a look.
    public func take(_ look: APILook) {
        state.withLock { state in
            if var span = state.span, span.servers == look.servers, look.time - span.from < Self.longest {
                span.to = look.time
                span.looks += 1
                state.span = span
            } else {
                write(&state)
                state.span = APISpan(look)
            }
        }
    }

    /// Writes what is not written yet.
    public func finish() {
        state.withLock { write(&$0) }
    }

    private func write(_ state: inout State) {
        guard let span = state.span else { return }
        state.span = nil
        guard state.isWritable, let line = try? JSON.line(span) else { return }
        let bytes = Array(line) + [UInt8(ascii: "\n")]
        // In one write; after half a line nothing more is added to it.
        state.isWritable = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) } == bytes.count
    }

    private static func path(_ directory: String) -> String { directory + "/api.jsonl" }

    /// Reads the log of a run's directory; what is no span is left out, and none is empty.
    public static func read(directory: String) -> [APISpan] {
        guard let bytes = try? FileSystem.read(path(directory)) else { return [] }
        return bytes.split(separator: UInt8(ascii: "\n")).compactMap { try? JSON.decode(APISpan.self, from: Data($0)) }
            .filter(\.isPossible)
    }
}
