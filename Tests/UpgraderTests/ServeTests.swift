import Foundation
import Testing
import UpgradeCore
import UpgradeTestSupport

@Suite("A run, served live")
struct ServeTests {
    /// A run that was killed in the middle.
    private func killed(_ playbook: String = Workshop.small(pace: "40ms")) async throws -> Workshop {
        let workshop = try Workshop(playbook)
        let program = try workshop.start("run", Workshop.playbook, "--reason", "ticket 7")
        try await program.expect("does drain w1.example.org", then: SIGKILL)
        _ = try await program.wait()
        return workshop
    }

    @Test("without the token, with a wrong one or by another name nothing is told but 403")
    func refused() async throws {
        let scene = try await ServeScene(try await killed())
        #expect(try await scene.get("/").status == 200)
        let wrong = "/?token=\(scene.token.dropLast())"
        for path in ["/", "/events", "/metrics", "/nothing", wrong, "/?token=", "/../../etc/passwd"] {
            let answer = try await scene.get(path, token: false)
            #expect(answer.status == 403, "\(path)")
            #expect(answer.body.isEmpty, "\(path)")
            #expect(Set(answer.headers.keys).isSubset(of: ["content-length", "connection"]), "\(answer.headers)")
        }
        let rebound = try await scene.get("/", "-H", "Host: evil.example.org:\(scene.port)")
        #expect(rebound.status == 403 && rebound.body.isEmpty)
        #expect(try await scene.get("/", "-H", "Host: localhost:9999").status == 200)
        #expect(try await scene.get("/", "-H", "Host;").status == 403)
        for method in ["POST", "PUT", "DELETE"] {
            #expect(try await scene.get("/", "-X", method).status == 405, "\(method)")
            #expect(try await scene.get("/", "-X", method, token: false).status == 403, "\(method)")
        }
        #expect(try await scene.get("/nothing").status == 404)
    }

    @Test("each answer forbids what a page of it could do: scripts of others, frames, caches, guesses, referrers")
    func headers() async throws {
        let scene = try await ServeScene(try await killed())
        for path in ["/", "/metrics"] {
            let headers = try await scene.get(path).headers
            #expect(headers["cache-control"] == "no-store")
            #expect(headers["x-content-type-options"] == "nosniff")
            #expect(headers["referrer-policy"] == "no-referrer")
            let policy = headers["content-security-policy"] ?? ""
            #expect(policy.hasPrefix("default-src 'none'; script-src 'sha256-"))
            #expect(policy.contains("frame-ancestors 'none'"))
            #expect(!policy.contains("script-src 'unsafe-inline'"))
        }
        let type = try await scene.get("/metrics").headers["content-type"] ?? ""
        #expect(type.hasPrefix("application/openmetrics-text; version=1.0.0"))
    }

    @Test("nothing in the state directory changes, not even a time, whatever is asked, and the run can go on")
    func onlyReads() async throws {
        let workshop = try await killed()
        let before = try DirectoryState(workshop.scratch.path + "/state")
        let scene = try await ServeScene(workshop)
        let events = try scene.listen()
        for _ in 0..<3 {
            #expect(try await scene.get("/").body.contains("killed: it has no end, and nobody works on it"))
            #expect(try await scene.get("/metrics").body.contains("state=\"killed\"} 1\n"))
        }
        try await events.expect("event: changed")
        #expect(try DirectoryState(workshop.scratch.path + "/state") == before)
        let resumed = try await workshop.upgrader("resume")
        #expect(resumed.code == 0, "\(resumed.errors)")
        let text = try await scene.get("/").body
        #expect(text.contains("completed: every step is done") && text.contains("The run has ended."))
        // One event for the beginning, and at least one since.
        try await events.until { events.output.components(separatedBy: "event: changed").count > 2 }
        let after = try DirectoryState(workshop.scratch.path + "/state")
        #expect(try await scene.get("/metrics").body.contains("state=\"completed\"} 1\n"))
        #expect(try await scene.end().code == 0)
        #expect(try DirectoryState(workshop.scratch.path + "/state") == after)
    }

