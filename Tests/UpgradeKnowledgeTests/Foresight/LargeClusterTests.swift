import Testing
import UpgradeKnowledge

@testable import UpgradeCore

@Suite("Foresight on a large cluster")
struct LargeClusterTests {
    @Test("a thousand nodes and ten thousand pods are looked through in seconds")
    func large() throws {
        var cluster = try CleanCluster("1.12", workers: 1_000, podsPerNode: 10)
        #expect(cluster.facts.pods.values.joined().count == 10_000)
        cluster.facts.budgets = (0..<50).map { number in
            BudgetState(
                namespace: "team-\(number)",
                name: "app",
                matchLabels: ["app": "app-\(number)"],
                disruptionsAllowed: 1,
                currentHealthy: 1_000,
                desiredHealthy: 999,
                expectedPods: 1_000
            )
        }
        cluster.give("kubelet", on: "w777", "--allow-privileged=true")
        let clock = ContinuousClock()
        var found: [Finding] = []
        let took = try clock.measure { found = try cluster.findings() }
        #expect(found.filter { $0.severity != .worthKnowing }.map(\.id) == ["flag-removed/kubelet/--allow-privileged"])
        // A debug build on a machine that does more than this; `Scripts/bench-check` measures the whole of `check`.
        #expect(took < .seconds(60), "\(took)")
    }
}
