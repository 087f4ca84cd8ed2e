import Foundation

/// Starts programs with `posix_spawn`.
///
/// Not Foundation's `Process`: it learns of an end by a descriptor that sshd closes at its start, and then waits for
/// that sshd before it notices any other program's end.
enum Spawn {
    /// Starts a program with both outputs in one pipe and returns its id and the reading end.
    static func start(_ program: String, _ arguments: [String]) throws -> (pid: pid_t, output: FileHandle) {
        guard FileManager.default.isExecutableFile(atPath: program) else {
            let needs = "these tests need openssh-server, openssh-client and sudo"
            throw ChildProcess.Failure(description: "\(program) is not installed: \(needs)")
        }
        var pipe: [Int32] = [-1, -1]
        // Not a pipe: only this can be made close-on-exec at once, and other tests start programs meanwhile.
        let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        guard socketpair(AF_UNIX, type, 0, &pipe) == 0 else {
            throw ChildProcess.Failure(description: "no pair of sockets")
        }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, pipe[1], 1)
        posix_spawn_file_actions_adddup2(&actions, pipe[1], 2)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        // Whoever started the tests may ignore signals; the programs must not.
        var signals = sigset_t()
        sigemptyset(&signals)
        for signal in [SIGTERM, SIGINT, SIGHUP, SIGPIPE] {
            sigaddset(&signals, signal)
        }
        posix_spawnattr_setsigdefault(&attributes, &signals)
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK))
        defer {
            posix_spawn_file_actions_destroy(&actions)
            posix_spawnattr_destroy(&attributes)
            close(pipe[1])
        }
        var words = ([program] + arguments).map { strdup($0) } + [nil]
        defer {
            for word in words {
                free(word)
            }
        }
        var pid: pid_t = 0
        let code = posix_spawn(&pid, program, &actions, &attributes, &words, environ)
        guard code == 0 else { throw ChildProcess.Failure(description: "\(program): error \(code)") }
        return (pid, FileHandle(fileDescriptor: pipe[0], closeOnDealloc: true))
    }

    /// Runs a program to its end and returns what it printed; throws unless its status is 0.
    @discardableResult
    static func run(_ program: String, _ arguments: String...) async throws -> String {
        let child = try start(program, arguments)
        // A thread of its own: the test's pool has as many as the machine has cores, and others wait for this program.
        let (status, output) = await withCheckedContinuation { continuation in
            Thread.detachNewThread {
                let output = String(decoding: child.output.readDataToEndOfFile(), as: UTF8.self)
                var status: Int32 = -1
                waitpid(child.pid, &status, 0)
                continuation.resume(returning: (status, output))
            }
        }
        guard status == 0 else {
            throw ChildProcess.Failure(description: "\(program) \(arguments): status \(status): \(output)")
        }
        return output
    }
}