    @Test("SIGINT and SIGTERM end it with 0, with somebody listening", arguments: [SIGINT, SIGTERM])
    func ends(signal: Int32) async throws {
        let workshop = try await killed()
        let scene = try await ServeScene(workshop)
        let events = try scene.listen()
        try await events.expect("event: changed")
        let ended = try await scene.end(signal)
        #expect(ended.code == 0)
        #expect(ended.errors.isEmpty, "\(ended.errors)")
        _ = try await events.wait(deadline: .seconds(10))
        let again = try await ServeScene(workshop, ["--listen", "127.0.0.1:\(scene.port)"])
        #expect(again.port == scene.port)
        #expect(again.token != scene.token)
        #expect(try await again.get("/").status == 200)
    }

    @Test("for people it prints what is served, and the address on a line of its own, as docs/report.md shows it")
    func printed() async throws {
        let workshop = try await killed()
        let program = try workshop.start("serve")
        try await program.expect("/?token=", then: SIGINT)
        let said = try await program.wait()
        let lines = said.output.split(separator: "\n")
        try #require(lines.count == 2, "\(said.output)")
        let what = workshop.normalized(String(lines[0]))
        #expect(what == "serving state/small/RUN, until Ctrl-C, on this machine alone:")
        #expect(lines[1].wholeMatch(of: /http:\/\/127\.0\.0\.1:[0-9]+\/\?token=[0-9a-f]{64}/) != nil)
        #expect(said.code == 0 && said.errors.isEmpty)
        let page = try String(contentsOfFile: Golden.root + "/docs/report.md", encoding: .utf8)
        #expect(page.contains("20261128-220000-kfzt, until Ctrl-C, on this machine alone:\nhttp://127.0.0.1:"))
    }

    @Test("an address that others reach, a port that is taken, a token that others may read are refused by name")
    func refusals() async throws {
        let workshop = try await killed()
        workshop.golden("serve-elsewhere", try await workshop.upgrader("serve", "--listen", "0.0.0.0:8080"))
        workshop.golden("serve-no-port", try await workshop.upgrader("serve", "--listen", "127.0.0.1"))
        let help = try await workshop.upgrader("serve", "--help")
        try Golden.expect(help.output, matches: "Tests/UpgraderTests/Golden/help-serve.txt")
        let scene = try await ServeScene(workshop)
        workshop.golden("serve-taken", try await workshop.upgrader("serve", "--listen", "127.0.0.1:\(scene.port)"))
        try workshop.scratch.write(Data(String(repeating: "a", count: 40).utf8), to: "token")
        chmod(workshop.scratch.path + "/token", 0o644)
        workshop.golden("serve-token-file", try await workshop.upgrader("serve", "--token-file", "token"))
        let json = try await workshop.upgrader("serve", "--listen", "10.0.0.1:80", "--format", "json")
        #expect(json.code == 64)
        #expect(json.output.contains("the page is not served on 10.0.0.1"))
    }

