import Testing
import UpgradeCore

@testable import UpgradeSteps

@Suite("Preflight of the cluster")
struct ClusterChecksTests {
    let phase: PhaseID = "preflight"

    @Test("a cluster that is well passes every check", arguments: [Scene(), Scene.done()])
    func well(scene: Scene) throws {
        let steps: [any Step] = [
            EtcdHealthy(), VersionsInSkew(), NodesKnown(), Cordons(), Budgets(), ComponentsSupported(),
        ]
        for step in steps {
            #expect(try scene.decide(step, phase, on: "cluster") == [])
        }
    }

    @Test("an unhealthy etcd member is refused")
    func etcdUnhealthy() throws {
        var scene = Scene()
        scene.members["etcd2"]?.isHealthy = false
        #expect(try scene.refusal(EtcdHealthy(), phase, on: "cluster") == .etcdUnhealthy(host: "etcd2"))
    }

    @Test("an etcd alarm is refused and named")
    func etcdAlarm() throws {
        var scene = Scene()
        scene.members["etcd2"]?.alarms = ["NOSPACE"]
        #expect(try scene.refusal(EtcdHealthy(), phase, on: "cluster") == .etcdAlarm(host: "etcd2", alarm: "NOSPACE"))
    }

    @Test(
        "a database above nine tenths of its quota is refused, by name and with what to do",
        arguments: [(89, false), (91, true)]
    )
    func etcdQuota(percent: Int64, isRefused: Bool) throws {
        var scene = Scene()
        let quota = ByteCount.mebibytes(2048)
        let size = ByteCount(bytes: quota.bytes / 100 * percent)
        scene.members["etcd2"]?.databaseSize = size
        // Without a quota a member takes writes until its disk is full.
        #expect(try scene.decide(EtcdHealthy(), phase, on: "cluster") == [])
        scene.members["etcd2"]?.quota = quota
        let refusal = try scene.refusal(EtcdHealthy(), phase, on: "cluster")
        #expect(refusal == (isRefused ? .etcdNearQuota(host: "etcd2", size: size, quota: quota) : nil))
        guard let refusal else { return }
        #expect(refusal.why.contains("etcd2") && refusal.why.contains("2048 MiB"))
        for word in ["etcdctl compact", "etcdctl defrag", "etcdctl alarm disarm"] {
            #expect(refusal.next.contains(word))
        }
    }

    @Test("an etcd member that the playbook does not know is refused")
    func etcdMembers() throws {
        var scene = Scene()
        scene.members["etcd1"]?.memberCount = 4
        #expect(
            try scene.refusal(EtcdHealthy(), phase, on: "cluster") == .etcdMemberMissing(known: 4, expected: 3)
        )
    }

    @Test("a worker without a Node object of its FQDN is refused")
    func nodeMissing() throws {
        var scene = Scene()
        scene.nodes["w2"] = scene.nodes["w2.example.org"]
        scene.nodes["w2"]?.name = "w2"
        scene.nodes["w2.example.org"] = nil
        #expect(try scene.refusal(NodesKnown(), phase, on: "cluster") == .nodeMissing(node: "w2.example.org"))
    }

    @Test("a worker that is not Ready is refused, even one that was not Ready before")
    func nodeNotReady() throws {
        var scene = Scene()
        scene.nodes["w2.example.org"]?.isReady = false
        scene.baseline.readyNodes.remove("w2.example.org")
        #expect(try scene.refusal(NodesKnown(), phase, on: "cluster") == .nodeNotReady(node: "w2.example.org"))
    }

    @Test("somebody else's cordon is refused")
    func foreignCordon() throws {
        var scene = Scene()
        scene.theyCordon("w2")
        #expect(try scene.refusal(Cordons(), phase, on: "cluster") == .foreignCordon(node: "w2.example.org"))
    }

    @Test("another run's cordon is refused")
    func otherRun() throws {
        var scene = Scene()
        scene.theyCordon("w2")
        scene.nodes["w2.example.org"]?.cordonMark = "run0"
        #expect(try scene.refusal(Cordons(), phase, on: "cluster") == .foreignCordon(node: "w2.example.org"))
    }

    @Test("somebody else's cordon passes where the playbook keeps it")
    func keptCordon() throws {
        var scene = Scene()
        scene.playbook.foreignCordons = .keep
        scene.theyCordon("w2")
        #expect(try scene.decide(Cordons(), phase, on: "cluster") == [])
    }

    @Test("our own cordon passes")
    func ourCordon() throws {
        var scene = Scene()
        scene.weCordon("w2")
        #expect(try scene.decide(Cordons(), phase, on: "cluster") == [])
    }

    @Test("a cordoned node that is no worker of the playbook is nobody's business")
    func cordonElsewhere() throws {
        var scene = Scene()
        scene.nodes["cp1"] = NodeState(name: "cp1", isCordoned: true, kubeletVersion: PackageVersion.start.kubernetes)
        #expect(try scene.decide(Cordons(), phase, on: "cluster") == [])
    }

    @Test("a Helm 2 release that cannot be converted is refused in the first preflight, and only where it matters")
    func helmMigration() throws {
        var scene = Scene()
        scene.movesHelm()
        scene.helm = HelmInventory(records: [HelmScene.record("web", 1) { $0.problem = "its chart is gone" }])
        scene.playbook.helm?.migrateAt = scene.playbook.target
        #expect(
            try scene.refusal(ComponentsSupported(), phase, on: "cluster")
                == .helmUnconvertible(["kube-system/web.v1: its chart is gone"])
        )
        scene.playbook.helm?.excluded = [
            HelmExclusion(release: "kube-system/web", reason: "nobody misses it"),
            HelmExclusion(release: "kube-system/wbe", reason: "nobody misses it"),
        ]
        let mistyped = Unmet.helmUnconvertible(["helm.exclude names kube-system/wbe, and there is nothing of that name"]
        )
        #expect(try scene.refusal(ComponentsSupported(), phase, on: "cluster") == mistyped)
        scene.playbook.helm?.excluded.removeLast()
        #expect(try scene.decide(ComponentsSupported(), phase, on: "cluster") == [])
        scene.playbook.helm?.excluded = []
        scene.playbook.helm?.migrateAt = scene.playbook.target.next
        #expect(try scene.decide(ComponentsSupported(), phase, on: "cluster") == [])
    }
}
