import UpgradeCore
import UpgradeTestSupport

@testable import upgrader

/// A run on a small cluster, three workers at a time, that tells a view what a test wants told.
struct LiveScene {
    let plan: Plan
    var view: LiveView

    /// Begins where every step before the workers is done.
    init(batch: Int = 3, workers: Int = 4) async throws {
        let scene = try Scene(workers: workers, until: "1.14") { $0.workerBatch = batch }
        plan = try await scene.plan()
        var record = RunState()
        for key in plan.keys.prefix(while: { $0.phase != "workers" }) {
            record.apply(.done(key))
        }
        view = LiveView(plan: plan, record: record, steps: scene.steps)
    }

    /// The key of a step of a worker in the first hop.
    func key(_ step: StepID, _ worker: String) -> StepKey {
        StepKey(hop: plan.hops[0].id, phase: "workers", step: step, target: .host(worker))
    }

    /// Walks a worker up to a step, which is begun.
    mutating func walk(_ worker: String, to step: StepID, at now: Duration) {
        let lane = plan.keys.filter { $0.hop == plan.hops[0].id && $0.phase == "workers" && $0.target == .host(worker) }
        for key in lane.prefix(while: { $0.step != step }) {
            view.take(.stepEnded(key, took: .seconds(1), changed: true), at: now)
        }
        view.take(.stepBegan(key(step, worker), attempt: 1), at: now)
    }

    /// A drain that two budgets hold, a gate that is not open, and an installation.
    mutating func busy() {
        walk("w1", to: "drain", at: .seconds(60))
        let drain = Action.drain(node: "w1.example.org", options: DrainOptions(deadline: .seconds(300)))
        view.take(.actionBegan(key("drain", "w1"), drain), at: .seconds(61))
        let cart = PodBlock(pod: "shop/cart-0", owner: "StatefulSet/cart", budget: "shop/cart", disruptionsAllowed: 0)
        let web = PodBlock(pod: "shop/web-7d9", owner: "ReplicaSet/web", budget: "shop/web", disruptionsAllowed: 0)
        view.take(.progress(key("drain", "w1"), .blocked([cart])), at: .seconds(70))
        view.take(.progress(key("drain", "w1"), .blocked([cart, web])), at: .seconds(100))
        walk("w2", to: "node-ready", at: .seconds(65))
        view.take(
            .gateWaiting(
                key("node-ready", "w2"),
                .nodeNotReady(node: "w2.example.org"),
                measured: [
                    GateReading("kubelet", "v1.13.10", needs: "v1.13.10"),
                    GateReading("node", "not Ready", needs: "Ready"),
                ],
                elapsed: .seconds(20),
                deadline: .seconds(300)
            ),
            at: .seconds(110)
        )
        walk("w3", to: "install-node", at: .seconds(90))
        view.take(
            .gateOpened(
                key("cluster-health", "w3"),
                measured: [
                    GateReading("etcd members healthy", 3, of: 3, spare: "1 may be lost"),
                    GateReading("API servers healthy", 2, of: 2),
                ]
            ),
            at: .seconds(90)
        )
        let packages = [PackageVersion("1.13.10-1")].compactMap { version in
            version.map { PackageSpec(name: "kubernetes-node", version: $0) }
        }
        view.take(.actionBegan(key("install-node", "w3"), .install(host: "w3", packages: packages)), at: .seconds(91))
    }

    /// The screen of a terminal of this size.
    func screen(_ width: Int, _ height: Int, at now: Duration) -> String {
        view.lines(width: width, height: height - 1, now: now).map { $0.text + "\n" }.joined()
    }
}
