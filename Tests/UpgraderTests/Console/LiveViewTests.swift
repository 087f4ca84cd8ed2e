import Synchronization
import Testing
import UpgradeCore
import UpgradeTestSupport

@testable import upgrader

@Suite("The live view")
struct LiveViewTests {
    private let now = Duration.seconds(115)

    @Test("names hop, phase, every target in work, what holds it and since when", arguments: [(80, 24), (200, 60)])
    func busy(width: Int, height: Int) async throws {
        var scene = try await LiveScene()
        scene.busy()
        try expect(scene, "busy", width, height)
    }

    @Test("after the first Ctrl-C says what a second one does", arguments: [(80, 24), (200, 60)])
    func interrupted(width: Int, height: Int) async throws {
        var scene = try await LiveScene()
        scene.busy()
        scene.view.take(.interrupted, at: now)
        try expect(scene, "interrupted", width, height)
    }

    @Test("keeps a failed target in sight while the others go on", arguments: [(80, 24), (200, 60)])
    func failed(width: Int, height: Int) async throws {
        var scene = try await LiveScene()
        scene.busy()
        let failure = Failure.gateClosed(.nodeNotReady(node: "w2.example.org"), deadline: .seconds(300))
        scene.view.take(.stepFailed(scene.key("node-ready", "w2"), failure), at: now)
        try expect(scene, "failed", width, height)
    }

    @Test("at the end says how it ended and leaves out what is no longer true")
    func ended() async throws {
        var scene = try await LiveScene()
        scene.busy()
        scene.view.take(.interrupted, at: now)
        scene.view.take(.stopped(.interrupted), at: now)
        try expect(scene, "ended", 80, 24)
    }

    @Test("in too little room, what failed and what is held stays in sight, with its reason", arguments: [8, 20])
    func crowd(workers: Int) async throws {
        var scene = try await LiveScene(batch: workers, workers: workers)
        for number in 1...workers - 3 { scene.walk("w\(number)", to: "install-node", at: .seconds(60)) }
        let (blocked, waiting, failed) = ("w\(workers - 2)", "w\(workers - 1)", "w\(workers)")
        scene.walk(blocked, to: "drain", at: .seconds(60))
        let drain = Action.drain(node: "\(blocked).example.org", options: DrainOptions(deadline: .seconds(300)))
        scene.view.take(.actionBegan(scene.key("drain", blocked), drain), at: .seconds(61))
        let web = PodBlock(pod: "shop/web-7d9", owner: "ReplicaSet/web", budget: "shop/web", disruptionsAllowed: 0)
        scene.view.take(.progress(scene.key("drain", blocked), .blocked([web])), at: .seconds(100))
        for name in [waiting, "w1"] {
            scene.walk(name, to: "node-ready", at: .seconds(60))
            let unmet = Unmet.nodeNotReady(node: "\(name).example.org")
            let key = scene.key("node-ready", name)
            let waits = RunNotice.gateWaiting(
                key,
                unmet,
                measured: [],
                elapsed: .seconds(20),
                deadline: .seconds(300)
            )
            scene.view.take(waits, at: .seconds(110))
        }
        scene.walk(failed, to: "uncordon", at: .seconds(60))
        scene.view.take(.stepFailed(scene.key("uncordon", failed), .unmet(.foreignCordon(node: failed))), at: now)
        try expect(scene, "crowd-of-\(workers)", 80, 24)
        let screen = scene.screen(80, 24, at: now)
        for text in ["budget shop/web allows 0", "\(failed) ", "\(blocked) ", "✗"] {
            #expect(screen.contains(text), "\(text)")
        }
    }

    @Test("says how long what is left will take, by this run's own steps, and that more is not known yet")
    func timeLeft() async throws {
        let plan = try await LiveScene().plan
        let scene = try Scene(workers: 4, until: "1.14")
        var times = StepTimes()
        var view = LiveView(plan: plan, record: RunState(), steps: scene.steps, times: times)
        #expect(!view.lines(width: 100, height: 20, now: now)[1].text.contains("left"))
        for key in plan.keys where key.hop == plan.hops[0].id { times.took(key, .seconds(60)) }
        let first = plan.keys.filter { $0.hop == plan.hops[0].id }
        var record = RunState()
        for key in first { record.apply(.done(key)) }
        view = LiveView(plan: plan, record: record, steps: scene.steps, times: times)
        // The same again, but for phases that go on side by side.
        let parts = plan.hops[1].phases.map { phase in
            phase.lanes.reduce(0.0) { $0 + Double($1.steps.count) } * 60 / Double(min(phase.batch, phase.lanes.count))
        }
        let seconds = Int(parts.reduce(0, +))
        #expect(view.timeLeft.isWhole)
        #expect(abs(view.timeLeft.known / .seconds(1) - Double(seconds)) < 1)
        let heading = view.lines(width: 100, height: 20, now: now)[1].text
        #expect(heading.hasSuffix("elapsed 1:55, about \((seconds + 30) / 60) min left"))
        var early = StepTimes()
        early.took(first[0], .seconds(60))
        view = LiveView(plan: plan, record: record, steps: scene.steps, times: early)
        // One step of all tells nothing; half of them tell how long it will be at least.
        #expect(!view.lines(width: 100, height: 20, now: now)[1].text.contains("left"))
        for key in first.prefix(first.count * 3 / 4) { early.took(key, .seconds(60)) }
        view = LiveView(plan: plan, record: record, steps: scene.steps, times: early)
        #expect(view.lines(width: 100, height: 20, now: now)[1].text.contains("at least "))
        for key in plan.keys { view.take(.stepEnded(key, took: .seconds(1), changed: false), at: now) }
        #expect(view.timeLeft == TimeLeft())
    }

