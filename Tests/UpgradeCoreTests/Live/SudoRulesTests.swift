import Foundation
import Testing
import UpgradeTestSupport

@testable import UpgradeCore

/// The file of sudo rules that an operator installs, held against what is sent to hosts.
@Suite("sudo rules")
struct SudoRulesTests {
    private static let path = TestFiles.directory.deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "packaging/upgrader/sudoers")

    /// The programs that the rules name, without their directories.
    private func named() throws -> Set<String> {
        let text = try String(contentsOf: Self.path, encoding: .utf8)
        let rules = text.split(separator: "\n").filter { !$0.hasPrefix("#") }.joined(separator: " ")
        return Set(rules.matches(of: /\/[a-z\/]*\/([a-z-]+)/).map { String($0.1) })
    }

    private func program(_ command: Command) throws -> String {
        let first = try #require(command.words.first)
        return first.split(separator: "/").last.map(String.init) ?? first
    }

    @Test("the sudo rules name exactly the programs that need root")
    func exact() throws {
        let playbook = try LiveScene.playbook()
        let mark = MarkedCommand.Mark(run: "run-1", step: "step")
        var commands: [Command] = []
        var action = try RenderingTests.action(after: nil)
        while let next = action {
            let lines =
                CommandRendering.commands(for: next, playbook: playbook)
                + CommandRendering.commands(for: next, playbook: playbook, mark: mark)
            // A copy is no command but the transport's own script: below.
            commands += lines.filter { $0.means != .copy }.map(\.command)
            action = try RenderingTests.action(after: next)
        }
        var probe = RenderingTests.probe(after: nil)
        while let next = probe {
            commands += [ProbeRendering.command(for: next, playbook: playbook)?.command].compactMap { $0 }
            probe = RenderingTests.probe(after: next)
        }
        let unit = JobUnit(name: "u")
        let lease = StoredLease(record: nil, place: "")
        commands += [
            unit.start(["true"]), unit.status, unit.forget, Fence.raise(to: 1),
            Fence.around(Command("true"), token: 1), LeaseRendering.question(playbook: playbook, versions: ["v1"]),
            LeaseRendering.write(
                LeaseRecord(holder: nil, token: 1, beats: 0, ttlSeconds: 1, renewed: ""),
                over: lease,
                playbook: playbook
            ),
            // UpgradeSSH's copies are `sh -c` with root, and how a login is tried is `sudo -n true`.
            Command("sh", needsRoot: true), Command("true", needsRoot: true),
        ]
        let needed = Set(try commands.filter(\.needsRoot).map(program))
        #expect(try named() == needed)
        #expect(HostScripts.identity.contains("sudo -n true"))
    }

    @Test("visudo accepts the rules, and they let the login be root and nobody else")
    func accepted() async throws {
        let visudo = "/usr/sbin/visudo"
        try #require(FileManager.default.isExecutableFile(atPath: visudo), "Scripts/setup installs sudo")
        let judged = try await Program(visudo, ["-c", "-f", Self.path.path]).wait()
        #expect(judged.code == 0, "\(judged.errors)")
        let text = try String(contentsOf: Self.path, encoding: .utf8)
        let grants = text.split(separator: "\n").filter { $0.contains("NOPASSWD") && !$0.hasPrefix("#") }
        #expect(grants == ["operator ALL = (root) NOPASSWD: UPGRADER"])
    }
}
