import Foundation
import Testing
import UpgradeCore
import UpgradeTestSupport

@testable import UpgradeNotices

@Suite("Figures of a run in another process")
struct ServedFiguresTests {
    private let key = StepKey(
        hop: HopID(from: MinorRelease(major: 1, minor: 12)),
        phase: "workers",
        step: "drain",
        target: .host("w1")
    )

    private func plan() throws -> Plan {
        Plan(
            cluster: "c",
            playbookDigest: "",
            versionsDigest: "",
            machineIDs: [:],
            baseline: Baseline(readyNodes: [], foreignCordons: [], etcdMembers: 1),
            hops: [PlannedHop(id: key.hop, phases: [])]
        )
    }

    /// The samples that do not tell of a moment, or of what only the process itself has seen.
    private func lasting(_ text: String) -> Set<Substring> {
        Set(
            text.split(separator: "\n").filter { line in
                !line.hasPrefix("#") && !line.contains("_seconds") && !line.contains("_api_server_")
            }
        )
    }

    @Test("journal and transcript give the figures that the run itself was told")
    func same() async throws {
        let scene = try Scene(etcd: 1, controlPlane: 1, workers: 2)
        let plan = try await scene.plan()
        let scratch = try ScratchDirectory()
        let now = { @Sendable in Date().timeIntervalSince1970 }
        let journal = try Journal(directory: scratch.path, now: now)
        try journal.append([.started(RunHeader(run: "r1", planDigest: "", holder: "ann@desk", reason: ""))])
        let file = MetricsFile(scratch.path + "/f.prom", RunFigures(plan: plan, record: journal.state, at: 1), now: now)
        let observers = Observers([file, Transcript(directory: scratch.path, now: now)])
        let cluster = SimulatedCluster(scene.cluster, clock: VirtualClock())
        #expect(try await scene.driver(plan, cluster, observer: observers).walk(recorder: journal) == .completed)
        #expect(file.finish() == nil)
        let told = lasting(String(decoding: try scratch.read("f.prom"), as: UTF8.self))
        let figures = RunFigures(
            plan: plan,
            history: try JournalReader.read(directory: scratch.path),
            transcript: Transcript.read(directory: scratch.path),
            availability: [],
            isHeld: false
        )
        #expect(told.count > 14)
        #expect(lasting(figures.text(at: 9e9)) == told)
    }

    @Test("a run without an end is running while somebody works on it, else killed; a resumed one runs again")
    func states() throws {
        let header = RunHeader(run: "r1", planDigest: "", holder: "ann@desk", reason: "")
        let begun: [Record] = [.started(header), .begun(key, attempt: 1)]
        func state(_ records: [Record], isHeld: Bool) throws -> [String] {
            let scratch = try ScratchDirectory()
            let journal = try Journal(directory: scratch.path, now: { 100 })
            try journal.append(records)
            let history = try JournalReader.read(directory: scratch.path)
            let text = RunFigures(plan: try plan(), history: history, transcript: [], availability: [], isHeld: isHeld)
                .text(at: 160)
            let lines = text.split(separator: "\n")
            let ones = lines.filter { $0.hasSuffix(" 1") }
            let states = ones.compactMap { $0.firstMatch(of: /state="([a-z-]+)"/)?.output.1 }
            let lanes = lines.filter { $0.hasPrefix("upgrader_lane_step_seconds") }.map { "lane \($0.suffix(2))" }
            return states.map(String.init) + lanes
        }
        #expect(try state(begun, isHeld: true) == ["running", "lane 60"])
        #expect(try state(begun, isHeld: false) == ["killed"])
        #expect(try state(begun + [.stopped(.interrupted)], isHeld: false) == ["interrupted"])
        #expect(try state(begun + [.stopped(.interrupted), .resumed(header)], isHeld: true) == ["running"])
        let failed: [Record] = [.failed(key, attempt: 1, .bug("x")), .stopped(.failed([key]))]
        #expect(try state(begun + failed, isHeld: false) == ["failed"])
    }

