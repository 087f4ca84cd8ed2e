@testable import UpgradeCore

extension Scene {
    /// A playbook over two hops with everything at its default.
    static func playbook(_ hosts: [Host]) -> Playbook {
        Playbook(
            cluster: "test",
            target: MinorRelease.start.next.next,
            releases: [
                .start: .start,
                MinorRelease.start.next: .target,
                MinorRelease.start.next.next: .later,
            ],
            hosts: hosts,
            simulation: nil,
            ssh: SSHOptions(),
            api: APIOptions(),
            etcd: EtcdOptions(),
            packages: PackageNames(),
            savedPaths: ["/etc/kubernetes", "/etc/default"],
            drain: DrainOptions(deadline: .seconds(300)),
            foreignCordons: .refuse,
            workerBatch: 1,
            workerFailureBudget: 0,
            deadlines: Deadlines(),
            calico: nil,
            helm: nil,
            hooks: []
        )
    }

    /// Facts as the data files have them for every hop from 1.12 to 1.16.
    static func facts(_ hop: HopID) -> HopFacts {
        func fact<Value>(_ value: Value) -> Fact<Value> { Fact(value: value, source: "test", asOf: "2026-08") }
        return HopFacts(
            hop: hop,
            kubeletSkewLimit: fact(2),
            controllerSkewLimit: fact(1),
            leaderLock: fact("endpoints"),
            etcdMinimum: fact("3.0.0"),
            lastPatch: fact(KubernetesVersion(release: hop.to, patch: 0)),
            evictionDryRunEvicts: fact(true),
            notes: []
        )
    }

    /// Moves Calico with the first hop.
    mutating func movesCalico() {
        playbook.calico = CalicoOptions(
            versions: [MinorRelease.start.next: ComponentVersion(package: .make("3.1.0-1"), tag: "v3.1.0")]
        )
        for host in playbook.hosts(.worker) {
            for name in ["calico-cni", "calicoctl"] {
                packages[host.name]?[name] = InstalledPackage(version: .make("2.2.0-1"))
                offered[name] = [.make("3.1.0-1")]
            }
        }
        let pods = playbook.hosts(.worker).map { host in
            (
                host.node,
                PodState(
                    namespace: "kube-system",
                    name: "calico-\(host.name)",
                    uid: "uid-\(host.name)",
                    owner: "DaemonSet/calico-node",
                    image: "calico/node:v2.2.0"
                )
            )
        }
        daemonSets["kube-system/calico-node"] = DaemonSetState(
            image: "calico/node:v2.2.0",
            updateStrategy: "RollingUpdate",
            pods: Dictionary(uniqueKeysWithValues: pods)
        )
    }

    /// Moves Calico with the first hop, where a unit runs it on each worker.
    mutating func movesCalicoUnit() {
        movesCalico()
        daemonSets["kube-system/calico-node"] = nil
        playbook.calico?.unit = "calico-node"
        playbook.calico?.isContainer = false
        playbook.calico?.packages = ["calico-node", "calicoctl"]
        offered["calico-node"] = offered["calicoctl"]
        for host in playbook.hosts(.worker) {
            let client = packages[host.name]?["calicoctl"]
            packages[host.name]?["calico-node"] = client
            units[host.name]?["calico-node"] = UnitState(isActive: true, activeSeconds: 60)
        }
    }

    /// Calico's packages are new on a worker, and its unit runs from before them.
    mutating func installCalico(on host: String) {
        for name in playbook.calico?.packages ?? [] {
            packages[host]?[name] = InstalledPackage(version: .make("3.1.0-1"))
        }
        newerFiles["\(host):calico-node"] = ["/var/lib/dpkg/info/calico-node.list"]
    }

    /// Moves Helm with the first hop.
    mutating func movesHelm() {
        playbook.helm = HelmOptions(
            versions: [MinorRelease.start.next: ComponentVersion(package: .make("2.16.7-1"), tag: "v2.16.7")]
        )
        for host in ["cp1", "deploy"] {
            packages[host]?["helm"] = InstalledPackage(version: .make("2.12.0-1"))
        }
        offered["helm"] = [.make("2.16.7-1")]
        deployments["kube-system/tiller-deploy"] = DeploymentState(
            image: "tiller:v2.12.0",
            replicas: 1,
            updatedAndAvailable: 1
        )
    }

    /// Calico goes through two versions before the first hop and through two after it.
    static let rolls: Scene = {
        var scene = Scene()
        scene.movesCalico()
        func rolls(_ versions: String...) -> [ComponentVersion] {
            versions.map { ComponentVersion(package: .make("\($0)-1"), tag: "v\($0)") }
        }
        scene.playbook.calico?.typha = .usual
        scene.playbook.calico?.rolls = [
            .start: rolls("3.1.0", "3.2.0"), MinorRelease.start.next: rolls("3.3.0", "3.5.0", "3.7.0"),
        ]
        return scene
    }()

    /// Stacked and separate roles, a client host, Calico, Helm and hooks.
    static let everything: Scene = {
        var scene = Scene(
            hosts: [
                Host(name: "m1", roles: [.etcd, .controlPlane, .worker]),
                Host(name: "m2", roles: [.etcd, .controlPlane]),
                Host(name: "w1", roles: [.worker]),
                Host(name: "deploy", roles: [.client]),
            ]
        )
        scene.movesCalico()
        scene.movesHelm()
        scene.playbook.helm?.mapsAPIs = true
        scene.playbook.helm?.migrateAt = MinorRelease.start.next
        scene.playbook.helm?.cleanup = HelmCleanupOptions(at: MinorRelease.start.next)
        scene.playbook.workerBatch = 2
        scene.playbook.silences = [
            SilenceOptions(
                name: "staging",
                alertmanager: "http://alerts.example.org:9093",
                matchers: [AlertMatcher(name: "cluster", value: "staging")]
            )
        ]
        scene.playbook.hooks = [
            Hook(name: "silence", phase: "backup", runsBefore: false, words: ["true"]),
            Hook(name: "depool", phase: "workers", runsBefore: true, words: ["true"]),
            Hook(name: "pool", phase: "workers", runsBefore: false, words: ["true"]),
            Hook(name: "smoke", phase: "verify", runsBefore: false, words: ["true"]),
        ]
        return scene
    }()
}
