import Testing

@testable import UpgradeCore

@Suite("drains")
struct DrainTests {
    private let drain = Action.drain(node: "node-2", options: DrainOptions(deadline: .seconds(30)))
    private let pods = "kubectl --kubeconfig=/etc/kubernetes/admin.conf --request-timeout=20s get pods"
    private let budgets = "kubectl --kubeconfig=/etc/kubernetes/admin.conf --request-timeout=20s get poddisr"

    private func blocked() throws -> [ToldRemote.Line] {
        [
            .on("cp1", pods, try TestFiles.fixture("kubectl/1.14/pods.json")),
            .on("cp1", budgets, try TestFiles.fixture("kubectl/1.14/budgets.json")),
        ]
    }

    private func scene(_ lines: [ToldRemote.Line]) throws -> LiveScene {
        var scene = try LiveScene()
        scene.remote = ToldRemote(lines)
        return scene
    }

    @Test("while a budget holds a drain, the pods and the budget are told")
    func reported() async throws {
        let scene = try scene(
            [.job("cp1", "inactive", "none"), .job("cp1", "inactive", "none"), .on("cp1", "upgrader-start-job")]
                + [.job("cp1", "active", "begun")] + (try blocked()) + [.job("cp1", "inactive", "ended 0")]
        )
        try await scene.perform(drain)
        scene.remote.expectFinished()
        guard case .blocked(let blocks) = scene.reports.all.first else {
            Issue.record("\(scene.reports.all)")
            return
        }
        #expect(blocks.map(\.budget) == Array(repeating: "demo/web-apps", count: 3))
        #expect(blocks.map(\.owner) == Array(repeating: "ReplicaSet/web-apps-586f5df854", count: 3))
        #expect(blocks.first?.pod == "demo/web-apps-586f5df854-jn8s6")
    }

    @Test("a drain that runs out of time says who is in the way", arguments: ["1.12", "1.14"])
    func timedOut(release: String) async throws {
        let output = try TestFiles.fixture("kubectl/\(release)/drain-blocked.err")
        let scene = try scene(
            [.job("cp1", "active", "begun"), .job("cp1", "inactive", "ended 1\n\(output)")] + (try blocked())
        )
        let error = await #expect(throws: AccessError.self) { try await scene.perform(drain) }
        guard case .drainBlocked("node-2", let blocks, .seconds(30)) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(blocks.contains { $0.budget == "demo/web-apps" })
        #expect(!blocks.contains { $0.owner?.hasPrefix("DaemonSet/") == true })
        scene.remote.expectFinished()
    }

    @Test("a drain that fails for another reason fails with what kubectl said")
    func refused() async throws {
        let scene = try scene([
            .job("cp1", "inactive", "ended 1\nError from server (NotFound): nodes \"node-2\" not found"),
            .job("cp1", "inactive", "ended 1\nError from server (NotFound): nodes \"node-2\" not found"),
        ])
        let error = await #expect(throws: AccessError.self) { try await scene.perform(drain) }
        guard case .commandFailed("cp1", _, "exit 1", let output) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(output.contains("NotFound"))
    }

    @Test("a drain is begun on the next control-plane host where the first cannot be reached")
    func nextHost() async throws {
        let scene = try scene([
            .unreachable("cp1", "upgrader-job-status"),
            .job("cp2", "inactive", "none"),
            .job("cp2", "inactive", "none"),
            .on("cp2", "upgrader-start-job"),
            .job("cp2", "inactive", "ended 0"),
        ])
        try await scene.perform(drain)
        scene.remote.expectFinished()
    }

    @Test("settling a drain looks at every control-plane host until it finds it")
    func settle() async throws {
        let scene = try scene([
            .job("cp1", "inactive", "none"), .job("cp2", "active", "begun"), .job("cp2", "inactive", "ended 0"),
        ])
        try await scene.settle(drain)
        scene.remote.expectFinished()
    }

    @Test("a drain that may run on a host out of reach is waited for until kubectl has ended by itself")
    func settleAway() async throws {
        var scene = try scene([])
        scene.playbook.deadlines.connect = .seconds(4)
        // 30 s of the drain and 4 s of the connection, asked for every 5 s.
        scene.remote = ToldRemote(
            [.job("cp2", "inactive", "none")]
                + Array(repeating: .unreachable("cp1", "upgrader-job-status"), count: 8)
        )
        try await scene.settle(drain)
        scene.remote.expectFinished()
        #expect(scene.clock.now.offset > .seconds(30))
    }

    @Test("settling a drain where no control-plane host can be asked is an error")
    func settleUnreachable() async throws {
        let scene = try scene([.unreachable("cp1", "upgrader-job"), .unreachable("cp2", "upgrader-job")])
        await #expect(throws: AccessError.self) { try await scene.settle(drain) }
        scene.remote.expectFinished()
    }
}
