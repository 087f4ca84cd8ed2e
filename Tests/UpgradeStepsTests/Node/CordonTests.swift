import Testing
import UpgradeCore

@testable import UpgradeSteps

@Suite("Cordon and uncordon")
struct CordonTests {
    let phase: PhaseID = "workers"
    let node = "w1.example.org"

    @Test("a worker is cordoned under its Node name, with our mark")
    func cordon() throws {
        #expect(try Scene().decide(Cordon(), phase, on: "w1") == [.cordon(node: node, mark: "run1")])
    }

    @Test(
        "a node that somebody else has cordoned since the preflight stops the lane, or is kept as it is; it is never marked"
    )
    func cordoned() throws {
        var scene = Scene()
        scene.theyCordon("w1")
        #expect(try scene.refusal(Cordon(), phase, on: "w1") == .foreignCordon(node: node))
        scene.playbook.foreignCordons = .keep
        #expect(try scene.decide(Cordon(), phase, on: "w1") == [])
        scene.playbook.foreignCordons = .refuse
        scene.weCordon("w1")
        #expect(try scene.decide(Cordon(), phase, on: "w1") == [])
        var done = Scene.done()
        done.theyCordon("w1")
        #expect(try done.decide(Cordon(), phase, on: "w1") == [], "nothing is left to do there")
    }

    @Test("a cordon that was set ahead becomes that of the lane, also where nothing is left to do; another run's stays")
    func ahead() throws {
        for var scene in [Scene(), Scene.done()] {
            scene.weCordonAhead("w1")
            #expect(try scene.decide(Cordon(), "workers-rest", on: "w1") == [.cordon(node: node, mark: "run1")])
            #expect(
                try scene.decide(Uncordon(), "workers-rest", on: "w1") == [.uncordon(node: node, mark: "run1-ahead")]
            )
            scene.ledger = Ledger()
            scene.nodes[node]?.cordonMark = "run0-ahead"
            scene.playbook.foreignCordons = .keep
            #expect(try scene.decide(Cordon(), "workers-rest", on: "w1") == [])
            #expect(try scene.decide(Uncordon(), "workers-rest", on: "w1") == [])
        }
    }

    @Test("a worker with nothing left to do is not cordoned")
    func nothingToDo() throws {
        #expect(try Scene.done().decide(Cordon(), phase, on: "w1") == [])
    }

    @Test(
        "a worker with anything left to do is cordoned",
        arguments: ["package", "half installed", "kubelet", "kube-proxy", "reported version"]
    )
    func somethingToDo(what: String) throws {
        var scene = Scene.done()
        let old = PackageVersion.start.kubernetes
        switch what {
        case "package": scene.packages["w1"]?["kubernetes-node"]?.version = .start
        case "half installed": scene.packages["w1"]?["kubernetes-node"]?.isConfigured = false
        case "kubelet", "kube-proxy": scene.units["w1"]?[what]?.runningVersion = old
        default: scene.nodes[node]?.kubeletVersion = old
        }
        #expect(try scene.decide(Cordon(), phase, on: "w1") == [.cordon(node: node, mark: "run1")])
    }

    @Test("a worker without a Node object stops the lane")
    func missing() throws {
        var scene = Scene()
        scene.nodes[node] = nil
        #expect(try scene.refusal(Cordon(), phase, on: "w1") == .nodeMissing(node: node))
        #expect(try scene.refusal(Uncordon(), phase, on: "w1") == .nodeMissing(node: node))
    }

    @Test("our cordon is taken away, also on a node that an interrupted run left at the target")
    func uncordon() throws {
        var scene = Scene.done()
        scene.weCordon("w1")
        #expect(try scene.decide(Cordon(), phase, on: "w1") == [])
        #expect(try scene.decide(Uncordon(), phase, on: "w1") == [.uncordon(node: node, mark: "run1")])
    }

    @Test(
        "our mark on a node that somebody else has uncordoned is taken away: their next cordon would be taken for ours"
    )
    func markAlone() throws {
        var scene = Scene.done()
        scene.weCordon("w1")
        scene.nodes[node]?.isCordoned = false
        let drop = Action.dropMark(.cordon(node: node, mark: "run1"))
        #expect(try scene.decide(Uncordon(), phase, on: "w1") == [drop])
        scene.nodes[node]?.cordonMark = "run0"
        #expect(try scene.decide(Uncordon(), phase, on: "w1") == [])
    }

    @Test("a cordon with a mark that the ledger holds is ours, whatever the run is called now")
    func ledger() throws {
        var scene = Scene.done()
        scene.weCordon("w1")
        scene.run = "run2"
        #expect(try scene.decide(Uncordon(), phase, on: "w1") == [.uncordon(node: node, mark: "run1")])
    }

    @Test("a cordon with this run's mark is ours, even where the ledger has lost it")
    func mark() throws {
        var scene = Scene.done()
        scene.weCordon("w1")
        scene.ledger = Ledger()
        #expect(try scene.decide(Uncordon(), phase, on: "w1") == [.uncordon(node: node, mark: "run1")])
    }

    @Test("somebody else's cordon stays, even where the ledger says that we meant to set one")
    func foreign() throws {
        var scene = Scene.done()
        scene.theyCordon("w1")
        #expect(try scene.decide(Uncordon(), phase, on: "w1") == [])
        scene.enter(.cordon(node: node, mark: "run1"))
        #expect(try scene.decide(Uncordon(), phase, on: "w1") == [])
        scene.nodes[node]?.cordonMark = "run0"
        #expect(try scene.decide(Uncordon(), phase, on: "w1") == [])
    }

    @Test("a node that takes pods is left alone")
    func schedulable() throws {
        #expect(try Scene().decide(Uncordon(), phase, on: "w1") == [])
    }
}
