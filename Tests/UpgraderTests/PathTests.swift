import Foundation
import Testing
import UpgradeCore
import UpgradeTestSupport

@Suite("The path on the command line")
struct PathTests {
    private static let late = "calico: {versions: {1.14: {package: 3.7.5-1, tag: v3.7.5}}}"

    /// A simulated cluster with Calico 3.5, which goes to 1.14 before Calico moves.
    private func workshop(accept: [String] = []) throws -> Workshop {
        let yes = accept.map { "\n  - {violation: \($0), reason: it is only a rehearsal}" }.joined()
        let extra = Self.late + (accept.isEmpty ? "" : "\naccept:\(yes)")
        let text = Workshop.small(extra: extra).replacing("simulation: {", with: "simulation: {calico: v3.5.8, ")
            .replacing("target: 1.13", with: "target: 1.14")
            .replacing("1.13: 1.13.12-1}", with: "1.13: 1.13.12-1, 1.14: 1.14.10-1}")
        return try Workshop(text)
    }

    private static let violations = [
        "calico-3.5@1.12-1.13", "calico-3.5@1.13", "calico-3.5@1.13-1.14", "calico-3.5@1.14",
    ]

    @Test("plan and run refuse a path out of range, with five lines for each state, and change nothing")
    func refused() async throws {
        let workshop = try workshop()
        let run = try await workshop.upgrader("run", Workshop.playbook)
        try workshop.expect(run, golden: "out-of-range")
        let plan = try await workshop.upgrader("plan", Workshop.playbook)
        #expect(plan.code == 10)
        #expect(plan.output.contains("out of range: calico-3.5@1.12-1.13 by 1; not accepted"))
        let check = try await workshop.upgrader("check", Workshop.playbook)
        #expect(check.code == 10 && check.errors.contains("calico-3.5@1.14 is out of range by 2"))
        #expect(!FileManager.default.fileExists(atPath: workshop.scratch.path + "/state/small/runs"))
    }

    @Test("with a yes to each state the run goes through")
    func accepted() async throws {
        let workshop = try workshop(accept: Self.violations)
        let result = try await workshop.upgrader("run", Workshop.playbook)
        #expect(result.code == 0, "\(result.errors)")
        let plan = try await workshop.upgrader("plan", Workshop.playbook)
        #expect(plan.code == 0)
        #expect(plan.output.contains("by 2; accepted: it is only a rehearsal"))
    }

    @Test("a yes to all but one is not enough")
    func allButOne() async throws {
        let workshop = try workshop(accept: Self.violations.dropLast())
        let result = try await workshop.upgrader("run", Workshop.playbook)
        #expect(result.code == 10)
        #expect(result.errors.components(separatedBy: "error: ").count == 2)
        #expect(result.errors.contains("calico-3.5@1.14 is out of range by 2"))
    }

