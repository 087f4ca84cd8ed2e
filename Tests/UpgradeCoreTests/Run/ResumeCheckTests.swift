import Testing
import UpgradeCore
import UpgradeTestSupport

@Suite("Looking at the cluster before a run goes on")
struct ResumeCheckTests {
    @Test("hosts that are the machines of the survey let the run go on")
    func same() async throws {
        let scene = try Scene()
        let plan = try await scene.plan()
        try await ResumeCheck.perform(plan: plan, access: SimulatedCluster(scene.cluster, clock: VirtualClock()))
    }

    @Test("a host that is another machine than at the survey is named, with both machine-ids")
    func other() async throws {
        var scene = try Scene()
        let plan = try await scene.plan()
        let expected = try #require(plan.machineIDs["w1"])
        scene.cluster.hosts["w1"]?.identity.machineID = "other"
        let cluster = SimulatedCluster(scene.cluster, clock: VirtualClock())
        let finding = ResumeCheck.Finding.machineChanged(host: "w1", expected: expected, found: "other")
        await #expect(throws: finding) { try await ResumeCheck.perform(plan: plan, access: cluster) }
    }
}
