import Foundation
import Synchronization

/// A program started by a test, killed with its last owner.
final class ChildProcess: Sendable {
    struct Failure: Error, CustomStringConvertible {
        var description: String
    }

    let pid: pid_t
    private let log: Log
    private let isEnded = Mutex(false)

    /// What the program has printed, and who waits for a line of it.
    private final class Log: Sendable {
        struct State {
            var text = ""
            var isOver = false
            var waiting: [(text: String, continuation: CheckedContinuation<Bool, Never>)] = []
        }

        let state = Mutex(State())

        func add(_ data: Data) {
            let ready = state.withLock { state in
                state.text += String(decoding: data, as: UTF8.self)
                state.isOver = state.isOver || data.isEmpty
                let ready = state.waiting.filter { state.isOver || state.text.contains($0.text) }
                state.waiting.removeAll { waiting in ready.contains { $0.text == waiting.text } }
                return ready.map { ($0.continuation, state.text.contains($0.text)) }
            }
            for (continuation, found) in ready {
                continuation.resume(returning: found)
            }
        }

        func wait(for text: String) async -> Bool {
            await withCheckedContinuation { continuation in
                let found = state.withLock { state -> Bool? in
                    if state.text.contains(text) { return true }
                    if state.isOver { return false }
                    state.waiting.append((text, continuation))
                    return nil
                }
                if let found {
                    continuation.resume(returning: found)
                }
            }
        }
    }

    /// Starts a program; its standard output and error are kept.
    init(_ program: String, _ arguments: [String]) throws {
        let child = try Spawn.start(program, arguments)
        let log = Log()
        // A thread, not a readability handler: under load those were seen to miss the end of a program.
        Thread.detachNewThread {
            var data = child.output.availableData
            while !data.isEmpty {
                log.add(data)
                data = child.output.availableData
            }
            log.add(data)
        }
        self.log = log
        pid = child.pid
    }

    deinit {
        end()
    }

    /// Kills the program and waits until it is gone.
    func end() {
        isEnded.withLock { isEnded in
            guard !isEnded else { return }
            isEnded = true
            kill(pid, SIGKILL)
            waitpid(pid, nil, 0)
        }
    }

    /// What the program has printed so far.
    var output: String {
        log.state.withLock { $0.text }
    }

    /// Waits until the program has printed a text; throws when it ends without.
    func expect(_ text: String) async throws {
        guard await log.wait(for: text) else {
            throw Failure(description: "\(text) was expected, not: \(output)")
        }
    }

    /// The processes that this one has started directly.
    var children: [pid_t] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return names.compactMap { pid_t($0) }.filter { candidate in
            guard let data = FileManager.default.contents(atPath: "/proc/\(candidate)/stat") else { return false }
            // The name in parentheses may hold blanks; the parent is the second field behind it.
            let text = String(decoding: data, as: UTF8.self)
            guard let end = text.lastIndex(of: ")") else { return false }
            let fields = text[end...].split(separator: " ")
            return fields.count > 2 && fields[2] == "\(pid)"
        }
    }

    /// Sends a signal to the direct children.
    func signalChildren(_ signal: Int32) {
        for child in children {
            kill(child, signal)
        }
    }
}

extension ChildProcess {
    /// Waits until none of the processes is a child of this one any more.
    func expectEnd(of pids: [pid_t]) async throws {
        let deadline = ContinuousClock.now + .seconds(10)
        while !Set(children).isDisjoint(with: pids) {
            guard ContinuousClock.now < deadline else {
                throw ChildProcess.Failure(description: "processes \(pids) do not end")
            }
            await Task.yield()
        }
    }
}
