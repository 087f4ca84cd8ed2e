import Glibc
import Synchronization
public import UpgradeCore

/// Runs commands and copies files over SSH: one connection a host, kept and dialed again as needed.
///
/// - Host keys are always checked against `known_hosts`; no setting weakens that.
/// - `Host.address` is looked up in the SSH configuration: HostName, Port, User, IdentityFile, IdentitiesOnly,
///   IdentityAgent, ProxyJump, HostKeyAlias, UserKnownHostsFile, GlobalKnownHostsFile, with Host, Match and Include.
/// - At most eight commands run on a host at a time; others wait in line within their deadlines.
/// - A command whose connection is lost before it was sent is sent again; one that may have run never is.
/// - A call whose deadline passes, or whose task is cancelled, leaves its command running on the host.
public final class SSHRemote: Remote {
    private struct State {
        var targets: [Target: SSHConnection] = [:]
        var connections: [Route: SSHConnection] = [:]
        var nextLoop = 0
        var callsInFlight = 0
        var isClosed = false
        var closing: [CheckedContinuation<Void, Never>] = []
    }

    private struct Target: Hashable {
        var name: String
        var address: String
    }

    /// More than a few loops only cost: one thread carries 200 sessions (measured).
    private static let maximumLoops = 4
    /// Key exchanges at a time.
    private static let maximumDials = 32

    let settings: SSHSettings
    let threads: Threads
    let digests: FileDigests
    private let config: SSHConfig
    private let loops: [EventLoop]
    private let state = Mutex(State())

    /// Makes a remote that dials with the first call for each host; ends with `close`.
    public init(_ settings: SSHSettings = SSHSettings()) {
        self.settings = settings
        threads = Threads(limit: Self.maximumDials)
        digests = FileDigests(on: threads)
        let account = LocalAccount.current
        config = SSHConfig(
            files: settings.configFile.map { [$0] } ?? [account.home + "/.ssh/config", "/etc/ssh/ssh_config"],
            isRequired: settings.configFile != nil,
            account: account
        )
        // A write to a jump host's socket that is gone must be an error, not the end of the process.
        _ = signal(SIGPIPE, SIG_IGN)
        let cores = max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
        loops = (0..<min(Self.maximumLoops, cores)).map { _ in EventLoop() }
    }

    /// Runs a command through the login shell, which sees the words quoted once.
    ///
    /// - Parameters:
    ///   - command: the words, and what they read.
    ///   - host: where to run it.
    ///   - deadline: for the whole call, connecting included.
    /// - Returns: what the command printed and how it ended.
    /// - Throws: `RemoteError`; a cancelled call is `.lost`, with `sent` telling whether the command may have run.
    public func run(
        _ command: Command,
        on host: Host,
        deadline: Duration
    ) async throws(RemoteError) -> CommandResult {
        let input = command.input.map { CommandWork.Input.bytes(Array($0.utf8)) } ?? .none
        return try await call(command, on: host, deadline: deadline, input: input, output: .memory)
    }

    /// Drops the connection to `host`, if there is one, so that the next call dials again.
    public func disconnect(_ host: Host) async {
        let target = Target(name: host.name, address: host.address)
        // After `close` nothing runs on the loops any more, not even this.
        await state.withLock { $0.isClosed ? nil : $0.targets[target] }?.disconnect()
    }

    /// Ends every call and connection and waits until the threads behind them have ended.
    public func close() async {
        let connections = state.withLock { state -> [SSHConnection]? in
            guard !state.isClosed else { return nil }
            state.isClosed = true
            return Array(state.connections.values)
        }
        guard let connections else { return }
        for connection in connections {
            await connection.close()
        }
        await withCheckedContinuation { continuation in
            let isIdle = state.withLock { state in
                if state.callsInFlight > 0 {
                    state.closing.append(continuation)
                }
                return state.callsInFlight == 0
            }
            if isIdle {
                continuation.resume()
            }
        }
        // Dials first: their last act is on a loop.
        threads.join()
        for loop in loops {
            loop.stop()
        }
    }

