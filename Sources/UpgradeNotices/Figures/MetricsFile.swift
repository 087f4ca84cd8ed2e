internal import Foundation
internal import Glibc
internal import Synchronization
public import UpgradeCore

/// Writes the figures of a run where node-exporter's textfile collector finds them.
///
/// A whole file at a time: written beside its place and renamed. That it cannot be written stops nothing.
public final class MetricsFile: RunObserver {
    private struct State {
        var figures: RunFigures
        var isChanged = true
        var problem: String?
    }

    private let path: String
    private let state: Mutex<State>
    private let now: @Sendable () -> Double

    /// Makes a file of figures.
    ///
    /// - Parameters:
    ///   - path: where; the directory must be there.
    ///   - figures: the figures to begin with.
    ///   - now: the operator's clock in seconds since 1970.
    public init(_ path: String, _ figures: RunFigures, now: @escaping @Sendable () -> Double) {
        self.path = path
        self.now = now
        state = Mutex(State(figures: figures))
    }

    /// Takes what the run does.
    public func notice(_ notice: RunNotice) {
        let now = now()
        state.withLock { state in
            state.figures.take(notice, at: now)
            state.isChanged = true
        }
    }

    /// The API servers were looked at.
    public func saw(_ look: APILook) {
        state.withLock { state in
            state.figures.saw(APISpan(look))
            state.isChanged = true
        }
    }

    /// Writes what has changed each second, and everything each fifteen, until the task is cancelled.
    ///
    /// Fifteen seconds are how often Prometheus asks in its own example; waits grow without anything being noticed.
    public func keep() async {
        var second = 0
        while !Task.isCancelled {
            if state.withLock({ $0.isChanged }) || second.isMultiple(of: 15) { write() }
            second += 1
            try? await Task.sleep(for: .seconds(1))
        }
    }

    /// Writes how the run ended.
    ///
    /// - Returns: why the file could not be written; `nil` when it could.
    public func finish() -> String? {
        write()
        return state.withLock { $0.problem.map { "\(path) could not be written: \($0)" } }
    }

    private func write() {
        let text = state.withLock { state in
            state.isChanged = false
            return state.figures.text(at: now())
        }
        let problem = replace(with: text)
        state.withLock { $0.problem = problem }
    }

    private func replace(with text: String) -> String? {
        // A name that the collector does not take for one of its files.
        let temporary = "\(path).\(getpid())"
        unlink(temporary)
        // Whoever else's it is, it is read by node-exporter's user, too.
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o644)
        guard descriptor >= 0 else { return String(cString: strerror(errno)) }
        fchmod(descriptor, 0o644)
        let bytes = Array(text.utf8)
        let isWritten = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) } == bytes.count
        let isClosed = close(descriptor) == 0
        guard isWritten, isClosed, rename(temporary, path) == 0 else {
            let reason = String(cString: strerror(errno))
            unlink(temporary)
            return reason
        }
        return nil
    }
}
