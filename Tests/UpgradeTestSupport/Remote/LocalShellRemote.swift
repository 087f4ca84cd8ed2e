import Crypto
import Foundation
public import UpgradeCore

/// A remote that runs everything on this machine, through the same shell quoting; every host is this one.
///
/// Shows that `RemoteConformance` asks for nothing that only SSH could give.
public struct LocalShellRemote: Remote {
    /// Makes a remote.
    public init() {}

    /// Runs the command in a local shell; one that misses its deadline is killed.
    public func run(
        _ command: Command,
        on host: UpgradeCore.Host,
        deadline: Duration
    ) async throws(RemoteError) -> CommandResult {
        let passed = RemoteError.deadlinePassed(host: host.name, command: command.description, deadline: deadline)
        do {
            return try await withThrowingTaskGroup(of: CommandResult?.self) { group in
                let shell = try LocalShell(ShellQuoting.join(command.words), input: command.input ?? "")
                group.addTask { await shell.result() }
                group.addTask {
                    try await Task.sleep(for: deadline)
                    return nil
                }
                let first = try await group.next() ?? nil
                group.cancelAll()
                guard let first else {
                    shell.kill()
                    throw passed
                }
                return first
            }
        } catch let error as RemoteError {
            throw error
        } catch {
            throw .lost(host: host.name, sent: false, reason: "\(error)")
        }
    }

    /// Copies the file and moves it into place, mode 0600.
    public func upload(
        _ localPath: String,
        to path: String,
        on host: UpgradeCore.Host,
        deadline: Duration
    ) async throws(RemoteError) {
        _ = try copy(localPath, to: path, host)
    }

    /// Copies the file and moves it into place, mode 0600.
    public func download(
        _ path: String,
        from host: UpgradeCore.Host,
        to localPath: String,
        needsRoot: Bool,
        deadline: Duration
    ) async throws(RemoteError) -> String {
        try copy(path, to: localPath, host)
    }

    /// Does nothing.
    public func disconnect(_ host: UpgradeCore.Host) async {}

    /// Does nothing.
    public func close() async {}

    private func copy(_ source: String, to path: String, _ host: UpgradeCore.Host) throws(RemoteError) -> String {
        do {
            let data = try Data(contentsOf: URL(fileURLWithPath: source))
            try data.write(to: URL(fileURLWithPath: path), options: .atomic)
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
            return SHA256.hash(data: data).map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
        } catch {
            throw .copyFailed(host: host.name, path: path, reason: "\(error)")
        }
    }
}

/// A shell command that runs on this machine, with its streams in files.
///
/// Not Foundation's `Process`: it hands the blocked signals of its thread down to the program.
private final class LocalShell: Sendable {
    private struct Failure: Error {
        var code: Int32
    }

    private let pid: pid_t
    private let scratch: RemoteScratch

    init(_ line: String, input: String) throws {
        scratch = try RemoteScratch()
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        posix_spawn_file_actions_addopen(&actions, 0, try scratch.write("input", input), O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, try scratch.write("output", ""), O_WRONLY | O_APPEND, 0)
        posix_spawn_file_actions_addopen(&actions, 2, try scratch.write("error", ""), O_WRONLY | O_APPEND, 0)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        var words: [UnsafeMutablePointer<CChar>?] = [strdup("/bin/sh"), strdup("-c"), strdup(line), nil]
        defer {
            posix_spawn_file_actions_destroy(&actions)
            posix_spawnattr_destroy(&attributes)
            for word in words {
                free(word)
            }
        }
        var pid: pid_t = 0
        let code = posix_spawn(&pid, "/bin/sh", &actions, &attributes, &words, environ)
        guard code == 0 else { throw Failure(code: code) }
        self.pid = pid
    }

    /// Waits for the end on a thread of its own.
    func result() async -> CommandResult {
        let status = await withCheckedContinuation { continuation in
            Thread.detachNewThread { [pid] in
                var status: Int32 = 0
                waitpid(pid, &status, 0)
                continuation.resume(returning: status)
            }
        }
        // As WIFSIGNALED and WEXITSTATUS of wait(2), which are macros.
        let names: [Int32: String] = [SIGKILL: "KILL", SIGABRT: "ABRT", SIGTERM: "TERM"]
        let signal = status & 0x7f
        let outcome = signal == 0 ? .exited(status >> 8 & 0xff) : CommandOutcome.signaled(names[signal] ?? "\(signal)")
        return CommandResult(output: text("output"), errorOutput: text("error"), outcome: outcome)
    }

    func kill() {
        _ = Foundation.kill(pid, SIGKILL)
    }

    private func text(_ name: String) -> String {
        String(decoding: FileManager.default.contents(atPath: scratch.file(name)) ?? Data(), as: UTF8.self)
    }
}
