import Foundation
import Testing
import UpgradeCore
import UpgradeTestSupport

@Suite("Silences and notifications of a run, by the program")
struct TellingTests {
    /// A real Alertmanager on loopback, and a file that a command of the playbook writes to.
    private final class Others: Sendable {
        let scratch: ScratchDirectory
        let port: Int
        private let alertmanager: Program

        init() async throws {
            scratch = try ScratchDirectory()
            try scratch.write(Data("route: {receiver: nobody}\nreceivers: [{name: nobody}]\n".utf8), to: "config.yml")
            try scratch.write(Data("SECRETMARKER\n".utf8), to: "token")
            port = try Loopback.freePort()
            let words = [
                "--config.file=\(scratch.path)/config.yml", "--storage.path=\(scratch.path)/data",
                "--web.listen-address=127.0.0.1:\(port)", "--cluster.listen-address=",
            ]
            alertmanager = try Program("/usr/bin/prometheus-alertmanager", words, in: scratch.path)
            try await alertmanager.expect("Listening on")
        }

        var playbook: String {
            """
            silences:
              - name: small
                alertmanager: http://127.0.0.1:\(port)
                token-file: \(scratch.path)/token
                matchers: [cluster=small, 'alertname=~"Kube.*|Node.*"']
                lasts: 2h
            notifications:
              - {name: irc, command: [sh, -c, 'cat >> "$0"', \(scratch.path)/said], text: "{{event}}: {{what}}"}
              - {name: dead, webhook: "http://127.0.0.1:1/", deadline: 2s}
            metrics-file: \(scratch.path)/upgrader.prom
            """
        }

        /// Silences by the state that the Alertmanager gives them.
        func silences() async throws -> [String] {
            let words = ["-q", "--silent", "http://127.0.0.1:\(port)/api/v2/silences"]
            let answer = try await Program("/usr/bin/curl", words, in: scratch.path).wait()
            let list = try JSONSerialization.jsonObject(with: Data(answer.output.utf8)) as? [[String: Any]]
            return (list ?? []).compactMap { ($0["status"] as? [String: Any])?["state"] as? String }
        }

        func text(_ name: String) -> String {
            String(decoding: (try? scratch.read(name)) ?? Data(), as: UTF8.self)
        }
    }

    @Test("killed while alerts are silenced and resumed, a run ends the one silence that it has opened")
    func killedAndResumed() async throws {
        let others = try await Others()
        let workshop = try Workshop(Workshop.small(pace: "60ms", extra: others.playbook))
        let program = try workshop.start("run", Workshop.playbook)
        try await program.expect("workers/drain@w1 does drain", then: SIGKILL)
        _ = try await program.wait()
        #expect(try await others.silences() == ["active"])
        let status = try await workshop.upgrader("status")
        #expect(status.output.contains("are silenced by this run"), "\(status.output)")
        let resumed = try await workshop.upgrader("resume")
        #expect(resumed.code == 0, "\(resumed.errors)")
        #expect(try await others.silences() == ["expired"])
        #expect(try workshop.history.state.ledger.entries.isEmpty)
        // Told once by each process; the dead one is named and has stopped nothing.
        let said = others.text("said").split(separator: "\n").map { $0.prefix { $0 != ":" } }
        #expect(said == ["started", "started", "hop-done", "finished"])
        #expect(resumed.errors.contains("note: dead was not told of"))
        #expect(others.text("upgrader.prom").contains("state=\"completed\"} 1"))
        let holding = workshop.files.filter { file in
            let bytes = FileManager.default.contents(atPath: "\(workshop.scratch.path)/\(file)") ?? Data()
            return String(decoding: bytes, as: UTF8.self).contains("SECRETMARKER")
        }
        #expect(holding == [])
        #expect(!(program.output + program.errors + resumed.output + resumed.errors).contains("SECRETMARKER"))
    }

    @Test("cleanup ends the silence of a run that is given up")
    func cleanedUp() async throws {
        let others = try await Others()
        let workshop = try Workshop(Workshop.small(pace: "60ms", extra: others.playbook))
        let program = try workshop.start("run", Workshop.playbook)
        try await program.expect("control-plane/install-control-plane@cp1 begins", then: SIGKILL)
        _ = try await program.wait()
        #expect(try await others.silences() == ["active"])
        let cleaned = try await workshop.upgrader("cleanup")
        #expect(cleaned.code == 0, "\(cleaned.errors)")
        #expect(try await others.silences() == ["expired"])
    }

    @Test("a text that is no template, and a secret that is not there, are refused before anything is done")
    func refused() async throws {
        let template = try Workshop(
            Workshop.small(extra: "notifications: [{name: irc, command: [\"true\"], text: \"{{#what}}\"}]")
        )
        let first = try await template.upgrader("run", Workshop.playbook)
        #expect(first.code == 64)
        #expect(first.errors.contains("notification irc is no template"), "\(first.errors)")
        let figures = try Workshop(Workshop.small(extra: "metrics-file: nowhere/run.prom"))
        for command in ["check", "run"] {
            let refused = try await figures.upgrader(command, Workshop.playbook)
            #expect(refused.code == 64, "\(refused.errors)")
            #expect(refused.errors.contains("error: `metrics-file` cannot be written"), "\(refused.errors)")
        }
        let secret = try Workshop(Workshop.small(extra: "notifications: [{name: chat, webhook-file: nowhere}]"))
        #expect(try await secret.upgrader("check", Workshop.playbook).code == 64)
        let second = try await secret.upgrader("run", Workshop.playbook)
        #expect(second.code == 64)
        #expect(second.errors.contains("there is no such file"), "\(second.errors)")
        #expect(!FileManager.default.fileExists(atPath: secret.scratch.path + "/state/small"))
    }
}
