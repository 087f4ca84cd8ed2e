import Testing
import UpgradeCore

@testable import UpgradeSteps

@Suite("Calico")
struct CalicoTests {
    let phase: PhaseID = "network"
    let name = "kube-system/calico-node"
    let new = "calico/node:v3.1.0"
    var old: String { scene().daemonSets[name]?.image ?? "" }

    private func scene(_ change: (inout Scene) -> Void = { _ in }) -> Scene {
        var scene = Scene()
        scene.movesCalico()
        change(&scene)
        return scene
    }

    private func strategy(_ value: String, prior: String) -> Action {
        .setUpdateStrategy(namespace: "kube-system", daemonSet: "calico-node", to: value, prior: prior)
    }

    @Test("no pod is replaced by the new image alone: the strategy is set first, with what it was")
    func image() throws {
        let image = Action.setDaemonSetImage(
            namespace: "kube-system",
            daemonSet: "calico-node",
            container: "calico-node",
            image: new,
            prior: old
        )
        #expect(
            try scene().decide(CalicoImage(), phase, on: "cluster")
                == [strategy("OnDelete", prior: "RollingUpdate"), image]
        )
        let already = scene { $0.daemonSets[name]?.updateStrategy = "OnDelete" }
        #expect(try already.decide(CalicoImage(), phase, on: "cluster") == [image])
    }

    @Test("the image that is set already is left alone")
    func imageSet() throws {
        var scene = scene { $0.daemonSets[name]?.image = new }
        // Somebody has set the strategy back with pods still to come.
        #expect(
            try scene.decide(CalicoImage(), phase, on: "cluster") == [strategy("OnDelete", prior: "RollingUpdate")]
        )
        for node in (scene.daemonSets[name]?.pods ?? [:]).keys { scene.daemonSets[name]?.pods[node]?.image = new }
        #expect(try scene.decide(CalicoImage(), phase, on: "cluster") == [])
    }

    @Test("what a template got is taken back while no pod has it; with some pods moved it is kept, and so is OnDelete")
    func template() throws {
        let image = SideEffect.templateImage(
            namespace: "kube-system",
            daemonSet: "calico-node",
            container: "calico-node",
            image: new,
            prior: old
        )
        let held = SideEffect.updateStrategy(
            namespace: "kube-system",
            daemonSet: "calico-node",
            set: "OnDelete",
            prior: "RollingUpdate"
        )
        var state = try #require(scene().daemonSets[name])
        let nodes = state.pods.keys.sorted()
        state.updateStrategy = "OnDelete"
        #expect(image.standing(.daemonSet(state)) == .theirs && held.standing(.daemonSet(state)) == .ours)
        state.image = new
        #expect(image.standing(.daemonSet(state)) == .ours)
        guard case .kept(let why, _) = held.standing(.daemonSet(state)) else {
            Issue.record("RollingUpdate over pods of the old template rolls them all")
            return
        }
        #expect(why.hasPrefix("the pods of \(nodes.joined(separator: ", ")) are not of its template"))
        state.pods[nodes[0]]?.image = new
        guard case .kept = image.standing(.daemonSet(state)), case .kept = held.standing(.daemonSet(state)) else {
            Issue.record("one pod has moved")
            return
        }
        for node in nodes { state.pods[node]?.image = new }
        #expect(image.standing(.daemonSet(state)) == .over && held.standing(.daemonSet(state)) == .ours)
        // What differs need not be the image.
        state.outdated = 1
        #expect(held.standing(.daemonSet(state)) != .ours)
        state.updateStrategy = "RollingUpdate"
        #expect(held.standing(.daemonSet(state)) == .theirs)
    }

    @Test("what the template got leaves the ledger with the strategy that is brought back")
    func templateEnds() throws {
        let actions = try scene().decide(CalicoImage(), phase, on: "cluster")
        var ledger = Ledger()
        let key = scene().context("calico-image", phase, on: "cluster").key
        for action in actions {
            ledger.note(intent: action, key: key)
            ledger.note(result: action)
        }
        #expect(ledger.entries.count == 2)
        ledger.note(result: strategy("RollingUpdate", prior: "OnDelete"))
        #expect(ledger.entries.isEmpty)
    }

    @Test("a missing DaemonSet stops the phase")
    func missing() throws {
        let scene = scene { $0.daemonSets[name] = nil }
        #expect(
            try scene.refusal(CalicoImage(), phase, on: "cluster")
                == .workloadMissing(kind: "DaemonSet", namespace: "kube-system", name: "calico-node")
        )
    }

    @Test("the packages are installed from whatever version was there")
    func packages() throws {
        var scene = scene()
        let specs = ["calico-cni", "calicoctl"].map { PackageSpec(name: $0, version: .make("3.1.0-1")) }
        #expect(
            try scene.decide(CalicoPackages(), phase, on: "w1") == [.install(host: "w1", packages: specs)]
        )
        for spec in specs { scene.packages["w1"]?[spec.name] = InstalledPackage(version: spec.version) }
        #expect(try scene.decide(CalicoPackages(), phase, on: "w1") == [])
    }

    @Test("the old pod of this node is deleted by its uid, once")
    func pod() throws {
        var scene = scene { $0.daemonSets[name]?.image = new }
        #expect(
            try scene.decide(CalicoPod(), phase, on: "w1")
                == [.deletePod(namespace: "kube-system", name: "calico-w1", uid: "uid-w1")]
        )
        scene.daemonSets[name]?.pods["w1.example.org"]?.isTerminating = true
        #expect(try scene.decide(CalicoPod(), phase, on: "w1") == [])
        scene.daemonSets[name]?.pods["w1.example.org"] = nil
        #expect(try scene.decide(CalicoPod(), phase, on: "w1") == [])
    }

    @Test("no pod is deleted while its replacement would be old")
    func podBeforeImage() throws {
        #expect(
            try scene().refusal(CalicoPod(), phase, on: "w1")
                == .workloadNotReady(
                    kind: "DaemonSet",
                    namespace: "kube-system",
                    name: "calico-node",
                    on: "w1.example.org"
                )
        )
    }

    @Test("the next node waits until the new pod of this one is Ready")
    func gate() throws {
        var scene = scene { $0.daemonSets[name]?.image = new }
        let waiting = Verdict.waiting(
            .workloadNotReady(
                kind: "DaemonSet",
                namespace: "kube-system",
                name: "calico-node",
                on: "w1.example.org"
            )
        )
        #expect(try scene.verdict(CalicoPod(), phase, on: "w1") == waiting)
        scene.daemonSets[name]?.pods["w1.example.org"]?.image = new
        scene.daemonSets[name]?.pods["w1.example.org"]?.isReady = false
        #expect(try scene.verdict(CalicoPod(), phase, on: "w1") == waiting)
        scene.daemonSets[name]?.pods["w1.example.org"]?.isReady = true
        scene.daemonSets[name]?.pods["w1.example.org"]?.isTerminating = true
        #expect(try scene.verdict(CalicoPod(), phase, on: "w1") == waiting)
        scene.daemonSets[name]?.pods["w1.example.org"]?.isTerminating = false
        #expect(try scene.verdict(CalicoPod(), phase, on: "w1") == .open)
        #expect(try scene.decide(CalicoPod(), phase, on: "w1") == [])
    }

    @Test("the next node waits until this one has as many BGP sessions as before the run; more are welcome")
    func sessions() throws {
        var scene = scene { scene in
            scene.daemonSets[name]?.image = new
            scene.daemonSets[name]?.pods["w1.example.org"]?.image = new
            scene.baseline.bgpSessions = ["w1": 2]
        }
        let up = ["10.0.0.2", "10.0.0.3", "10.0.0.4"].map { BGPPeer(address: $0, info: "Established") }
        let down = BGPPeer(address: "10.0.0.3", info: "Active Socket: Connection refused")
        func waiting(_ established: Int, _ others: [BGPPeer]) -> Verdict {
            .waiting(.bgpSessionsDown(host: "w1", established: established, before: 2, others: others))
        }
        #expect(try scene.verdict(CalicoPod(), phase, on: "w1") == waiting(0, []))
        scene.bgpPeers["w1"] = [up[0], down]
        #expect(try scene.verdict(CalicoPod(), phase, on: "w1") == waiting(1, [down]))
        scene.bgpPeers["w1"] = Array(up.prefix(2))
        #expect(try scene.verdict(CalicoPod(), phase, on: "w1") == .open)
        scene.bgpPeers["w1"] = up + [down]
        #expect(try scene.verdict(CalicoPod(), phase, on: "w1") == .open)
        // Of a host that knew of no BGP none is wanted, and none is asked for.
        scene.baseline.bgpSessions = ["w2": 2]
        scene.bgpPeers["w1"] = nil
        #expect(try scene.verdict(CalicoPod(), phase, on: "w1") == .open)
    }

    @Test("the strategy that the ledger remembers comes back")
    func restore() throws {
        var scene = scene { $0.daemonSets[name]?.updateStrategy = "OnDelete" }
        scene.enter(strategy("OnDelete", prior: "RollingUpdate"))
        let restored = strategy("RollingUpdate", prior: "OnDelete")
        #expect(try scene.decide(CalicoStrategy(), phase, on: "cluster") == [restored])
        scene.daemonSets[name]?.updateStrategy = "RollingUpdate"
        #expect(try scene.decide(CalicoStrategy(), phase, on: "cluster") == [])
    }

    @Test("a strategy that was never ours stays")
    func foreignStrategy() throws {
        let scene = scene { $0.daemonSets[name]?.updateStrategy = "OnDelete" }
        #expect(try scene.decide(CalicoStrategy(), phase, on: "cluster") == [])
    }
}