    @Test(
        "a program that reads the path gets a document where there is none, and nothing of the error moves a terminal"
    )
    func trouble() async throws {
        let place = try ScratchDirectory()
        let cases: [(words: [String], code: Int)] = [
            (["path", "--from", "kubernetes=1.16,calico=2.2", "--to", "1.16"], 10),
            (["path", "--from", "kubernetes=1.12,calico=\u{1b}[2J\u{9b}3.5\r", "--to", "1.16"], 64),
            (["versions", "check", "nowhere.yaml"], 64), (["plan", "nowhere.yaml", "--to", "1.16"], 64),
            (["plan", "nowhere.yaml"], 64),
        ]
        for (words, code) in cases {
            let result = try await Program(Program.upgrader, words + ["--format", "json"], in: place.path).wait()
            #expect(Int(result.code) == code)
            let object = try #require(
                try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any]
            )
            #expect(object["schema"] as? Int == 1)
            #expect((object["error"] as? [String: Any])?["code"] as? Int == code)
            let controls = result.errors.unicodeScalars.filter {
                $0.properties.generalCategory == .control && $0 != "\n"
            }
            #expect(controls.isEmpty)
            #expect(result.errors.split(separator: "\n").count == 5)
        }
    }

    @Test("a yes to what the path does not have is warned of with its line, by check and by plan, and stops nothing")
    func idle() async throws {
        let workshop = try workshop(accept: Self.violations + ["calico-3.5@1.19"])
        let lines = try String(contentsOfFile: workshop.scratch.path + "/" + Workshop.playbook, encoding: .utf8)
            .components(separatedBy: "\n")
        let line = try #require(lines.firstIndex { $0.contains("calico-3.5@1.19") }) + 1
        let warning = "warning: \(Workshop.playbook):\(line): `accept` names calico-3.5@1.19, which the path from here"
        let check = try await workshop.upgrader("check", Workshop.playbook)
        #expect(check.code == 0 && check.output.contains(warning), "\(check.output)")
        #expect(check.output.components(separatedBy: "warning:").count == 2)
        let markdown = try await workshop.upgrader("check", Workshop.playbook, "--format", "markdown")
        #expect(markdown.code == 0 && markdown.output.contains("- warning: \(Workshop.playbook):\(line):"))
        let json = try await workshop.upgrader("check", Workshop.playbook, "--format", "json")
        #expect(json.output.contains("calico-3.5@1.19, which the path from here"))
        let plan = try await workshop.upgrader("plan", Workshop.playbook)
        #expect(plan.code == 0 && plan.output.contains("  \(warning)"))
    }

    @Test("a rule is refused whatever is accepted")
    func rule() async throws {
        let text = Workshop.small(extra: "calico: {versions: {1.13: {package: 3.7.5-1, tag: v3.7.5}}}")
            .replacing("simulation: {", with: "simulation: {calico: v2.6.12, ")
        let workshop = try Workshop(text)
        let result = try await workshop.upgrader("run", Workshop.playbook)
        #expect(result.code == 10)
        // The simulated etcd is of a release without the v2 API.
        #expect(result.errors.contains("breaks a rule"))
        #expect(result.errors.contains("(calico/C4)"))
    }

    @Test(
        "the best path from a simulated Calico 2 is found where its etcd serves the v2 API, as that of a Calico 2 does"
    )
    func fromCalico2() async throws {
        let text = Workshop.small(extra: "calico: {versions: {1.13: {package: 3.7.5-1, tag: v3.7.5}}}")
            .replacing("simulation: {", with: "simulation: {calico: v2.6.12, etcd-v2: true, ")
        let workshop = try Workshop(text)
        let result = try await workshop.upgrader("plan", Workshop.playbook, "--to", "1.13")
        #expect(result.code == 0, "\(result.errors)")
        #expect(result.output.contains("  datastore-migration: {at: 1.12}"))
        try workshop.write(text.replacing("etcd-v2: true", with: "etcd-v2: false"))
        #expect(try await workshop.upgrader("plan", Workshop.playbook, "--to", "1.13").errors.contains("(calico/C4)"))
    }

    private struct Document: Decodable {
        struct Path: Decodable {
            var distance: Int
            var states: Int
            var moves: Int
        }

        struct Violation: Decodable {
            var id: String
            var proof: String
        }

        struct Alternative: Decodable {
            var id: String
        }

        var asOf: String
        var isFullySupported: Bool
        var path: Path
        var violations: [Violation]
        var alternatives: [Alternative]
    }

    private static let seed = ["--from", "kubernetes=1.12,calico=2.2,helm=2.16"]

    @Test("path prints what the policy's cluster has to go through, for people and for programs")
    func seed() async throws {
        let workshop = try Workshop(Workshop.small())
        let end = ["--to", "kubernetes=1.16,calico=3.16,helm=3.4", "--on", "2020-12-15"]
        let text = try await Program(Program.upgrader, ["path"] + Self.seed + end, in: workshop.scratch.path).wait()
        try #require(text.code == 0, "\(text.errors)")
        try Golden.expect(text.output, matches: "Tests/UpgraderTests/Golden/path-seed.txt")
        let arguments = ["path", "--format", "json"] + Self.seed + end
        let json = try await Program(Program.upgrader, arguments, in: workshop.scratch.path).wait()
        let document = try JSON.decode(Document.self, from: Data(json.output.utf8))
        #expect((document.path.distance, document.path.states) == (10, 2))
        #expect(document.violations.map(\.id) == ["calico-2.2@1.12", "calico-2.6@1.12"])
        #expect(document.violations.allSatisfy { !$0.proof.isEmpty } && !document.isFullySupported)
        #expect(document.alternatives.map(\.id).contains("rebuild"))
        // The sections for a playbook, with a playbook's keys.
        let object = try #require(try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any])
        let sections = try #require(object["playbook"] as? [String: [String: Any]])
        #expect(Set(sections.keys) == ["calico", "helm"])
        let rolls = try #require(sections["calico"]?["versions"] as? [String: [[String: String]]])
        #expect(rolls["1.14"] == [["package": "3.12.3-1", "tag": "v3.12.3"]] && rolls["1.12"]?.count == 3)
        #expect(sections["calico"]?["datastore-migration"] as? [String: String] == ["at": "1.12"])
        #expect(sections["helm"]?["migrate-at"] as? String == "1.13")
        let helm3 = try #require(sections["helm"]?["helm3"] as? [String: [String: String]])
        #expect(helm3 == ["versions": ["1.13": "3.0.3-1", "1.16": "3.4.2-1"]])
    }

    @Test("a Helm that never was is refused, with the reason")
    func neverWas() async throws {
        let workshop = try Workshop(Workshop.small())
        let result = try await workshop.upgrader("path", "--from", "kubernetes=1.12,helm=2.6.12", "--to", "1.16")
        try workshop.expect(result, golden: "path-never-released")
    }

    @Test("plan --to looks at the cluster, and supported is the newest of the day")
    func detected() async throws {
        let workshop = try workshop()
        let result = try await workshop.upgrader("plan", Workshop.playbook, "--to", "supported", "--on", "2020-11-15")
        try #require(result.code == 0, "\(result.errors)")
        #expect(result.output.hasPrefix("path: 1.12 → 1.19, distance 0"))
        #expect(result.output.contains("Calico 3.5.8"))
        let day = try await workshop.upgrader("plan", Workshop.playbook, "--to", "1.16", "--on", "yesterday")
        #expect(day.code == 64)
    }
}
