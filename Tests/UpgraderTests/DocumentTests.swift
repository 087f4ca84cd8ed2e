import Foundation
import Testing
import UpgradeCore
import UpgradeTestSupport

@Suite("The JSON documents are those of docs/reference")
struct DocumentTests {
    /// The members of an object, by its place in a document: those that are always there, and those that may be.
    private struct Form {
        var always: Set<String>
        var sometimes: Set<String> = []
        var inside: [String: Form] = [:]
    }

    private static let plan = Form(
        always: [
            "schema", "cluster", "playbookDigest", "versionsDigest", "overrides", "pointsOfNoReturn", "conffiles",
            "steps",
        ],
        sometimes: ["path"],
        inside: ["steps": Form(always: ["number", "key", "title", "rehearsed", "commands"])]
    )
    private static let status = Form(
        always: [
            "schema", "directory", "cluster", "status", "steps", "done", "hops", "inDoubt", "failed", "skipped",
            "ledger", "notices", "asked",
        ],
        sometimes: ["next", "token", "takenFrom", "holder", "takesBack", "restores", "restoredBy"],
        inside: [
            "hops": Form(always: ["id", "steps", "done"]),
            "inDoubt": Form(always: ["key"], sometimes: ["action"]),
            "failed": Form(always: ["key", "attempt", "why", "next"]),
            "skipped": Form(always: ["key", "by", "reason", "time"]),
        ]
    )
    private static let check = Form(
        always: ["schema", "checks", "findings"],
        sometimes: ["cluster", "path", "error"],
        inside: [
            "checks": Form(always: ["key", "title", "passed"], sometimes: ["why", "next"]),
            "findings": Form(
                always: ["id", "title", "places", "reason", "hop", "severity", "cure", "source"],
                inside: ["places": Form(always: [], sometimes: ["host", "file", "line", "object"])]
            ),
        ]
    )
    private static let path = Form(
        always: [
            "schema", "asOf", "isFullySupported", "path", "violations", "unsupported", "alternatives", "judged",
            "notJudged", "uncertain", "undated",
        ],
        sometimes: ["day", "playbook"],
        inside: [
            "violations": Form(
                always: ["id", "component", "version", "place", "distance", "states", "reason", "proof"]
            ),
            "unsupported": Form(always: ["release", "maintenance"]),
            "alternatives": Form(always: ["id", "summary"], sometimes: ["path", "end"]),
        ]
    )
    private static let verified = Form(
        always: ["schema", "cluster", "releases", "differences"],
        inside: [
            "releases": Form(
                always: ["namespace", "name", "helm", "revision", "present", "kept", "findings"],
                inside: ["findings": Form(always: ["object", "state"])]
            )
        ]
    )
    private static let helm = Form(
        always: ["schema", "cluster", "tillers", "releases", "findings"],
        inside: [
            "tillers": Form(always: ["namespace", "image", "storage"]),
            "releases": Form(
                always: ["helm", "namespace", "name", "releaseNamespace", "revisions", "going", "written"],
                sometimes: ["excluded"],
                inside: [
                    "revisions": Form(
                        always: ["revision", "status", "chart", "bytes", "object", "notes"],
                        sometimes: ["problem", "excluded"]
                    ),
                    "going": Form(
                        always: ["hop", "apiVersion", "kind", "name", "place"],
                        sometimes: ["instead", "why"]
                    ),
                ]
            ),
        ]
    )
    private static let stated = Form(
        always: ["asOf", "moves", "violations", "broken", "notes", "unsupported", "judged", "notJudged"],
        inside: [
            "violations": Form(
                always: ["id", "component", "version", "place", "distance", "states", "reason", "isAvoidable"],
                sometimes: ["accepted"]
            )
        ]
    )

