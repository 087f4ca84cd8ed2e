import Synchronization

/// Runs commands on hosts and outlasts lost connections.
struct HostAccess: Sendable {
    /// Which hosts have answered before.
    ///
    /// A host that never did is reported at once; one that did is waited for.
    private final class Reached: Sendable {
        let names = Mutex<Set<String>>([])
    }

    var remote: any Remote
    let clock: any Clock<Duration>
    /// How long a host may be away.
    var connect: Duration
    private let reached = Reached()

    init(remote: any Remote, clock: any Clock<Duration>, connect: Duration) {
        self.remote = remote
        self.clock = clock
        self.connect = connect
    }

    /// Runs a command that does the same thing when done twice.
    ///
    /// When the connection is lost, or the command does not end in time, it is run again until `connect` has passed.
    /// `mayHaveRun` in the answer is true when an earlier try may have run.
    func run(
        _ command: Command,
        on host: Host,
        deadline: Duration,
        report: @Sendable (ActionProgress) -> Void = { _ in }
    ) async throws(RemoteError) -> (result: CommandResult, mayHaveRun: Bool) {
        var mayHaveRun = false
        let result = try await retrying(host, report: report) { () throws(RemoteError) -> CommandResult in
            do throws(RemoteError) {
                return try await remote.run(command, on: host, deadline: deadline)
            } catch {
                mayHaveRun = mayHaveRun || error.mayHaveRun
                throw error
            }
        }
        return (result, mayHaveRun)
    }

    /// Does `body` again and again while it fails for want of a connection, until `connect` has passed.
    func retrying<Value>(
        _ host: Host,
        report: @Sendable (ActionProgress) -> Void,
        _ body: () async throws(RemoteError) -> Value
    ) async throws(RemoteError) -> Value {
        let watch = Stopwatch(clock)
        var pause = Duration.milliseconds(250)
        while true {
            do throws(RemoteError) {
                let value = try await body()
                noteAnswer(of: host)
                return value
            } catch {
                guard error.isPassing, watch.elapsed() < connect, isKnown(host, error) else { throw error }
                report(.reconnecting(host: host.name, reason: error.reason))
                guard await watch.wait(pause) else { throw error }
                pause = min(pause * 2, .seconds(5))
            }
        }
    }

    /// The same, where nobody waits for a host that is away.
    var impatient: HostAccess {
        var access = self
        access.connect = .zero
        return access
    }

    /// Notes that a host has answered: from now on it is waited for.
    func noteAnswer(of host: Host) {
        reached.names.withLock { _ = $0.insert(host.name) }
    }

    /// Whether a host that fails now has answered before, or had until now.
    func isKnown(_ host: Host, _ error: RemoteError) -> Bool {
        switch error {
        case .lost, .deadlinePassed: noteAnswer(of: host)
        default: break
        }
        return reached.names.withLock { $0.contains(host.name) }
    }
}

extension RemoteError {
    /// Whether trying again may help: the host or the network is away; a refusal stays one.
    var isPassing: Bool {
        switch self {
        case .unreachable, .lost, .deadlinePassed: true
        case .hostKeyUnknown, .hostKeyChanged, .hostKeyRevoked, .authenticationRefused, .configuration, .sudoRefused,
            .checksumMismatch, .copyFailed, .fenced, .anotherMachine:
            false
        }
    }

    /// Whether the command may have been carried out all the same.
    var mayHaveRun: Bool {
        switch self {
        case .lost(_, let sent, _): sent
        case .deadlinePassed: true
        case .unreachable, .hostKeyUnknown, .hostKeyChanged, .hostKeyRevoked, .authenticationRefused, .configuration,
            .sudoRefused, .checksumMismatch, .copyFailed, .fenced, .anotherMachine:
            false
        }
    }

    /// The reason in a few words.
    var reason: String {
        switch self {
        case .unreachable(_, _, let reason), .lost(_, _, let reason), .configuration(_, _, let reason),
            .sudoRefused(_, _, let reason), .copyFailed(_, _, let reason):
            reason
        case .deadlinePassed(_, _, let deadline): "no answer in \(deadline.components.seconds) s"
        case .hostKeyUnknown: "host key unknown"
        case .hostKeyChanged: "host key changed"
        case .hostKeyRevoked: "host key revoked"
        case .authenticationRefused: "authentication refused"
        case .checksumMismatch: "checksum mismatch"
        case .fenced(_, let seen): "the host has seen token \(seen)"
        case .anotherMachine: "another machine"
        }
    }
}

extension AccessError {
    /// The failure of `command`, secrets taken out.
    static func failed(_ command: Command, on host: String, _ result: CommandResult) -> AccessError {
        let status =
            switch result.outcome {
            case .exited(let status): "exit \(status)"
            case .signaled(let name): "signal \(name)"
            }
        let output = [result.output, result.errorOutput].filter { !$0.isEmpty }.joined(separator: "\n")
        return .commandFailed(
            host: host,
            command: Redaction.redact(command),
            status: status,
            output: Redaction.tail(output)
        )
    }
}
