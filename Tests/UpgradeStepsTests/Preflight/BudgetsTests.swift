import Testing
import UpgradeCore

@testable import UpgradeSteps

@Suite("Preflight of drains")
struct BudgetsTests {
    let phase: PhaseID = "preflight"
    let step = Budgets()

    @Test("a budget at zero that no replica can ever lift stops the run and is named")
    func never() throws {
        var scene = Scene()
        scene.addPod("cart", on: "w2")
        scene.addBudget("cart", over: "cart", desired: 1, expected: 1)
        #expect(
            try scene.refusal(step, phase, on: "cluster")
                == .budgetNeverAllows(budget: "shop/cart", pod: "shop/cart", node: "w2.example.org")
        )
    }

    @Test("a budget that allows a disruption now, or would with all its pods healthy, passes")
    func someday() throws {
        var scene = Scene()
        scene.addPod("cart", on: "w2")
        scene.addBudget("cart", over: "cart", desired: 2, expected: 3, allowed: 1)
        #expect(try scene.decide(step, phase, on: "cluster") == [])
        scene.budgets[0].currentHealthy = 2
        scene.budgets[0].disruptionsAllowed = 0
        #expect(try scene.decide(step, phase, on: "cluster") == [])
    }

    @Test("a budget that allows a disruption now passes, whatever its counts say")
    func now() throws {
        var scene = Scene()
        scene.addPod("cart", on: "w2")
        scene.addBudget("cart", over: "cart", desired: 1, expected: 1, allowed: 1)
        scene.budgets[0].currentHealthy = 1
        #expect(try scene.decide(step, phase, on: "cluster") == [])
    }

    @Test("a pod held by two budgets is refused, even when both allow")
    func twoBudgets() throws {
        var scene = Scene()
        scene.addPod("cart", on: "w2")
        scene.addBudget("b", over: "cart", desired: 1, expected: 2, allowed: 1)
        scene.addBudget("a", over: "cart", desired: 1, expected: 2, allowed: 1)
        #expect(
            try scene.refusal(step, phase, on: "cluster")
                == .twoBudgets(pod: "shop/cart", budgets: ["shop/a", "shop/b"])
        )
    }

    @Test("a budget with an empty selector holds no pod")
    func emptySelector() throws {
        var scene = Scene()
        scene.addPod("cart", on: "w2")
        scene.addBudget("all", over: "cart", desired: 1, expected: 1)
        scene.budgets[0].matchLabels = [:]
        #expect(try scene.decide(step, phase, on: "cluster") == [])
    }

    @Test("pods that a drain leaves alone ask no budget")
    func staying() throws {
        var scene = Scene()
        scene.addPod("cart", on: "w1") { $0.owner = "DaemonSet/cart" }
        scene.addPod("cart", on: "w2") { $0.isMirror = true }
        scene.addPod("cart", on: "w3") { $0.isFinished = true }
        scene.addBudget("cart", over: "cart", desired: 1, expected: 1)
        #expect(try scene.decide(step, phase, on: "cluster") == [])
    }

    @Test("a bare pod is refused, unless the playbook permits its loss")
    func barePod() throws {
        var scene = Scene()
        scene.addPod("tool", on: "w1") { $0.owner = nil }
        #expect(
            try scene.refusal(step, phase, on: "cluster") == .barePods(node: "w1.example.org", pods: ["shop/tool"])
        )
        scene.playbook.drain.deletesBarePods = true
        #expect(try scene.decide(step, phase, on: "cluster") == [])
    }

    @Test("a pod with emptyDir is refused, unless the playbook permits the loss of its data")
    func emptyDir() throws {
        var scene = Scene()
        scene.addPod("cache", on: "w1") { $0.hasEmptyDir = true }
        #expect(
            try scene.refusal(step, phase, on: "cluster")
                == .emptyDirPods(node: "w1.example.org", pods: ["shop/cache"])
        )
        scene.playbook.drain.deletesEmptyDirData = true
        #expect(try scene.decide(step, phase, on: "cluster") == [])
    }
}
