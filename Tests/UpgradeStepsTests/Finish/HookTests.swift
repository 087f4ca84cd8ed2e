import Testing
import UpgradeCore

@testable import UpgradeSteps

@Suite("Hooks")
struct HookTests {
    let hook = Hook(
        name: "Depool host",
        phase: "workers",
        runsBefore: true,
        words: ["depool", "{node}", "--via={host}/{address}"],
        deadline: .seconds(30)
    )
    let receipt = "/var/lib/upgrader/receipts/run1/1.12-1.13/workers/hook-depool-host@w1"

    private func scene(_ hook: Hook) -> Scene {
        var scene = Scene()
        scene.playbook.hooks = [hook]
        return scene
    }

    @Test("a hook runs on the host of its lane, with the names filled in, and leaves a receipt")
    func runs() throws {
        #expect(
            try scene(hook).decide(HookStep(hook), "workers", on: "w1") == [
                .hook(
                    name: "Depool host",
                    host: "w1",
                    words: ["depool", "w1.example.org", "--via=w1/w1"],
                    receipt: receipt,
                    deadline: .seconds(30)
                )
            ]
        )
    }

    @Test("a hook with a receipt is not run again")
    func once() throws {
        var scene = scene(hook)
        scene.files["w1:\(receipt)"] = FileState(sha256: "e3", size: .mebibytes(0))
        #expect(try scene.decide(HookStep(hook), "workers", on: "w1") == [])
        #expect(try scene.decide(HookStep(hook), "workers", on: "w2").count == 1)
    }

    @Test("a hook with a host of its own runs there, about the lane's node")
    func elsewhere() throws {
        var hook = hook
        hook.host = "cp2"
        let actions = try scene(hook).decide(HookStep(hook), "workers", on: "w1")
        guard case .hook(_, let host, let words, _, _)? = actions.first else {
            Issue.record("expected a hook")
            return
        }
        #expect(host == "cp2")
        #expect(words[1] == "w1.example.org")
    }

    @Test("a hook of the cluster runs on the first control-plane host")
    func cluster() throws {
        var hook = hook
        hook.phase = "verify"
        let actions = try scene(hook).decide(HookStep(hook), "verify", on: "cluster")
        guard case .hook(_, let host, _, _, _)? = actions.first else {
            Issue.record("expected a hook")
            return
        }
        #expect(host == "cp1")
    }

    @Test("hooks of one name in two phases share a step and keep their own words")
    func shared() throws {
        var other = hook
        other.phase = "control-plane"
        other.words = ["other"]
        var scene = scene(hook)
        scene.playbook.hooks.append(other)
        let set = StepCatalog.all(for: scene.playbook)
        let step = try #require(set.steps["hook-depool-host"])
        guard case .hook(_, _, let words, _, _)? = try scene.decide(step, "control-plane", on: "cp1").first else {
            Issue.record("expected a hook")
            return
        }
        #expect(words == ["other"])
    }
}
