import Foundation
import Testing
import UpgradeCore
import UpgradeTestSupport

@testable import UpgradeNotices

@Suite("Telling others")
struct NotifierTests {
    /// Walks a small upgrade with receivers beside it.
    ///
    /// - Returns: how the run stopped, how long it took with and without the wait at its end, and who was not told.
    private func walk(
        _ options: [NotificationOptions],
        limit: Duration = .seconds(10)
    ) async throws -> (stop: StopReason, took: Duration, inAll: Duration, untold: [String]) {
        let scene = try Scene(etcd: 1, controlPlane: 1, workers: 2)
        let plan = try await scene.plan()
        let recorder = MemoryRecorder()
        recorder.append([
            .started(RunHeader(run: scene.run, planDigest: "", holder: "op@desk", reason: "token=SECRETMARKER"))
        ])
        let record = recorder.state
        let notifier = try Notifier(
            options,
            fold: { NewsFold(plan: plan, record: record, isResumed: false, blockedAfter: $0) },
            now: { Date().timeIntervalSince1970 }
        )
        let driver = scene.driver(
            plan,
            SimulatedCluster(scene.cluster, clock: VirtualClock()),
            observer: notifier
        )
        let start = ContinuousClock.now
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await notifier.deliver() }
            notifier.begin()
            let stop = try await driver.walk(recorder: recorder)
            let took = start.duration(to: .now)
            let untold = await notifier.finish(within: limit)
            let inAll = start.duration(to: .now)
            group.cancelAll()
            return (stop, took, inAll, untold)
        }
    }

    @Test("a webhook gets CloudEvents: started, the hop done, finished; with its token, and no secret in them")
    func cloudEvents() async throws {
        let receiver = try await Receiver()
        try receiver.write("s3cret\n", to: "token")
        let options = NotificationOptions(
            name: "hooks",
            ways: [.webhook(receiver.address)],
            tokenFile: receiver.path("token")
        )
        let result = try await walk([options])
        #expect(result.stop == .completed)
        #expect(result.untold == [])
        let requests = receiver.requests
        let events = try requests.map { request in
            try #require(try JSONSerialization.jsonObject(with: Data(request.body.utf8)) as? [String: Any])
        }
        #expect(
            events.compactMap { $0["type"] as? String } == [
                "org.upgrader.run.started", "org.upgrader.run.hop-done", "org.upgrader.run.finished",
            ]
        )
        for (event, request) in zip(events, requests) {
            // > REQUIRED: id, source, specversion, type (CloudEvents 1.0.2)
            #expect(event["specversion"] as? String == "1.0")
            #expect(event["source"] as? String == "/upgrader/test/test")
            #expect(request.headers["Content-Type"] == "application/cloudevents+json")
            #expect(request.headers["Authorization"] == "Bearer s3cret")
            #expect(!request.body.contains("SECRETMARKER"))
        }
        #expect(Set(events.compactMap { $0["id"] as? String }).count == 3)
        #expect((events.last?["data"] as? [String: Any])?["to"] as? String == "1.13")
    }

    @Test("a text is made by the template, for a webhook as its member `text`, for a command on its standard input")
    func texts() async throws {
        let receiver = try await Receiver()
        try receiver.write(receiver.address, to: "address")
        let options = NotificationOptions(
            name: "chat",
            ways: [
                .webhookFile(receiver.path("address")),
                .command(["sh", "-c", "cat >> \"$0\"", receiver.path("said")]),
            ],
            text: "!log <{{cluster}}> {{event}}: {{what}}",
            events: [.finished]
        )
        let result = try await walk([options])
        #expect(result.untold == [])
        let text = "!log <test> finished: the upgrade to 1.13 is done; "
        let request = try #require(receiver.requests.first)
        let body = try JSONDecoder().decode([String: String].self, from: Data(request.body.utf8))
        #expect(receiver.requests.count == 1 && body.count == 1)
        #expect(body["text"]?.hasPrefix(text) == true, "\(request.body)")
        let said = try String(contentsOfFile: receiver.path("said"), encoding: .utf8)
        #expect(said.hasPrefix(text) && said.hasSuffix("\n"))
    }

    @Test("what did not get through is tried again; what is refused is not")
    func retried() async throws {
        let busy = try await Receiver([503, 429, 200])
        let refusing = try await Receiver([404])
        let result = try await walk([
            NotificationOptions(name: "busy", ways: [.webhook(busy.address)], events: [.started]),
            NotificationOptions(name: "refusing", ways: [.webhook(refusing.address)], events: [.started]),
        ])
        #expect(busy.requests.count == 3)
        #expect(Set(busy.requests.map(\.body)).count == 1, "each try is the same event with the same id")
        #expect(refusing.requests.count == 1)
        #expect(result.untold == ["refusing was not told of 1 event: it answered with HTTP 404"])
    }

    @Test("a receiver that is dead, mute or hangs neither stops nor slows the run, and is named at its end")
    func dead() async throws {
        let alone = try await walk([])
        let mute = try await Receiver([0])
        let port = try Loopback.freePort()
        let result = try await walk(
            [
                NotificationOptions(name: "dead", ways: [.webhook("http://127.0.0.1:\(port)/")]),
                NotificationOptions(name: "mute", ways: [.webhook(mute.address)]),
                NotificationOptions(name: "hanging", ways: [.command(["sh", "-c", "sleep 600"])]),
                NotificationOptions(name: "missing", ways: [.command(["no-such-program"])]),
            ],
            limit: .seconds(2)
        )
        #expect(result.stop == .completed)
        #expect(result.took < alone.took + .seconds(2), "the run took \(result.took), alone \(alone.took)")
        #expect(result.inAll < result.took + .seconds(4))
        #expect(alone.untold == [])
        let named = result.untold.map { $0.prefix { $0 != " " } }
        #expect(named == ["dead", "mute", "hanging", "missing"], "\(result.untold)")
    }

    @Test("a step that waits is told of once, when it has waited for so long")
    func blocked() throws {
        let hop = HopID(from: MinorRelease(major: 1, minor: 12))
        let key = StepKey(hop: hop, phase: "workers", step: "drain", target: .host("w1"))
        let plan = Plan(
            cluster: "c",
            playbookDigest: "",
            versionsDigest: "",
            machineIDs: [:],
            baseline: Baseline(readyNodes: [], foreignCordons: [], etcdMembers: 1),
            hops: [PlannedHop(id: hop, phases: [])]
        )
        var fold = NewsFold(plan: plan, record: RunState(), isResumed: false, blockedAfter: .seconds(600))
        let block = PodBlock(pod: "shop/cart-0", owner: nil, budget: "shop/cart", disruptionsAllowed: 0)
        #expect(fold.take(.progress(key, .blocked([block])), at: 100) == [])
        #expect(fold.tick(at: 699) == [])
        let told = fold.tick(at: 701)
        #expect(told.map(\.event) == [.blocked])
        #expect(told.first?.what.contains("has waited for 10 min: pod shop/cart-0 is held by budget shop/cart") == true)
        #expect(fold.take(.progress(key, .blocked([block])), at: 900) == [])
        // Another wait is news again.
        #expect(
            fold.take(
                .actionEnded(key, .drain(node: "w1", options: DrainOptions(deadline: .zero)), took: .zero),
                at: 950
            ) == []
        )
        #expect(fold.tick(at: 5000) == [])
        #expect(
            fold.take(
                .gateWaiting(
                    key,
                    .mustBeCordoned(node: "w1"),
                    measured: [],
                    elapsed: .seconds(700),
                    deadline: .seconds(900)
                ),
                at: 6000
            ).count == 1
        )
    }

    @Test("curl is told one request, whatever characters are in it")
    func quoting() {
        var request = WebRequest("POST", "http://receiver.example/")
        request.body = "\"\u{301}a\\\u{301}\r\noutput = /tmp/x\n\r\tb"
        let lines = CurlClient().configuration(request).unicodeScalars.split(separator: "\n").map { String($0) }
        #expect(lines.contains(#"data-raw = "\"\#u{301}a\\\#u{301}\r\noutput = /tmp/x\n\r\tb""#), "\(lines)")
        #expect(!lines.contains { $0.hasPrefix("output") })
    }

    @Test("no secret is in the arguments of curl, whatever is sent")
    func arguments() async throws {
        let receiver = try await Receiver([0])
        let request = WebRequest(
            "POST",
            receiver.address + "/SECRETPATH",
            body: "SECRETBODY",
            token: "SECRETTOKEN",
            deadline: .seconds(600)
        )
        // It is never answered.
        let sending = Task { try? await CurlClient().send(request) }
        defer { sending.cancel() }
        var seen = ""
        for _ in 0..<1500 where receiver.requests.isEmpty { try await Task.sleep(for: .milliseconds(20)) }
        for name in try FileManager.default.contentsOfDirectory(atPath: "/proc") where Int(name) != nil {
            let bytes = FileManager.default.contents(atPath: "/proc/\(name)/cmdline") ?? Data()
            let line = String(decoding: bytes, as: UTF8.self)
            if line.contains("curl") && line.contains("--config") { seen += line }
            #expect(!line.contains("SECRETTOKEN") && !line.contains("SECRETPATH") && !line.contains("SECRETBODY"))
        }
        #expect(seen.contains("--config"))
        let got = try #require(receiver.requests.first)
        #expect(got.headers["Authorization"] == "Bearer SECRETTOKEN" && got.body == "SECRETBODY")
    }

    @Test("a text that is no template is refused by name")
    func template() {
        let options = NotificationOptions(name: "chat", ways: [.command(["true"])], text: "{{#cluster}}")
        #expect(throws: NoticeError.self) { try NoticeError.checkTemplates([options]) }
    }
}
