import Testing

@testable import UpgradeCore
@testable import UpgradeSteps

@Suite("Cordon ahead")
struct CordonAheadTests {
    private let step = CordonAhead()
    private let phase: PhaseID = "cordon-ahead-rest"

    /// Six workers: one is new, the others are the wave that follows.
    private func scene(batch: Int = 1) -> Scene {
        let workers = (1...6).map { Host(name: "w\($0)", roles: [.worker], nodeName: "w\($0).example.org") }
        var scene = Scene(hosts: Scene.hosts.filter { !$0.roles.contains(.worker) } + workers)
        scene.runNew(on: "w1")
        let lanes = workers.dropFirst().map { PlannedLane(target: .host($0.name), steps: ["cordon"]) }
        scene.phases = [PlannedPhase(id: "workers-rest", batch: batch, failureBudget: 0, lanes: lanes)]
        return scene
    }

    /// The same, where each node says what it can give, and how much of that pods of 100 millicores use.
    private func fullScene(batch: Int = 1, room: Int64 = 600) -> Scene {
        var scene = scene(batch: batch)
        for number in 1...6 {
            scene.nodes["w\(number).example.org"]?.room = Resources(cpu: room, memory: .mebibytes(1024), pods: 100)
            for pod in 1...(number == 1 ? 4 : 5) {
                scene.addPod("p\(number)-\(pod)", on: "w\(number)") { $0.requests = Resources(cpu: 100, pods: 1) }
            }
        }
        return scene
    }

    private func ahead(_ hosts: String...) -> [Action] {
        hosts.map { .cordon(node: "\($0).example.org", mark: "run1-ahead") }
    }

    @Test("the old nodes of the wave are cordoned, the last first, under a mark of their own")
    func all() throws {
        #expect(try scene().decide(step, phase, on: "cluster") == ahead("w6", "w5", "w4", "w3", "w2"))
    }

    @Test("with no new node that is Ready and takes pods nothing is cordoned", arguments: ["none", "away", "cordoned"])
    func nothingNew(what: String) throws {
        var scene = scene()
        switch what {
        case "none": scene.nodes["w1.example.org"]?.kubeletVersion = PackageVersion.start.kubernetes
        case "away": scene.nodes["w1.example.org"]?.isReady = false
        default: scene.theyCordon("w1")
        }
        #expect(try scene.decide(step, phase, on: "cluster") == [])
    }

    @Test("what is new, of another wave, or cordoned by somebody stays as it is")
    func others() throws {
        var scene = scene()
        scene.theyCordon("w4")
        scene.runNew(on: "w6")
        scene.phases[0].lanes.removeAll { $0.target == .host("w5") }
        #expect(try scene.decide(step, phase, on: "cluster") == ahead("w3", "w2"))
    }

    @Test("as many as the first batch needs for its pods stay schedulable, those that are walked last")
    func room() throws {
        // The pods of w2: two find room on w1, and one each on w6, w5 and w4.
        #expect(try fullScene().decide(step, phase, on: "cluster") == ahead("w3", "w2"))
        // Twice the room: w1 takes all of them.
        #expect(try fullScene(room: 1200).decide(step, phase, on: "cluster") == ahead("w6", "w5", "w4", "w3", "w2"))
        // Two at a time need more than there is: what is of no use is cordoned all the same.
        #expect(try fullScene(batch: 2).decide(step, phase, on: "cluster") == ahead("w3", "w2"))
    }

    @Test("room is only where labels and taints let the pods go; pods that no drain moves need none")
    func places() throws {
        var scene = scene()
        scene.addPod("picky", on: "w2") { $0.nodeSelector = ["disk": "ssd"] }
        scene.nodes["w5.example.org"]?.labels = ["disk": "ssd"]
        #expect(try scene.decide(step, phase, on: "cluster") == ahead("w4", "w3", "w2"))
        scene.nodes["w1.example.org"]?.labels = ["disk": "ssd"]
        #expect(try scene.decide(step, phase, on: "cluster") == ahead("w6", "w5", "w4", "w3", "w2"))
        scene.nodes["w1.example.org"]?.taints = ["gpu"]
        #expect(try scene.decide(step, phase, on: "cluster") == ahead("w4", "w3", "w2"))
        scene.pods["w2.example.org"]?[0].tolerations = ["gpu"]
        #expect(try scene.decide(step, phase, on: "cluster") == ahead("w6", "w5", "w4", "w3", "w2"))
        scene.nodes["w1.example.org"]?.labels = [:]
        scene.pods["w2.example.org"]?[0].owner = "DaemonSet/picky"
        #expect(try scene.decide(step, phase, on: "cluster") == ahead("w6", "w5", "w4", "w3", "w2"))
    }

    @Test("what was decided before a kill is ended as it was decided, whatever room there is now")
    func decidedOnce() throws {
        var scene = fullScene(room: 1200)
        scene.weCordonAhead("w4")
        #expect(try scene.decide(step, phase, on: "cluster") == ahead("w3", "w2"))
        scene.weCordonAhead("w3")
        scene.weCordonAhead("w2")
        #expect(try scene.decide(step, phase, on: "cluster") == [])
        #expect(try scene.decide(step, "cordon-ahead-db", on: "cluster") == [], "another wave")
    }

    @Test("the lane's own cordon takes the place of the one ahead in the ledger, once it has happened")
    func takenOver() {
        var scene = scene()
        scene.weCordonAhead("w2")
        scene.weCordonAhead("w3")
        let own = Action.cordon(node: "w2.example.org", mark: scene.run)
        let key = StepKey(hop: scene.hop, phase: "workers-rest", step: "cordon", target: .host("w2"))
        scene.ledger.note(intent: own, key: key)
        #expect(scene.ledger.entries.count == 3)
        scene.ledger.note(result: own)
        #expect(
            scene.ledger.entries.map(\.effect) == [
                .cordon(node: "w3.example.org", mark: "run1-ahead"), .cordon(node: "w2.example.org", mark: "run1"),
            ]
        )
    }
}