    private static let fact = Form(
        always: ["fact", "values", "sources", "asOf", "isUncertain", "purpose"],
        sometimes: ["override"]
    )
    private static let row = Form(
        always: [
            "component", "version", "released", "support", "lastPatch", "worksWith", "evidence", "sources", "asOf",
            "isUncertain",
        ]
    )
    private static let sheet = Form(
        always: ["schema", "day", "rows", "overrides"],
        inside: ["rows": row, "overrides": Form(always: ["fact", "value", "source", "reason"])]
    )
    private static let versionsCheck = Form(
        always: ["schema", "on", "dataAsOf", "clusters"],
        inside: [
            "clusters": Form(
                always: ["cluster", "target", "supported", "findings", "notJudged"],
                inside: ["findings": Form(always: ["isViolation", "isUncertain", "at", "what", "fact"])]
            )
        ]
    )

    @Test("explain FACT and versions list, show, export and check print exactly the documented members")
    func versions() async throws {
        let change = "versions: [{fact: calico/3.7/kubernetes/max, value: 1.15, source: us, reason: it ran here}]"
        let workshop = try Workshop(Workshop.small(extra: change))
        func json(_ words: String...) async throws -> Program.Result {
            try await Program(Program.upgrader, words + ["--format", "json"], in: workshop.scratch.path).wait()
        }
        let explained = Form(always: ["schema", "address", "facts"], inside: ["facts": Self.fact])
        let own = ["explain", "calico/3.7/kubernetes/max", "--playbook", Workshop.playbook, "--format", "json"]
        let fact = try await Program(Program.upgrader, own, in: workshop.scratch.path).wait()
        try expect(fact, explained, "explain")
        #expect(fact.output.contains("\"it ran here\""))
        try expect(try await json("explain", "kubernetes/1.16"), explained, "explain")
        try expect(try await json("versions", "list", "helm"), Self.sheet, "versions list")
        let export = try await json("versions", "export", "--playbook", Workshop.playbook)
        try expect(export, Self.sheet, "versions export")
        let shown = Form(always: ["schema", "rows", "facts"], inside: ["rows": Self.row, "facts": Self.fact])
        try expect(try await json("versions", "show", "calico", "3.7"), shown, "versions show")
        let checked = try await json("versions", "check", Workshop.playbook, "--on", "2019-10-01")
        try expect(checked, Self.versionsCheck, "versions check")
    }

    @Test("path and plan --to print exactly the documented members")
    func paths() async throws {
        let workshop = try Workshop(Workshop.small())
        let end = ["--to", "1.16", "--on", "2020-11-15", "--format", "json"]
        let typed = ["path", "--from", "kubernetes=1.12,calico=2.2,helm=2.16"] + end
        try expect(try await Program(Program.upgrader, typed, in: workshop.scratch.path).wait(), Self.path, "path")
        let looked = ["plan", Workshop.playbook] + end
        try expect(try await Program(Program.upgrader, looked, in: workshop.scratch.path).wait(), Self.path, "path")
    }

    @Test("helm verify prints exactly the documented members")
    func helmVerify() async throws {
        let workshop = try Workshop(
            Workshop.small(extra: "helm: {migrate-at: 1.13}")
                .replacing("pace: 2ms", with: "pace: 2ms, lost: [Deployment shop/web-shop]")
        )
        let result = try await workshop.upgrader("helm", "verify", Workshop.playbook, "--format", "json")
        try expect(result, Self.verified, "helm verify")
    }

    @Test("helm inventory prints exactly the documented members")
    func helmInventory() async throws {
        let workshop = try Workshop(Workshop.small(extra: "helm: {migrate-at: 1.13}"))
        let result = try await workshop.upgrader("helm", "inventory", Workshop.playbook, "--format", "json")
        try expect(result, Self.helm, "helm inventory")
    }

    @Test("the path of a plan has exactly the documented members")
    func statedPath() async throws {
        let calico = "calico: {versions: {1.13: {package: 3.7.5-1, tag: v3.7.5}}}"
        let text = Workshop.small(extra: calico).replacing("simulation: {", with: "simulation: {calico: v3.5.8, ")
        let workshop = try Workshop(text)
        let plan = try await workshop.upgrader("plan", Workshop.playbook, "--format", "json")
        try expect(plan, Self.plan, "plan", code: 10)
        let value = try JSONSerialization.jsonObject(with: Data(plan.output.utf8))
        let path = try #require((value as? [String: Any])?["path"] as? [String: Any])
        let readme = try String(contentsOfFile: Golden.root + "/docs/reference/json-documents.md", encoding: .utf8)
        try expect(path, Self.stated, "plan.path", readme)
        #expect((path["violations"] as? [Any])?.count == 2)
    }

