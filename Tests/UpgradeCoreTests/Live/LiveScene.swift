import FoundationEssentials
import Synchronization
import Testing

@testable import UpgradeCore

/// Where the files of these tests are.
enum TestFiles {
    static let directory = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()

    static func fixture(_ path: String) throws -> String {
        try String(contentsOf: directory.appending(path: "Fixtures/\(path)"), encoding: .utf8)
    }
}

/// A clock on which time passes only by waiting, and then at once.
struct WaitingClock: Clock {
    struct Instant: InstantProtocol {
        var offset: Duration = .zero

        func advanced(by duration: Duration) -> Instant { Instant(offset: offset + duration) }
        func duration(to other: Instant) -> Duration { other.offset - offset }
        static func < (left: Instant, right: Instant) -> Bool { left.offset < right.offset }
    }

    private final class Time: Sendable {
        let now = Mutex(Instant())
    }
    private let time = Time()

    var now: Instant { time.now.withLock { $0 } }
    var minimumResolution: Duration { .zero }

    func sleep(until deadline: Instant, tolerance: Duration?) async throws {
        try Task.checkCancellation()
        time.now.withLock { $0 = max($0, deadline) }
        await Task.yield()
    }
}

/// A remote that answers only what it was told, in that order on each host, and records an issue for all else.
final class ToldRemote: Remote {
    struct Line: Sendable {
        var host: String
        /// The name of a constant script, such as `upgrader-job-status`, or how the command begins.
        var call: String
        var answer: @Sendable (Command) throws(RemoteError) -> CommandResult
    }

    private struct State {
        var lines: [Line]
        var calls: [(host: String, command: Command)] = []
        var copies: [String] = []
    }
    private let state: Mutex<State>

    init(_ lines: [Line]) { state = Mutex(State(lines: lines)) }

    var calls: [(host: String, command: Command)] { state.withLock(\.calls) }

    func expectFinished(sourceLocation: SourceLocation = #_sourceLocation) {
        for line in state.withLock(\.lines) {
            Issue.record("not called: \(line.host): \(line.call)", sourceLocation: sourceLocation)
        }
    }

    func run(_ command: Command, on host: Host, deadline: Duration) async throws(RemoteError) -> CommandResult {
        let name = Self.name(of: command)
        let line: Line? = state.withLock { state in
            state.calls.append((host.name, command))
            guard let index = state.lines.firstIndex(where: { $0.host == host.name }),
                name.hasPrefix(state.lines[index].call)
            else { return nil }
            return state.lines.remove(at: index)
        }
        guard let line else {
            Issue.record("was not told of \(host.name): \(name)")
            throw .configuration(file: "", line: nil, reason: "was not told of \(name)")
        }
        return try line.answer(command)
    }

    func upload(_ localPath: String, to path: String, on host: Host, deadline: Duration) async throws(RemoteError) {
        _ = try await run(Command("send", localPath, path), on: host, deadline: deadline)
    }

    func download(
        _ path: String,
        from host: Host,
        to localPath: String,
        needsRoot: Bool,
        deadline: Duration
    ) async throws(RemoteError) -> String {
        let command = Command("copy", path, localPath, needsRoot: needsRoot)
        return try await run(command, on: host, deadline: deadline).output
    }

    func disconnect(_ host: Host) async {}
    func close() async {}

    private static func name(of command: Command) -> String {
        let words = command.words
        return words.count > 3 && words[0] == "/bin/sh" ? words[3] : words.joined(separator: " ")
    }
}

extension ToldRemote.Line {
    static func on(
        _ host: String,
        _ call: String,
        _ output: String = "",
        error: String = "",
        status: Int32 = 0
    ) -> ToldRemote.Line {
        .init(host: host, call: call) { _ in
            CommandResult(output: output, errorOutput: error, outcome: .exited(status))
        }
    }

    static func on(_ host: String, _ call: String, throwing error: RemoteError) -> ToldRemote.Line {
        .init(host: host, call: call) { _ throws(RemoteError) in throw error }
    }

    /// An answer to the question for a job.
    static func job(_ host: String, _ active: String, _ state: String) -> ToldRemote.Line {
        on(host, "upgrader-job-status", "ActiveState=\(active)\n\(state)\n")
    }

    /// An answer to the question for dpkg's lock.
    static func lock(_ host: String, heldBy holder: String = "") -> ToldRemote.Line {
        on(host, "upgrader-package-system", "\n@upgrader audit 0\n\(holder)\n@upgrader lock 0\n")
    }

    static func lost(_ host: String, _ call: String, sent: Bool = true) -> ToldRemote.Line {
        on(host, call, throwing: .lost(host: host, sent: sent, reason: "reset by peer"))
    }

    static func unreachable(_ host: String, _ call: String) -> ToldRemote.Line {
        on(host, call, throwing: .unreachable(host: host, address: host, reason: "no route"))
    }
}

/// What a perform or settle reported.
final class Reports: Sendable {
    private let state = Mutex<[ActionProgress]>([])
    var all: [ActionProgress] { state.withLock { $0 } }
    /// Takes what was waited for; that a command ended is told as well, and is not what these tests are about.
    var add: @Sendable (ActionProgress) -> Void {
        { progress in
            guard progress.isWait else { return }
            self.state.withLock { $0.append(progress) }
        }
    }
}

/// A playbook of two control-plane hosts, one etcd host and one worker, and the cluster it describes.
struct LiveScene {
    var playbook: Playbook
    var remote: ToldRemote
    let reports = Reports()
    let clock = WaitingClock()

    init(_ lines: ToldRemote.Line...) throws {
        playbook = try Self.playbook()
        remote = ToldRemote(lines)
    }

    var cluster: LiveCluster {
        let clock = clock
        return LiveCluster(remote: remote, playbook: playbook, clock: clock) {
            Double(clock.now.offset.components.seconds)
        }
    }

    func perform(_ action: Action) async throws(AccessError) {
        try await cluster.perform(action, as: try Self.job(), report: reports.add)
    }

    func settle(_ action: Action) async throws(AccessError) {
        try await cluster.settle(action, as: try Self.job(), report: reports.add)
    }

    static func job() throws(AccessError) -> JobID {
        guard let key = StepKey("1.13-1.14/workers/drain@w1") else {
            throw .localFile(path: "", reason: "not a step key")
        }
        return JobID(run: "run-1", key: key, attempt: 1, index: 0)
    }

    static let unit = "upgrader-run-1:1.13-1.14:workers:drain:w1:1:0"

    static func version(_ text: String) throws -> PackageVersion {
        try #require(PackageVersion(text))
    }

    static func playbook() throws -> Playbook {
        Playbook(
            cluster: "staging",
            target: try #require(MinorRelease("1.14")),
            releases: [:],
            hosts: [
                Host(name: "cp1", address: "cp1.example.org", roles: [.controlPlane]),
                Host(name: "cp2", address: "192.0.2.2", roles: [.controlPlane]),
                Host(name: "etcd1", roles: [.etcd]),
                Host(name: "w1", roles: [.worker], nodeName: "w1.example.org"),
            ],
            simulation: nil,
            ssh: SSHOptions(),
            api: APIOptions(),
            etcd: EtcdOptions(cacert: "/etc/etcd/ca.pem", cert: "/etc/etcd/cert.pem", key: "/etc/etcd/key.pem"),
            packages: PackageNames(),
            savedPaths: [],
            drain: DrainOptions(deadline: .seconds(300)),
            foreignCordons: .refuse,
            workerBatch: 1,
            workerFailureBudget: 0,
            deadlines: Deadlines(),
            calico: nil,
            helm: nil,
            hooks: []
        )
    }
}
