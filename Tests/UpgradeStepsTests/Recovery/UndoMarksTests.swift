import Testing

@testable import UpgradeCore
@testable import UpgradeSteps

@Suite("Undoing what is marked")
struct UndoMarksTests {
    let phase: PhaseID = "marks"

    private func mark(_ kind: HostMark.Kind, _ object: String, _ standing: HostMark.Standing) -> HostMark {
        HostMark(kind: kind, object: object, run: "lost", step: "1.12-1.13/workers/x@w1", standing: standing)
    }

    @Test("on a host each effect that is ours is undone, and of all others the mark alone is taken away")
    func host() throws {
        var scene = Scene()
        #expect(try scene.decide(UndoMarks(), phase, on: "w1") == [])
        scene.marks["w1"] = [
            mark(.mask, "kube-scheduler", .ours), mark(.pause, "apt-daily.timer", .ours),
            mark(.unhold, "kubernetes-node", .ours), mark(.mask, "kubelet", .gone), mark(.pause, "cron", .theirs),
        ]
        #expect(
            try scene.decide(UndoMarks(), phase, on: "w1") == [
                .unmask(host: "w1", unit: "kube-scheduler"), .unpause(host: "w1", unit: "apt-daily.timer"),
                .hold(host: "w1", package: "kubernetes-node"), .dropMark(.mask(host: "w1", unit: "kubelet")),
                .dropMark(.pause(host: "w1", unit: "cron")),
            ]
        )
        #expect(try scene.decide(UndoMarks(), phase, on: "w2") == [])
    }

    @Test("cordons with a mark are taken away, ahead or not; of an uncordoned node only the mark, and no other cordon")
    func cordons() throws {
        var scene = Scene()
        #expect(try scene.decide(UndoMarks(), phase, on: "cluster") == [])
        scene.nodes["w1.example.org"]?.isCordoned = true
        scene.nodes["w1.example.org"]?.cordonMark = "lost-ahead"
        scene.nodes["w2.example.org"]?.cordonMark = "lost"
        scene.nodes["w3.example.org"] = NodeState(name: "w3.example.org", isCordoned: true, kubeletVersion: nil)
        #expect(
            try scene.decide(UndoMarks(), phase, on: "cluster") == [
                .uncordon(node: "w1.example.org", mark: "lost-ahead"),
                .dropMark(.cordon(node: "w2.example.org", mark: "lost")),
            ]
        )
    }

    @Test("an update strategy goes back to what it was, unless somebody has set another")
    func strategy() throws {
        var scene = Scene()
        var marked = MarkedDaemonSet(
            namespace: "kube-system",
            name: "calico-node",
            strategy: "OnDelete",
            run: "lost",
            prior: "RollingUpdate"
        )
        scene.markedDaemonSets = [marked]
        #expect(try scene.decide(UndoMarks(), phase, on: "cluster") == [marked.effect.inverse])
        marked.outdated = 2
        scene.markedDaemonSets = [marked]
        #expect(try scene.refusal(UndoMarks(), phase, on: "cluster") == .marksKept([marked.effect.title]))
        marked.strategy = "RollingUpdate"
        scene.markedDaemonSets = [marked]
        #expect(try scene.decide(UndoMarks(), phase, on: "cluster") == [.dropMark(marked.effect)])
    }

    @Test("a paused Calico is woken while no node works with the new store, and only where a run has left its name")
    func calico() throws {
        var scene = Scene.everything
        scene.playbook.calico?.migration = CalicoMigrationOptions(at: .start)
        let (host, store) = (scene.playbook.calicoHost, scene.playbook.calicoStoreHost)
        let paused = CalicoStores(
            old: CalicoStore(isReady: false, version: "v2.6.12"),
            new: CalicoStore(isReady: false, version: "v2.6.12")
        )
        scene.calico = paused
        #expect(try scene.decide(UndoMarks(), phase, on: "cluster") == [], "somebody else's calico-upgrade")
        let file = FileState(sha256: "", size: ByteCount(bytes: 0))
        scene.files["\(host):\(HostPlace.calico)/begun"] = file
        scene.files["\(host):\(HostPlace.calico)/validated-lost"] = file
        let abort = Action.migrateCalico(host: host, store: store, stage: .abort, mark: "lost")
        #expect(try scene.decide(UndoMarks(), phase, on: "cluster") == [abort])
        scene.calico?.new?.version = "v3.5.8"
        // Two stores are never awake; and nobody is told that nothing is left.
        let inUse = SideEffect.calicoPaused(host: host, store: store, mark: "lost").title
        #expect(try scene.refusal(UndoMarks(), phase, on: "cluster") == .marksKept([inUse]))
        scene.calico = CalicoStores(old: CalicoStore(isReady: true))
        #expect(try scene.decide(UndoMarks(), phase, on: "cluster") == [])
    }
}