    @Test("plan, status and check print exactly the documented members")
    func documents() async throws {
        let workshop = try Workshop(Workshop.small(pace: "200ms"))
        try expect(try await workshop.upgrader("plan", Workshop.playbook, "--format", "json"), Self.plan, "plan")
        try expect(try await workshop.upgrader("check", Workshop.playbook, "--format", "json"), Self.check, "check")
        let program = try workshop.start("run", Workshop.playbook)
        try await program.expect("does drain w1.example.org", then: SIGKILL)
        _ = try await program.wait()
        let status = try await workshop.upgrader("status", "--format", "json")
        try expect(status, Self.status, "status", schema: 2)
        #expect(status.output.contains(#""status" : "killed""#))
    }

    private static let end = Form(
        always: ["schema", "command", "code", "ending", "told", "errors"],
        sometimes: ["run"],
        inside: ["errors": Form(always: ["error", "why", "next", "code"], sometimes: ["ran"])]
    )

    @Test("commands that act write how they ended as one document, well or not, and all else to standard error")
    func ends() async throws {
        let workshop = try Workshop(Workshop.failing("hook-smoke", attempts: 1))
        func end(_ words: String..., code: Int32) async throws -> [String: Any] {
            let words = words + ["--format", "json"]
            let result = try await Program(Program.upgrader, words, in: workshop.scratch.path).wait()
            try expect(result, Self.end, words[0], code: code)
            let object = try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any]
            #expect(object?["code"] as? Int == Int(code) && object?["command"] as? String == words[0])
            return try #require(object)
        }
        let stopped = try await end("run", Workshop.playbook, code: 11)
        let error = try #require((stopped["errors"] as? [[String: Any]])?.first)
        #expect((error["error"] as? String)?.hasPrefix("hook-smoke on w1 failed") == true)
        #expect((stopped["run"] as? [String: Any])?["status"] as? String == "failed")
        #expect((stopped["run"] as? [String: Any])?["schema"] as? Int == 2)

