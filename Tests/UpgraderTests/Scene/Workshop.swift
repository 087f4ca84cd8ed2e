import Foundation
import Testing
import UpgradeCore
import UpgradeTestSupport

/// A directory with a playbook and a state directory, in which a test runs the program.
final class Workshop: Sendable {
    let scratch: ScratchDirectory
    static let playbook = "playbook.yaml"

    /// Makes one with a playbook.
    init(_ playbook: String) throws {
        scratch = try ScratchDirectory()
        try write(playbook)
    }

    /// A small simulated cluster, one hop up.
    static func small(pace: String = "2ms", extra: String = "") -> String {
        """
        cluster: small
        target: 1.13
        simulation: {release: 1.12, pace: \(pace)}
        releases: {1.12: 1.12.10-1, 1.13: 1.13.12-1}
        hosts:
          - {name: etcd1, roles: [etcd]}
          - {name: cp1, roles: [control-plane]}
          - {name: w1, roles: [worker], node: w1.example.org}
          - {name: w2, roles: [worker], node: w2.example.org}
        drain: {deadline: 5m, delete-bare-pods: true, delete-emptydir-data: true}
        \(extra)

        """
    }

    /// The embedded default, faster.
    static func embedded(pace: String = "5ms") throws -> String {
        try String(contentsOfFile: Golden.root + "/playbooks/embedded.yaml", encoding: .utf8)
            .replacing("pace: 100ms", with: "pace: \(pace)")
    }

    /// A run that its operator has stopped while the first worker was drained.
    static func interrupted(_ playbook: String = Workshop.small(pace: "400ms")) async throws -> Workshop {
        let workshop = try Workshop(playbook)
        let program = try workshop.start("run", Workshop.playbook)
        try await program.expect("does drain w1.example.org", then: SIGINT)
        try #require(try await program.wait().code == 12)
        return workshop
    }

    /// Replaces the playbook.
    func write(_ playbook: String) throws {
        try scratch.write(Data(playbook.utf8), to: Self.playbook)
    }

    /// Runs the program to its end.
    func upgrader(_ arguments: String..., umask: String = "022") async throws -> Program.Result {
        try await Program(Program.upgrader, arguments, in: scratch.path, umask: umask).wait()
    }

    /// Starts the program; both of its outputs go to a descriptor, or to files that `Program` reads.
    func start(_ arguments: String..., output: Int32? = nil) throws -> Program {
        try Program(Program.upgrader, arguments, in: scratch.path, output: output)
    }

    /// Starts the program as somebody does who wants it to outlive the terminal.
    func startIgnoringHangups(_ arguments: String...) throws -> Program {
        try Program("/usr/bin/nohup", [Program.upgrader] + arguments, in: scratch.path)
    }

    /// The directory of the newest run.
    var run: RunDirectory {
        get throws { try RunDirectory.find(scratch.path + "/state") }
    }

    /// What the journal of the newest run holds.
    var history: JournalReader.History {
        get throws { try JournalReader.read(directory: try run.path) }
    }

    /// The simulated cluster of the newest run.
    var cluster: ClusterState {
        get throws { try #require(try SimulationFile(path: try run.simulationPath).read()) }
    }

    /// Every file and directory below the state directory.
    var files: [String] {
        let names = FileManager.default.enumerator(atPath: scratch.path + "/state")?.compactMap { $0 as? String } ?? []
        return ["state"] + names.sorted().map { "state/\($0)" }
    }

    /// The text without what differs from run to run and from machine to machine: also without the lines of a slow
    /// machine, which say how long a look at the cluster has taken so far.
    func normalized(_ text: String) -> String {
        text.replacing(scratch.path, with: "WORKSHOP")
            .replacing(/looking at the cluster [a-z0-9-]+, [0-9]+ s(: [^\n]*)?\n/, with: "")
            .replacing(/[0-9]{8}-[0-9]{6}(-[a-z]{4})?(-[0-9]+)?/, with: "RUN")
            .replacing(/held by \S+@\S+ \(pid [0-9]+\)/, with: "held by WHO@WHERE (pid N)")
            .replacing(/SHA256:[A-Za-z0-9+\/]{43}/, with: "SHA256:FINGERPRINT")
            .replacing(/127\.0\.0\.1(\]?):[0-9]+/) { "127.0.0.1\($0.output.1):PORT" }
    }

    /// Compares the exit code and what was written to standard error with a file under Golden/.
    func expect(
        _ result: Program.Result,
        golden name: String,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let text = "exit \(result.code)\n\(normalized(result.errors))"
        try Golden.expect(text, matches: "Tests/UpgraderTests/Golden/\(name).txt", sourceLocation: sourceLocation)
    }
}
