import Foundation
import UpgradeTestSupport

/// The built program as a child process, with its outputs in files of its own.
final class Program: Sendable {
    struct Failure: Error, CustomStringConvertible {
        var description: String
    }

    /// How a program ended, and what it wrote.
    struct Result: Sendable {
        /// The exit code; 128 and the signal's number when a signal ended it.
        var code: Int32
        var output: String
        var errors: String
    }

    let pid: pid_t
    private let outputs: ScratchDirectory

    /// Starts a program in a directory; with standard input from /dev/null and nothing of the tester's home.
    init(
        _ program: String,
        _ arguments: [String],
        in directory: String,
        umask: String = "022",
        output: Int32? = nil
    ) throws {
        guard FileManager.default.isExecutableFile(atPath: program) else {
            let needs = "these tests need the built upgrader, sshd, ssh-keygen and mount"
            throw Failure(description: "\(program) is not there: \(needs)")
        }
        outputs = try ScratchDirectory()
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        let flags = O_WRONLY | O_CREAT | O_TRUNC
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        if let output {
            posix_spawn_file_actions_adddup2(&actions, output, 1)
            posix_spawn_file_actions_adddup2(&actions, output, 2)
        } else {
            posix_spawn_file_actions_addopen(&actions, 1, outputs.path + "/out", flags, 0o600)
            posix_spawn_file_actions_addopen(&actions, 2, outputs.path + "/err", flags, 0o600)
        }
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // Whoever started the tests may ignore signals; the program must not.
        var signals = sigset_t()
        sigemptyset(&signals)
        for signal in [SIGTERM, SIGINT, SIGHUP, SIGPIPE] {
            sigaddset(&signals, signal)
        }
        posix_spawnattr_setsigdefault(&attributes, &signals)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF))
        let shell = ["/bin/sh", "-c", "umask \(umask); cd \"$0\"; exec \"$@\"", directory, program] + arguments
        let environment = ProcessInfo.processInfo.environment.merging(
            ["HOME": directory, "LC_ALL": "C.UTF-8", "TERM": "xterm"],
            uniquingKeysWith: { $1 }
        )
        var words = shell.map { strdup($0) } + [nil]
        var settings = environment.map { strdup("\($0)=\($1)") } + [nil]
        defer { for word in words + settings { free(word) } }
        var pid: pid_t = 0
        let code = posix_spawn(&pid, "/bin/sh", &actions, &attributes, &words, &settings)
        guard code == 0 else { throw Failure(description: "\(program): error \(code)") }
        self.pid = pid
    }

    deinit {
        // Also of one that has ended: it is not reaped before `wait`, so the number is still its own.
        if kill(pid, SIGKILL) == 0 { waitpid(pid, nil, 0) }
    }

    /// The program beside the tests.
    static var upgrader: String {
        let tests = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        return URL(fileURLWithPath: tests).deletingLastPathComponent().appendingPathComponent("upgrader").path
    }

    /// What it has written to standard output.
    var output: String { text("out") }

    /// What it has written to standard error.
    var errors: String { text("err") }

    /// Sends a signal.
    func signal(_ signal: Int32) {
        kill(pid, signal)
    }

    /// Waits until one of its outputs has a text, and then sends a signal at once, or a given time later.
    func expect(
        _ wanted: String,
        then signal: Int32? = nil,
        after delay: Duration = .zero,
        deadline: Duration = .seconds(120)
    ) async throws {
        try await watch(deadline) { [self] in
            if output.contains(wanted) || errors.contains(wanted) {
                usleep(useconds_t(delay / .microseconds(1)))
                if let signal { kill(pid, signal) }
                return true
            }
            if hasEnded {
                throw Failure(description: "`\(wanted)` was expected, not:\n\(output.suffix(2000))\n\(errors)")
            }
            return false
        }
    }

    /// Waits until something is so.
    func until(deadline: Duration = .seconds(60), _ isSo: @escaping @Sendable () -> Bool) async throws {
        try await watch(deadline, isSo)
    }

    /// Waits for its end; one that does not end in time is killed, and the test fails.
    func wait(deadline: Duration = .seconds(120)) async throws -> Result {
        try await watch(deadline) { [self] in hasEnded }
        var status: Int32 = 0
        waitpid(pid, &status, 0)
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
                            kill(pid, SIGKILL)
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
    private var hasEnded: Bool {
        var info = siginfo_t()
        return waitid(P_PID, id_t(pid), &info, WEXITED | WNOHANG | WNOWAIT) != 0 || info.si_signo != 0
    }

    private func text(_ name: String) -> String {
        String(decoding: (try? outputs.read(name)) ?? Data(), as: UTF8.self)
    }
}
