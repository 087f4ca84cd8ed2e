import Testing
import UpgradeCore

@testable import UpgradeSteps

@Suite("Drain")
struct DrainTests {
    let phase: PhaseID = "workers"
    let step = Drain()
    let node = "w1.example.org"

    private func scene(_ change: (inout Scene) -> Void) -> Scene {
        var scene = Scene()
        scene.weCordon("w1")
        change(&scene)
        return scene
    }

    @Test("a node with pods is drained as the playbook says")
    func drain() throws {
        let scene = scene {
            $0.addPod("cart", on: "w1")
            $0.playbook.drain.deletesEmptyDirData = true
        }
        let options = DrainOptions(deadline: .seconds(300), deletesEmptyDirData: true)
        #expect(try scene.decide(step, phase, on: "w1") == [.drain(node: node, options: options)])
    }

    @Test("a node that is not cordoned is not drained")
    func notCordoned() throws {
        var scene = Scene()
        scene.addPod("cart", on: "w1")
        #expect(try scene.refusal(step, phase, on: "w1") == .mustBeCordoned(node: node))
    }

    @Test("a node that somebody else cordoned is drained")
    func foreign() throws {
        var scene = Scene()
        scene.theyCordon("w1")
        scene.addPod("cart", on: "w1")
        #expect(try scene.decide(step, phase, on: "w1").count == 1)
    }

    @Test("a worker with nothing left to do keeps its pods")
    func nothingToDo() throws {
        var scene = Scene.done()
        scene.addPod("cart", on: "w1")
        #expect(try scene.decide(step, phase, on: "w1") == [])
    }

    @Test("a worker whose package is new but whose kubelet is old is drained")
    func kubeletOld() throws {
        var scene = scene { $0.addPod("cart", on: "w1") }
        scene.install(on: "w1")
        #expect(try scene.decide(step, phase, on: "w1").count == 1)
    }

    @Test("mirror pods, pods of a DaemonSet and finished pods need no drain")
    func staying() throws {
        let scene = scene {
            $0.addPod("mirror", on: "w1") { $0.isMirror = true }
            $0.addPod("calico", on: "w1") {
                $0.owner = "DaemonSet/calico"
                $0.hasEmptyDir = true
            }
            $0.addPod("job", on: "w1") {
                $0.isFinished = true
                $0.owner = nil
                $0.hasEmptyDir = true
            }
        }
        #expect(try scene.decide(step, phase, on: "w1") == [])
    }

    @Test("a pod that is being deleted is waited for, and is no reason to refuse")
    func terminating() throws {
        let scene = scene {
            $0.addPod("tool", on: "w1") {
                $0.owner = nil
                $0.isTerminating = true
            }
        }
        #expect(try scene.decide(step, phase, on: "w1").count == 1)
    }

    @Test("a bare pod is not deleted without permission")
    func bare() throws {
        var scene = scene { $0.addPod("tool", on: "w1") { $0.owner = nil } }
        #expect(try scene.refusal(step, phase, on: "w1") == .barePods(node: node, pods: ["shop/tool"]))
        scene.playbook.drain.deletesBarePods = true
        #expect(try scene.decide(step, phase, on: "w1").count == 1)
    }

    @Test("emptyDir data is not deleted without permission")
    func emptyDir() throws {
        var scene = scene { $0.addPod("cache", on: "w1") { $0.hasEmptyDir = true } }
        #expect(try scene.refusal(step, phase, on: "w1") == .emptyDirPods(node: node, pods: ["shop/cache"]))
        scene.playbook.drain.deletesEmptyDirData = true
        #expect(try scene.decide(step, phase, on: "w1").count == 1)
    }
}