    @Test("names the point of no return when it nears, once for each hop")
    func noReturn() async throws {
        let scene = try Scene(workers: 2, until: "1.14")
        let plan = try await scene.plan()
        let points = plan.pointsOfNoReturn(scene.steps)
        #expect(points.map(\.key.description) == plan.hops.map { "\($0.id)/control-plane/install-control-plane@cp1" })
        var view = LiveView(plan: plan, record: RunState(), steps: scene.steps)
        #expect(view.nearPointOfNoReturn == nil)
        let before = plan.keys.prefix { $0 != points[0].key }
        for key in before.dropLast() { view.take(.stepEnded(key, took: .seconds(1), changed: false), at: now) }
        #expect(view.nearPointOfNoReturn?.steps == 1)
        let screen = view.lines(width: 120, height: 20, now: now).map(\.text).joined(separator: "\n")
        let point = "control-plane/install-control-plane@cp1, the new API server"
        #expect(screen.contains("point of no return  after 1 step: \(point)"))
        for key in [before.last ?? points[0].key, points[0].key] {
            view.take(.stepEnded(key, took: .seconds(1), changed: true), at: now)
        }
        // Of the next hop, and far away.
        #expect(view.nearPointOfNoReturn == nil)
        let back = Plan(
            cluster: plan.cluster,
            playbookDigest: "",
            versionsDigest: "",
            machineIDs: [:],
            baseline: plan.baseline,
            hops: plan.hops,
            takesBack: "run"
        )
        #expect(back.pointsOfNoReturn(scene.steps).isEmpty)
    }

    @Test("counts how long each pod has been in the way, and forgets one that is gone")
    func hindrances() async throws {
        var scene = try await LiveScene()
        scene.busy()
        #expect(scene.screen(200, 60, at: .seconds(110)).contains("for 0:40"))
        let key = scene.key("drain", "w1")
        let web = PodBlock(pod: "shop/web-7d9", owner: nil, budget: "shop/web", disruptionsAllowed: 0)
        scene.view.take(.progress(key, .blocked([web])), at: .seconds(120))
        let screen = scene.screen(200, 60, at: .seconds(121))
        #expect(!screen.contains("cart-0"))
        #expect(screen.contains("for 0:21"))
    }

    @Test("a hold that is not told again is over")
    func stale() async throws {
        var scene = try await LiveScene()
        scene.busy()
        #expect(!scene.screen(200, 60, at: .seconds(200)).contains("cart-0"))
    }

    @Test("a report that comes after the end of its step shows nothing")
    func late() async throws {
        var scene = try await LiveScene()
        scene.busy()
        let key = scene.key("drain", "w1")
        scene.view.take(.stepEnded(key, took: .seconds(9), changed: true), at: now)
        scene.view.take(.progress(key, .packageLockHeld(host: "w1", by: "apt")), at: now)
        #expect(!scene.view.lanes.contains { $0.key == key })
    }

    @Test("keeps for good what changed something and what failed, not what had nothing to do")
    func keeps() async throws {
        var scene = try await LiveScene()
        let key = scene.key("cordon", "w1")
        #expect(scene.view.take(.stepEnded(key, took: .seconds(2), changed: true), at: now)?.style == .good)
        #expect(scene.view.take(.stepEnded(key, took: .seconds(2), changed: false), at: now) == nil)
        let failure = Failure.unmet(.foreignCordon(node: "w1.example.org"))
        let entry = scene.view.take(.stepFailed(key, failure), at: now)
        #expect(entry?.style == .bad)
        #expect(entry?.text.contains(failure.why) == true)
    }

    @Test("over the failure budget no other target is named as next")
    func nextAfterFailure() async throws {
        var scene = try await LiveScene(batch: 1)
        scene.walk("w1", to: "drain", at: now)
        #expect(scene.view.next == scene.key("install-node", "w1"))
        scene.view.take(.stepFailed(scene.key("drain", "w1"), .bug("test")), at: now)
        #expect(scene.view.next == nil)
        #expect(scene.screen(80, 24, at: now).contains("the run stops at the failure"))
    }

    @Test("a whole run fits every size at every moment")
    func everySize() async throws {
        let scene = try Scene(workers: 3, until: "1.14") { $0.workerBatch = 2 }
        let plan = try await scene.plan()
        let heard = Heard()
        let driver = scene.driver(plan, SimulatedCluster(scene.cluster, clock: VirtualClock()), observer: heard)
        let stop = try await driver.walk(recorder: MemoryRecorder())
        #expect(stop == .completed)
        var view = LiveView(plan: plan, record: RunState(), steps: scene.steps)
        for (index, notice) in heard.notices.enumerated() {
            view.take(notice, at: .seconds(index))
            // Every size once in a while, so that each meets many moments.
            let (width, height) = (1 + index * 7 % 130, index % 40)
            let lines = view.lines(width: width, height: height, now: .seconds(index))
            #expect(lines.count <= height)
            #expect(lines.allSatisfy { $0.columns <= width })
        }
        #expect(view.lanes.isEmpty)
        #expect(view.places.done == plan.keys.count)
        #expect(view.stop == .completed)
    }

    private func expect(_ scene: LiveScene, _ name: String, _ width: Int, _ height: Int) throws {
        let path = "Tests/UpgraderTests/Console/Golden/live-\(name)-\(width)x\(height).txt"
        try Golden.expect(scene.screen(width, height, at: now), matches: path)
    }
}

/// Everything that a run told.
private final class Heard: RunObserver {
    private let log = Mutex<[RunNotice]>([])

    var notices: [RunNotice] { log.withLock { $0 } }

    func notice(_ notice: RunNotice) { log.withLock { $0.append(notice) } }
}