    @Test("a wait is known again by the words that the transcript has of it")
    func words() {
        let block = PodBlock(pod: "shop/cart-0", owner: nil, budget: "shop/cart", disruptionsAllowed: 0)
        #expect(RunFigures.WaitKind(words: ActionProgress.blocked([block]).title) == .drain)
        #expect(RunFigures.WaitKind(words: ActionProgress.packageLockHeld(host: "w1", by: "apt").title) == .dpkg)
        let away = ActionProgress.reconnecting(host: "w1", reason: "reset")
        #expect(RunFigures.WaitKind(words: away.title) == .reconnect)
        #expect(RunFigures.WaitKind(words: Transcript.Entry.asked) == .question)
        #expect(RunFigures.WaitKind(words: "anything else") == nil)
    }

    @Test("a question is a lane that waits for a person, until it is answered")
    func question() throws {
        let scratch = try ScratchDirectory()
        let journal = try Journal(directory: scratch.path, now: { 100 })
        let header = RunHeader(run: "r1", planDigest: "", holder: "ann@desk", reason: "")
        let begun: [Record] = [.started(header), .begun(key, attempt: 1), .failed(key, attempt: 1, .bug("x"))]
        try journal.append(begun)
        let asked = [Transcript.Entry(time: 110, key: key, event: .waits(Transcript.Entry.asked))]
        func text() throws -> String {
            let history = try JournalReader.read(directory: scratch.path)
            return RunFigures(plan: try plan(), history: history, transcript: asked, availability: [], isHeld: true)
                .text(at: 150)
        }
        let run = "cluster=\"c\",run=\"r1\""
        let waiting = "upgrader_lane_wait_seconds{\(run),target=\"w1\",step=\"drain\",for=\"question\"} 40\n"
        #expect(try text().contains(waiting))
        #expect(try text().contains("upgrader_waits_total{\(run),for=\"question\"} 1\n"))
        let answered = asked + [Transcript.Entry(time: 120, key: key, event: .waits("the operator has answered abort"))]
        let after = RunFigures(
            plan: try plan(),
            history: try JournalReader.read(directory: scratch.path),
            transcript: answered,
            availability: [],
            isHeld: true
        )
        #expect(!after.text(at: 150).contains("for=\"question\"} 4"))
        var figures = RunFigures(plan: try plan(), record: RunState(), at: 100)
        figures.take(.asking(key, .bug("x")), at: 110)
        #expect(figures.text(at: 150).contains("for=\"question\"} 40\n"))
        figures.take(.answered(key, .retry), at: 120)
        #expect(!figures.text(at: 150).contains("for=\"question\"} 40\n"))
    }

    @Test("waits of the transcript are figures, until the step goes on")
    func waits() throws {
        let scratch = try ScratchDirectory()
        let journal = try Journal(directory: scratch.path, now: { 100 })
        let header = RunHeader(run: "r1", planDigest: "", holder: "ann@desk", reason: "")
        try journal.append([.started(header), .begun(key, attempt: 2)])
        let history = try JournalReader.read(directory: scratch.path)
        let waits = [
            Transcript.Entry(time: 110, key: key, event: .waits("is blocked: shop/cart-0")),
            Transcript.Entry(time: 120, key: key, event: .waits("is blocked: shop/cart-1")),
        ]
        let figures = RunFigures(plan: try plan(), history: history, transcript: waits, availability: [], isHeld: true)
        let text = figures.text(at: 150, .openMetrics)
        let run = "cluster=\"c\",run=\"r1\""
        #expect(text.contains("upgrader_lane_wait_seconds{\(run),target=\"w1\",step=\"drain\",for=\"drain\"} 40\n"))
        #expect(text.contains("upgrader_waits_total{\(run),for=\"drain\"} 1\n"))
        #expect(text.contains("upgrader_step_retries_total{\(run)} 1\n"))
        #expect(text.contains("# TYPE upgrader_waits counter\n"))
        #expect(text.hasSuffix("\n# EOF\n"))
    }
}