    // MARK: Internal

    /// Runs a command with its input and output where the caller wants them.
    func call(
        _ command: Command,
        on host: Host,
        deadline: Duration,
        input: CommandWork.Input,
        output: CommandWork.Output
    ) async throws(RemoteError) -> CommandResult {
        let end = ContinuousClock.now + deadline
        let connection = try enter(host)
        defer { leave() }
        let isSudo = command.needsRoot && settings.sudo && !connection.isRoot
        let words = isSudo ? ["sudo", "-n", "--"] + command.words : command.words
        guard !words.contains(where: { $0.utf8.contains(0) }) else {
            throw .lost(host: host.name, sent: false, reason: "a command line cannot carry a NUL byte")
        }
        let work = CommandWork(line: ShellQuoting.join(words), input: input, output: output)
        let result: CommandResult
        switch await connection.perform(work, deadline: end) {
        case .exited(let status, let output, let errorOutput):
            result = Self.result(output, errorOutput, .exited(status))
            if isSudo, let reason = SudoRefusal.reason(status: status, errorOutput: result.errorOutput) {
                throw .sudoRefused(host: host.name, user: connection.user, reason: reason)
            }
        case .signaled(let signal, let output, let errorOutput):
            result = Self.result(output, errorOutput, .signaled(signal))
        case .lost(let sent, let reason):
            throw .lost(host: host.name, sent: sent, reason: reason)
        case .localFile(let reason):
            throw .copyFailed(host: host.name, path: command.words.last ?? "", reason: reason)
        case .noConnection(let error):
            throw error
        case .deadline:
            throw .deadlinePassed(host: host.name, command: Redaction.redact(command), deadline: deadline)
        case .cancelled(let sent):
            throw .lost(host: host.name, sent: sent, reason: "the call was cancelled")
        }
        return result
    }

    private static func result(_ output: [UInt8], _ errors: [UInt8], _ outcome: CommandOutcome) -> CommandResult {
        CommandResult(
            output: String(decoding: output, as: UTF8.self),
            errorOutput: String(decoding: errors, as: UTF8.self),
            outcome: outcome
        )
    }

    // MARK: Private

    private func enter(_ host: Host) throws(RemoteError) -> SSHConnection {
        let target = Target(name: host.name, address: host.address)
        let known = state.withLock { $0.targets[target] }
        let route: Route?
        do {
            route = known == nil ? try Route.to(host.address, settings: settings, config: config) : nil
        } catch {
            throw .configuration(file: error.file, line: error.line, reason: error.reason)
        }
        let connection = state.withLock { state -> SSHConnection? in
            guard !state.isClosed else { return nil }
            state.callsInFlight += 1
            if let connection = state.targets[target] ?? known {
                return connection
            }
            let connection = route.flatMap { connect($0, named: host.name, in: &state) }
            state.targets[target] = connection
            return connection
        }
        guard let connection else {
            throw .lost(host: host.name, sent: false, reason: "the connections were closed")
        }
        return connection
    }

    private func connect(_ route: Route, named name: String, in state: inout State) -> SSHConnection? {
        var jump: SSHConnection?
        for index in route.hops.indices {
            let part = Route(hops: Array(route.hops[...index]))
            if let connection = state.connections[part] {
                jump = connection
                continue
            }
            let endpoint = route.hops[index]
            let connection = SSHConnection(
                to: endpoint,
                named: index == route.hops.count - 1 ? name : endpoint.alias,
                through: jump,
                on: loops[state.nextLoop % loops.count],
                threads: threads,
                settings: settings
            )
            state.nextLoop += 1
            state.connections[part] = connection
            jump = connection
        }
        return jump
    }

    private func leave() {
        let waiting = state.withLock { state in
            state.callsInFlight -= 1
            guard state.callsInFlight == 0 else { return [CheckedContinuation<Void, Never>]() }
            defer { state.closing = [] }
            return state.closing
        }
        for continuation in waiting {
            continuation.resume()
        }
    }
}
