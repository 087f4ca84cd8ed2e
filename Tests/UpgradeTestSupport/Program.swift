public import Foundation
internal import Synchronization

/// A program as a child process, with its outputs in files of its own.
///
/// Not Foundation's `Process`: it notices the end of a child by a descriptor that children started at the same moment
/// inherit, so that its `waitUntilExit` may last until another one's end; and it blocks a thread that tasks share.
public final class Program: Sendable {
    /// What could not be done with a program.
    public struct Failure: Error, CustomStringConvertible {
        /// Its reason.
        public var description: String

        /// Makes one with a reason.
        public init(description: String) { self.description = description }
    }

    /// How a program ended, and what it wrote.
    public struct Result: Sendable {
        /// The exit code; 128 and the signal's number when a signal ended it.
        public var code: Int32
        /// What it wrote to standard output.
        public var output: String
        /// What it wrote to standard error.
        public var errors: String
    }

    /// What a program has for standard input.
    public enum Input: Sendable {
        /// Nothing: its end at once.
        case nothing
        /// A text, and then its end.
        case text(String)
        /// A pipe into which nobody writes, and which does not end.
        case silence
    }

    /// Its process.
    public let pid: pid_t
    private let files: ScratchDirectory
    private let isReaped = Mutex(false)

    /// Starts a program; when this returns, it runs, or a shell that becomes it where a directory or a umask is given.
    ///
    /// - Parameters:
    ///   - program: its path.
    ///   - arguments: without its name.
    ///   - directory: its working directory and home; `nil` for the tester's directory and an empty home.
    ///   - environment: its whole environment; `nil` for the tester's, with that home and plain words.
    ///   - umask: of its files, in octal; `nil` for the tester's.
    ///   - input: its standard input.
    ///   - output: a descriptor for both outputs; `nil` for the files that `output` and `errors` are read from.
    /// - Throws: `Failure` where there is no such program.
    public init(
        _ program: String,
        _ arguments: [String] = [],
        in directory: String? = nil,
        environment: [String: String]? = nil,
        umask: String? = nil,
        input: Input = .nothing,
        output: Int32? = nil
    ) throws {
        guard FileManager.default.isExecutableFile(atPath: program) else {
            throw Failure(description: "\(program) is not there: Scripts/setup installs what the tests need")
        }
        files = try ScratchDirectory()
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        let (source, mode) = try Self.source(input, files)
        posix_spawn_file_actions_addopen(&actions, 0, source, mode, 0)
        if let output {
            posix_spawn_file_actions_adddup2(&actions, output, 1)
            posix_spawn_file_actions_adddup2(&actions, output, 2)
        } else {
            let flags = O_WRONLY | O_CREAT | O_TRUNC
            posix_spawn_file_actions_addopen(&actions, 1, files.path + "/out", flags, 0o600)
            posix_spawn_file_actions_addopen(&actions, 2, files.path + "/err", flags, 0o600)
        }
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // Whoever started the tests may ignore or block signals; the program must not.
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        for signal in [SIGTERM, SIGINT, SIGHUP, SIGPIPE] {
            sigaddset(&signals, signal)
        }
        posix_spawnattr_setsigdefault(&attributes, &signals)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK))
        var shell: [String] = []
        if directory != nil || umask != nil {
            let script = #"cd "$0" && { [ -z "$1" ] || umask "$1"; } && shift && exec "$@""#
            shell = ["/bin/sh", "-c", script, directory ?? ".", umask ?? ""]
        }
        let environment =
            environment
            ?? ProcessInfo.processInfo.environment.merging(
                ["HOME": directory ?? files.path, "LC_ALL": "C.UTF-8", "TERM": "xterm"],
                uniquingKeysWith: { $1 }
            )
        var words = (shell + [program] + arguments).map { strdup($0) } + [nil]
        var settings = environment.map { strdup("\($0)=\($1)") } + [nil]
        defer { for word in words + settings { free(word) } }
        var pid: pid_t = 0
        let code = posix_spawn(&pid, shell.first ?? program, &actions, &attributes, &words, &settings)
        guard code == 0 else { throw Failure(description: "\(program): error \(code)") }
        self.pid = pid
    }

    deinit {
        // Also of one that has ended: the number is its own until it is reaped.
        if !isReaped.withLock({ $0 }) {
            kill(pid, SIGKILL)
            waitpid(pid, nil, 0)
        }
    }

    private static func source(_ input: Input, _ files: ScratchDirectory) throws -> (path: String, mode: Int32) {
        switch input {
        case .nothing: return ("/dev/null", O_RDONLY)
        case .text(let text):
            try files.write(Data(text.utf8), to: "in")
            return (files.path + "/in", O_RDONLY)
        case .silence:
            // Open for writing too, by the program itself, it neither waits for a writer nor ends. (fifo(7))
            guard mkfifo(files.path + "/in", 0o600) == 0 else { throw Failure(description: "mkfifo: \(errno)") }
            return (files.path + "/in", O_RDWR)
        }
    }

    /// What it has written to standard output.
    public var output: String { text("out") }

    /// What it has written to standard error.
    public var errors: String { text("err") }

    /// Sends a signal.
    public func signal(_ signal: Int32) {
        isReaped.withLock { if !$0 { kill(pid, signal) } }
    }

    /// Waits until one of its outputs has a text, and then sends a signal at once, or a given time later.
    public func expect(
        _ wanted: String,
        then signal: Int32? = nil,
        after delay: Duration = .zero,
        deadline: Duration = .seconds(120)
    ) async throws {
        try await watch(deadline) { [self] in
            if output.contains(wanted) || errors.contains(wanted) {
                usleep(useconds_t(delay / .microseconds(1)))
                if let signal { self.signal(signal) }
                return true
            }
            if hasEnded {
                throw Failure(description: "`\(wanted)` was expected, not:\n\(output.suffix(2000))\n\(errors)")
            }
            return false
        }
    }

    /// Waits until something is so.
    public func until(deadline: Duration = .seconds(60), _ isSo: @escaping @Sendable () -> Bool) async throws {
        try await watch(deadline, isSo)
    }

    /// Waits for its end; one that does not end in time is killed, and the test fails.
    public func wait(deadline: Duration = .seconds(120)) async throws -> Result {
        try await watch(deadline) { [self] in hasEnded }
        var status: Int32 = 0
        isReaped.withLock { isReaped in
            waitpid(pid, &status, 0)
            isReaped = true
        }
        let code = status & 0x7f == 0 ? (status >> 8) & 0xff : 128 + (status & 0x7f)
        return Result(code: code, output: output, errors: errors)
    }

    /// Asks again and again until the answer is yes.
    ///
    /// On a thread of its own: other tests may keep the threads that tasks share busy for seconds, and a signal that is
    /// to meet an action cannot wait for them.
    private func watch(_ deadline: Duration, _ isOver: @escaping @Sendable () throws -> Bool) async throws {
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            Thread.detachNewThread { [self] in
                let end = ContinuousClock.now + deadline
                do {
                    while !(try isOver()) {
                        if ContinuousClock.now > end {
                            signal(SIGKILL)
                            throw Failure(description: "not so in \(deadline):\n\(output.suffix(2000))\n\(errors)")
                        }
                        usleep(3000)
                    }
                    continuation.resume()
                } catch {
                    continuation.resume(throwing: error)
                }
            }
        }
    }

    /// Whether it has ended; it is not reaped by asking.
    public var hasEnded: Bool {
        var info = siginfo_t()
        return waitid(P_PID, id_t(pid), &info, WEXITED | WNOHANG | WNOWAIT) != 0 || info.si_signo != 0
    }

    private func text(_ name: String) -> String {
        String(decoding: (try? files.read(name)) ?? Data(), as: UTF8.self)
    }
}
