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
                defer { shell.kill() }
                let first = try await group.next() ?? nil
                group.cancelAll()
                guard let first else { throw passed }
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
private final class LocalShell: Sendable {
    private let pid: pid_t
    private let scratch: RemoteScratch
    private let ended: AsyncStream<CommandOutcome>

    init(_ line: String, input: String) throws {
        scratch = try RemoteScratch()
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", line]
        process.standardInput = FileHandle(forReadingAtPath: try scratch.write("input", input))
        process.standardOutput = FileHandle(forWritingAtPath: try scratch.write("output", ""))
        process.standardError = FileHandle(forWritingAtPath: try scratch.write("error", ""))
        let (stream, continuation) = AsyncStream.makeStream(of: CommandOutcome.self)
        ended = stream
        process.terminationHandler = { process in
            let status = process.terminationStatus
            let names: [Int32: String] = [SIGKILL: "KILL", SIGABRT: "ABRT", SIGTERM: "TERM"]
            let isSignal = process.terminationReason == .uncaughtSignal
            continuation.yield(isSignal ? .signaled(names[status] ?? "\(status)") : .exited(status))
            continuation.finish()
        }
        try process.run()
        pid = process.processIdentifier
    }

    func result() async -> CommandResult {
        var outcome = CommandOutcome.signaled("KILL")
        for await end in ended {
            outcome = end
        }
        return CommandResult(output: text("output"), errorOutput: text("error"), outcome: outcome)
    }

    func kill() {
        _ = Foundation.kill(pid, SIGKILL)
    }

    private func text(_ name: String) -> String {
        String(decoding: FileManager.default.contents(atPath: scratch.file(name)) ?? Data(), as: UTF8.self)
    }
}
