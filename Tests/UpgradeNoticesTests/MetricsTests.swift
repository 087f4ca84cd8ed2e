import Foundation
import Testing
import UpgradeCore
import UpgradeNotices
import UpgradeTestSupport

@Suite("Figures of a run")
struct MetricsTests {
    private func value(_ text: String, _ sample: String) -> Double? {
        text.split(separator: "\n").first { $0.hasPrefix(sample) }.flatMap { $0.split(separator: " ").last }
            .flatMap { Double($0) }
    }

    @Test("a run writes hop, phase, lanes, retries and what its API servers answered; node-exporter reads them")
    func run() async throws {
        let scene = try Scene(etcd: 1, controlPlane: 2, workers: 2)
        let plan = try await scene.plan()
        let scratch = try ScratchDirectory()
        let path = scratch.path + "/upgrader.prom"
        let file = MetricsFile(
            path,
            RunFigures(plan: plan, record: RunState(), at: 100),
            now: { Date().timeIntervalSince1970 }
        )
        let cluster = SimulatedCluster(scene.cluster, clock: VirtualClock())
        for time in 0..<4 {
            let cp1: APILook.Answer = time == 2 ? .unhealthy : .healthy
            file.saw(APILook(time: Double(time), servers: ["cp1": cp1, "cp2": time == 3 ? .unknown : .healthy]))
        }
        let stop = try await scene.driver(plan, cluster, observer: file).walk(recorder: MemoryRecorder())
        #expect(stop == .completed)
        #expect(file.finish() == nil)
        let text = try String(contentsOfFile: path, encoding: .utf8)
        let labels = "cluster=\"test\",run=\"\""
        #expect(value(text, "upgrader_run_state{\(labels),state=\"completed\"}") == 1)
        #expect(value(text, "upgrader_run_state{\(labels),state=\"running\"}") == 0)
        #expect(value(text, "upgrader_hop_steps{\(labels),hop=\"1.12-1.13\"}") == Double(plan.keys.count))
        #expect(value(text, "upgrader_hop_steps_done{\(labels),hop=\"1.12-1.13\"}") == Double(plan.keys.count))
        #expect(value(text, "upgrader_lanes{") == 0)
        #expect(value(text, "upgrader_api_server_up{\(labels),host=\"cp2\"}") == 1)
        #expect(value(text, "upgrader_api_server_looks_total{\(labels),host=\"cp1\",healthy=\"true\"}") == 3)
        #expect(value(text, "upgrader_api_server_looks_total{\(labels),host=\"cp1\",healthy=\"false\"}") == 1)
        #expect(value(text, "upgrader_api_server_looks_total{\(labels),host=\"cp2\",healthy=\"true\"}") == 3)
        #expect(value(text, "upgrader_api_looks_total{\(labels),answered=\"true\"}") == 4)
        #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.path) == ["upgrader.prom"])
        let scraped = try await scrape(scratch.path)
        #expect(value(scraped, "node_textfile_scrape_error") == 0)
        #expect(value(scraped, "upgrader_run_state{\(labels),state=\"completed\"}") == 1)
    }

    @Test("a lane that waits, its retries and a failure are figures")
    func waits() throws {
        let hop = HopID(from: MinorRelease(major: 1, minor: 12))
        let key = StepKey(hop: hop, phase: "workers", step: "drain", target: .host("w\"1"))
        let plan = Plan(
            cluster: "c",
            playbookDigest: "",
            versionsDigest: "",
            machineIDs: [:],
            baseline: Baseline(readyNodes: [], foreignCordons: [], etcdMembers: 1),
            hops: [PlannedHop(id: hop, phases: [])]
        )
        var figures = RunFigures(plan: plan, record: RunState(), at: 0)
        figures.take(.stepBegan(key, attempt: 2), at: 10)
        figures.take(.progress(key, .blocked([])), at: 20)
        figures.take(.progress(key, .blocked([])), at: 25)
        figures.saw(APISpan(APILook(time: 20, servers: ["cp1": .unhealthy])))
        let text = figures.text(at: 50)
        let lane = "cluster=\"c\",run=\"\",target=\"w\\\"1\",step=\"drain\""
        #expect(value(text, "upgrader_lane_wait_seconds{\(lane),for=\"drain\"}") == 30)
        #expect(value(text, "upgrader_lane_step_seconds{\(lane)}") == 40)
        #expect(value(text, "upgrader_waits_total{cluster=\"c\",run=\"\",for=\"drain\"}") == 1)
        #expect(value(text, "upgrader_step_retries_total{") == 1)
        #expect(value(text, "upgrader_phase_active{cluster=\"c\",run=\"\",hop=\"1.12-1.13\",phase=\"workers\"}") == 1)
        #expect(value(text, "upgrader_api_server_up{cluster=\"c\",run=\"\",host=\"cp1\"}") == 0)
        figures.take(.stepFailed(key, .bug("x")), at: 60)
        #expect(value(figures.text(at: 61), "upgrader_step_failures_total{") == 1)
        #expect(value(figures.text(at: 61), "upgrader_lanes{") == 0)
    }

    @Test("a file that cannot be written is said, and stops nothing")
    func unwritable() throws {
        let plan = Plan(
            cluster: "c",
            playbookDigest: "",
            versionsDigest: "",
            machineIDs: [:],
            baseline: Baseline(readyNodes: [], foreignCordons: [], etcdMembers: 1),
            hops: []
        )
        let file = MetricsFile("/nowhere/x.prom", RunFigures(plan: plan, record: RunState(), at: 0), now: { 1 })
        file.notice(.stopped(.completed))
        #expect(file.finish() == "/nowhere/x.prom could not be written: No such file or directory")
    }

    @Test("docs/notifications.md names every figure, event and name of a template")
    func documented() throws {
        let page = try String(contentsOfFile: Golden.root + "/docs/notifications.md", encoding: .utf8)
        let plan = Plan(
            cluster: "c",
            playbookDigest: "",
            versionsDigest: "",
            machineIDs: [:],
            baseline: Baseline(readyNodes: [], foreignCordons: [], etcdMembers: 1),
            hops: []
        )
        let text = RunFigures(plan: plan, record: RunState(), at: 0).text(at: 0)
        let families = text.split(separator: "\n").filter { $0.hasPrefix("# TYPE ") }.map {
            $0.split(separator: " ")[2]
        }
        var fold = NewsFold(plan: plan, record: RunState(), isResumed: false, blockedAfter: .zero)
        let names = Array(fold.begin(at: 0).names.keys) + NotificationOptions.Event.allCases.map(\.rawValue)
        #expect(families.count > 10)
        for name in families.map(String.init) + names {
            #expect(page.contains("`\(name)`"), "\(name)")
        }
    }

    /// What the real reader makes of the directory: node-exporter, as Debian packages it.
    private func scrape(_ directory: String) async throws -> String {
        let port = try Loopback.freePort()
        let words = [
            "--collector.disable-defaults", "--collector.textfile", "--collector.textfile.directory=\(directory)",
            "--web.listen-address=127.0.0.1:\(port)",
        ]
        let exporter = try Program("/usr/bin/prometheus-node-exporter", words)
        try await exporter.expect("Listening on")
        return try await CurlClient().send(WebRequest("GET", "http://127.0.0.1:\(port)/metrics")).body
    }
}