    @Test("with a token file the token is in no output, no argument and no file of the run, and opens as a bearer")
    func tokenFile() async throws {
        let workshop = try await killed()
        let scene = try await ServeScene(workshop, ["--token-file", "token"])
        let token = try workshop.token
        #expect(token.count == 64)
        let said = try JSONSerialization.jsonObject(with: Data(scene.program.output.utf8)) as? [String: Any] ?? [:]
        let readme = try String(contentsOfFile: Golden.root + "/docs/reference/json-documents.md", encoding: .utf8)
        #expect(Set(said.keys) == ["schema", "url", "metrics", "tokenFile", "run"])
        for member in said.keys { #expect(readme.contains("`\(member)`"), "json-documents.md does not name \(member)") }
        #expect(try await scene.get("/", "-H", "Authorization: Bearer \(token)", token: false).status == 200)
        #expect(try await scene.get("/", token: false).status == 403)
        let arguments = try String(contentsOfFile: "/proc/\(scene.program.pid)/cmdline", encoding: .utf8)
        let page = try await scene.get("/metrics", "-H", "Authorization: Bearer \(token)", token: false).body
        let ended = try await scene.end()
        for text in [ended.output, ended.errors, arguments, page] { #expect(!text.contains(token)) }
        for (name, entry) in try DirectoryState(workshop.scratch.path + "/state").entries {
            #expect(!String(decoding: entry.bytes ?? Data(), as: UTF8.self).contains(token), "\(name)")
        }
    }

    @Test("a directory without a run is told in five lines, by text and by page, and a damaged journal by page")
    func trouble() async throws {
        let workshop = try Workshop(Workshop.small(pace: "2ms"))
        let text = try workshop.start("serve")
        try await text.expect("begin one with `upgrader run PLAYBOOK`", then: SIGINT)
        let said = try await text.wait()
        #expect(said.code == 0)
        let line = "serving the first run that is begun, until Ctrl-C, on this machine alone:\n"
        #expect(said.output.hasPrefix(line + "http://127.0.0.1:"))
        workshop.golden("serve-none", said)
        let scene = try await ServeScene(workshop)
        let none = try await scene.get("/").body
        for line in ["<dt>error</dt>", "<dt>why</dt>", "<dt>ran</dt>", "<dt>state</dt>", "<dt>next</dt>"] {
            #expect(none.contains(line), "\(line)")
        }
        #expect(try await scene.get("/metrics").body == "# EOF\n")
        #expect(workshop.files == ["state"], "a state directory was made")
        #expect(try await workshop.upgrader("run", Workshop.playbook).code == 0)
        #expect(try await scene.get("/").body.contains("completed: every step is done"))
        let journal = try workshop.run.path + "/journal.jsonl"
        var bytes = try Data(contentsOf: URL(fileURLWithPath: journal))
        bytes[200] ^= 1
        try bytes.write(to: URL(fileURLWithPath: journal))
        #expect(try await scene.get("/").body.contains("<dt>error</dt>"))
    }

    @Test("its figures are OpenMetrics to the reference parser, and those of the metrics file")
    func figures() async throws {
        let workshop = try Workshop("")
        let file = workshop.scratch.path + "/run.prom"
        try workshop.write(Workshop.small(extra: "metrics-file: \(file)"))
        #expect(try await workshop.upgrader("run", Workshop.playbook).code == 0)
        let scene = try await ServeScene(workshop)
        try workshop.scratch.write(Data(try await scene.get("/metrics").body.utf8), to: "served.txt")
        // Debian's own python3, which has the package of Scripts/setup.
        let script = """
            from prometheus_client.openmetrics.parser import text_string_to_metric_families as openmetrics
            from prometheus_client.parser import text_string_to_metric_families as prometheus
            def samples(read, name):
                found = {}
                for family in read(open(name).read()):
                    for one in family.samples:
                        if not one.name.endswith("_seconds") and "_api_server_" not in one.name:
                            found[one.name, tuple(sorted(one.labels.items()))] = one.value
                return found
            served, written = samples(openmetrics, "served.txt"), samples(prometheus, "run.prom")
            assert served == written, sorted(set(served.items()) ^ set(written.items()))
            print(len(served))
            """
        let parsed = try await Program("/usr/bin/python3", ["-c", script], in: workshop.scratch.path).wait()
        #expect(parsed.code == 0, "\(parsed.errors)")
        #expect(Int(parsed.output.trimmingCharacters(in: .newlines)) ?? 0 > 14)
    }
}

extension Workshop {
    /// As `expect`, with what is told recorded as an issue where the file cannot be read.
    fileprivate func golden(_ name: String, _ result: Program.Result, _ location: SourceLocation = #_sourceLocation) {
        do { try expect(result, golden: name, sourceLocation: location) } catch {
            Issue.record(error, sourceLocation: location)
        }
    }
}