        let program = try workshop.start("resume", "--until", "1.12-1.13", "--format", "json")
        let resumed = try await program.wait()
        // Progress is for people.
        #expect(resumed.code == 0 && resumed.errors.contains("hook-smoke@w1 done in "), "\(resumed.errors)")
        #expect(resumed.output.hasPrefix("{") && resumed.output.contains("\"status\" : \"completed\""))
        #expect((try await end("resume", code: 0)["told"] as? [String])?.first?.contains("nothing left to do") == true)
        let clean = try await end("cleanup", code: 0)
        #expect((clean["told"] as? [String])?.first?.hasPrefix("nothing of ") == true)
        let refused = try await end("rollback", "w9", code: 64)
        #expect((refused["errors"] as? [[String: Any]])?.count == 1)
        // Before there is a run, too.
        #expect(try await end("run", "none.yaml", code: 64)["run"] == nil)
        #expect(try await end("resume", "no/such/run", code: 64)["run"] == nil)
    }

    @Test("commands that look have errors as a document where a program reads")
    func troubles() async throws {
        let workshop = try Workshop(Workshop.small())
        for words in [
            ["status"], ["why"], ["log"], ["report"], ["explain", "no-such-thing"], ["helm", "inventory", "none.yaml"],
            ["versions", "show", "kubernetes", "9.9"], ["plan", "none.yaml"], ["check", "none.yaml"],
        ] {
            let all = words + ["--format", "json"]
            let result = try await Program(Program.upgrader, all, in: workshop.scratch.path).wait()
            #expect(result.code != 0 && result.errors.hasPrefix("error: "), "\(words): \(result.errors)")
            let value = try? JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any]
            let error = try #require(value?["error"] as? [String: Any], "\(words) printed \(result.output)")
            #expect(error["code"] as? Int == Int(result.code) && error["next"] is String, "\(words)")
            if words == ["log"] { #expect(result.output.split(separator: "\n").count == 1) }
        }
    }

    @Test("a check that found something says what and what to do")
    func refusedCheck() async throws {
        let helm = "helm: {versions: {1.13: {package: 2.14.3-1, tag: v2.14.3}}, migrate-at: 1.13}"
        let workshop = try Workshop(Workshop.small(extra: helm))
        let check = try await workshop.upgrader("check", Workshop.playbook, "--format", "json")
        #expect(check.code == 10)
        try expect(check, Self.check, "check", code: 10)
        #expect(check.output.contains("\"why\""))
        #expect(check.output.contains("\"next\""))
    }

    @Test("the files of a run have the members that docs/reference/state-files.md names")
    func files() async throws {
        let workshop = try Workshop(Workshop.small())
        try #require(try await workshop.upgrader("run", Workshop.playbook).code == 0)
        let readme = try String(contentsOfFile: Golden.root + "/docs/reference/state-files.md", encoding: .utf8)
        let run = try workshop.run.path
        let names = try FileManager.default.contentsOfDirectory(atPath: run)
        #expect(
            Set(names) == [
                "plan.json", "playbook.yaml", "origin.json", "journal.jsonl", "journal.head", "checkpoint.json",
                "simulation.json", "transcript.jsonl", "api.jsonl",
            ]
        )
        let expected: [String: Set<String>] = [
            "plan.json": [
                "schema", "cluster", "playbookDigest", "versionsDigest", "machineIDs", "baseline", "hops",
            ],
            "checkpoint.json": ["schema", "seq", "hash", "state"],
            "origin.json": ["playbook", "sha256"],
        ]
        for (name, members) in expected {
            let bytes = try Data(contentsOf: URL(fileURLWithPath: "\(run)/\(name)"))
            let object = try #require(try JSONSerialization.jsonObject(with: bytes) as? [String: Any])
            #expect(Set(object.keys) == members, "\(name)")
            for member in members { #expect(readme.contains("`\(member)`"), "\(name): \(member)") }
        }
        let lines = try String(contentsOfFile: run + "/journal.jsonl", encoding: .utf8).split(separator: "\n")
        for line in lines {
            let object = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
            #expect(Set(object.keys) == ["seq", "time", "prev", "record", "hash"])
            let record = try #require(object["record"] as? [String: Any])
            try #require(record.count == 1)
            for name in record.keys { #expect(readme.contains("`\(name)`"), "record \(name)") }
        }
    }

    private func expect(_ result: Program.Result, _ form: Form, _ name: String, code: Int32 = 0, schema: Int = 1) throws
    {
        #expect(result.code == code, "\(result.errors)")
        let readme = try String(contentsOfFile: Golden.root + "/docs/reference/json-documents.md", encoding: .utf8)
        let value = try JSONSerialization.jsonObject(with: Data(result.output.utf8))
        let object = try #require(value as? [String: Any])
        #expect(object["schema"] as? Int == schema)
        try expect(object, form, name, readme)
    }

    private func expect(_ object: [String: Any], _ form: Form, _ place: String, _ readme: String) throws {
        let found = Set(object.keys)
        #expect(form.always.isSubset(of: found), "\(place) lacks \(form.always.subtracting(found))")
        let unknown = found.subtracting(form.always).subtracting(form.sometimes)
        #expect(unknown.isEmpty, "\(place) has \(unknown)")
        for member in form.always.union(form.sometimes) {
            #expect(readme.contains("`\(member)`"), "json-documents.md does not name \(member) of \(place)")
        }
        for (member, inner) in form.inside {
            for element in try #require(object[member] as? [[String: Any]], "\(place).\(member)") {
                try expect(element, inner, "\(place).\(member)", readme)
            }
        }
    }
}
