import Testing
import UpgradeTestSupport

@testable import UpgradeCore
@testable import UpgradeSteps

/// Several versions of Calico at one release: each is a roll, and none takes back what a later one has reached.
@Suite("Calico's rolls at one release")
struct CalicoRollsTests {
    let name = "kube-system/calico-node"
    let first: PhaseID = "network"
    let second: PhaseID = "network-2"

    private func scene(_ change: (inout Scene) -> Void = { _ in }) -> Scene {
        var scene = Scene()
        scene.movesCalico()
        roll(&scene)
        change(&scene)
        return scene
    }

    /// Through 2.6.12 to 3.1.0, and the data with the second.
    private func roll(_ scene: inout Scene) {
        scene.playbook.calico?.rolls[MinorRelease.start.next] = [
            ComponentVersion(package: .make("2.6.12-1"), tag: "v2.6.12"),
            ComponentVersion(package: .make("3.1.0-1"), tag: "v3.1.0"),
        ]
        scene.playbook.calico?.migration = CalicoMigrationOptions(at: MinorRelease.start.next)
        for name in scene.playbook.calico?.packages ?? [] {
            scene.offered[name] = [.make("2.6.12-1"), .make("3.1.0-1")]
        }
    }

    private func unit(_ change: (inout Scene) -> Void = { _ in }) -> Scene {
        var scene = Scene()
        scene.movesCalicoUnit()
        scene.playbook.calico?.isContainer = true
        roll(&scene)
        change(&scene)
        return scene
    }

    @Test("each version has its phase, each after the first saves first, and the data moves with the right one")
    func outline() throws {
        var scene = scene()
        scene.playbook.calico?.rolls[.start] = [
            ComponentVersion(package: .make("2.4.1-1"), tag: "v2.4.1"),
            ComponentVersion(package: .make("2.5.1-1"), tag: "v2.5.1"),
        ]
        scene.playbook.hooks = [Hook(name: "mtu", phase: "network", runsBefore: false, words: ["true"])]
        let phases = HopOutline.phases(HopID(from: .start), scene.playbook, true)
        let lines = phases.filter { $0.id.description.hasPrefix("network") }.flatMap { phase in
            ["\(phase.id)"]
                + phase.lanes.map { "  \($0.target): " + $0.steps.map(\.description).joined(separator: ", ") }
        }
        try Golden.expect(
            lines.joined(separator: "\n") + "\n",
            matches: "Tests/UpgradeStepsTests/Golden/outline-calico-rolls.txt"
        )
        let keys = phases.flatMap { phase in
            phase.lanes.flatMap { lane in lane.steps.map { "\(phase.id)/\($0)@\(lane.target)" } }
        }
        #expect(Set(keys).count == keys.count)
    }

    @Test("each roll sets its own image and installs its own packages")
    func each() throws {
        let before = scene()
        #expect(try before.decide(CalicoPackages(), first, on: "w1").contains { "\($0)".contains("2.6.12") })
        var after = scene { scene in
            scene.daemonSets[name]?.image = "calico/node:v2.6.12"
            scene.daemonSets[name]?.updateStrategy = "RollingUpdate"
        }
        for host in ["w1", "w2", "w3"] {
            after.daemonSets[name]?.pods["\(host).example.org"]?.image = "calico/node:v2.6.12"
            for package in ["calico-cni", "calicoctl"] {
                after.packages[host]?[package] = InstalledPackage(version: .make("2.6.12-1"))
            }
        }
        #expect(try before.decide(CalicoImage(), first, on: "cluster").map(\.title).last?.contains("v2.6.12") == true)
        #expect(try after.decide(CalicoImage(), first, on: "cluster") == [])
        #expect(try after.decide(CalicoImage(), second, on: "cluster").map(\.title).last?.contains("v3.1.0") == true)
        #expect(try after.decide(CalicoPackages(), first, on: "w1") == [])
        #expect(try after.decide(CalicoPackages(), second, on: "w1").contains { "\($0)".contains("3.1.0") })
        #expect(try after.decide(CalicoPod(), first, on: "w1") == [])
        #expect(CalicoTarget(after.context("calico-image", first, on: "cluster"))?.migrates == false)
        #expect(CalicoTarget(after.context("calico-image", second, on: "cluster"))?.migrates == true)
        #expect(CalicoTarget(after.context("calico-image", "network-3", on: "cluster")) == nil)
    }

    @Test("packages that lag behind the image of a later roll are not taken through the rolls before it")
    func laggingPackages() throws {
        let scene = scene { $0.daemonSets[name]?.image = "calico/node:v3.1.0" }
        #expect(try scene.decide(CalicoPackages(), first, on: "w1") == [])
        #expect(try scene.decide(CalicoPackages(), second, on: "w1").contains { "\($0)".contains("3.1.0") })
    }

    @Test("what a later roll has reached, an earlier one leaves alone: template, pods, images, Typha")
    func passed() throws {
        let scene = scene { scene in
            scene.playbook.calico?.typha = .usual
            scene.daemonSets[name]?.image = "calico/node:v3.1.0"
            scene.daemonSets[name]?.pods["w1.example.org"]?.image = "calico/node:v2.6.12"
            scene.deployments["kube-system/calico-typha"] = DeploymentState(
                image: "calico/typha:v3.1.0",
                replicas: 3,
                updatedAndAvailable: 3
            )
            scene.nodeImages["w1"] = NodeImage(client: .docker, isPresent: false)
        }
        #expect(try scene.decide(CalicoImage(), first, on: "cluster") == [])
        #expect(try scene.decide(CalicoPod(), first, on: "w1") == [])
        #expect(try scene.verdict(CalicoPod(), first, on: "w1") == .open)
        #expect(try scene.measured(CalicoPod(), first, on: "w1").first?.contains("in its DaemonSet") == true)
        #expect(try scene.decide(CalicoPull(), first, on: "w1") == [])
        #expect(try scene.measured(CalicoPull(), first, on: "w1").first?.contains("a later one is set") == true)
        #expect(try scene.decide(CalicoTypha(), first, on: "cluster") == [])
        #expect(try scene.verdict(CalicoTypha(), first, on: "cluster") == .open)
        // The roll that leads there has all of it to do.
        #expect(try scene.decide(CalicoPod(), second, on: "w1").count == 1)
        #expect(try scene.decide(CalicoPull(), second, on: "w1").count == 1)
    }

    @Test("packages of a later roll stay, and only what is behind is brought along; nothing older has to be offered")
    func packages() throws {
        let scene = scene { scene in
            scene.packages["w1"]?["calico-cni"] = InstalledPackage(version: .make("3.1.0-1"))
        }
        let actions = try scene.decide(CalicoPackages(), first, on: "w1")
        let specs = actions.flatMap { if case .install(_, let specs, _) = $0 { specs } else { [PackageSpec]() } }
        #expect(specs == [PackageSpec(name: "calicoctl", version: .make("2.6.12-1"))])
        let context = scene.context("packages-ready", "preflight", on: "w1")
        let packages = PackagesOfHost(context)
        #expect(packages.wanted.count { $0.name == "calico-cni" } == 2)
        let left = packages.left(scene.packages["w1"] ?? [:])
        #expect(!left.contains { $0.name == "calico-cni" } && left.count { $0.name == "calicoctl" } == 2)
    }

    @Test("a unit of a later roll is not restarted by an earlier one, which knows nothing of its environment")
    func units() throws {
        let scene = unit { scene in
            scene.packages["w1"]?["calico-node"] = InstalledPackage(version: .make("3.1.0-1"))
            scene.newerFiles["w1:calico-node"] = ["/var/lib/dpkg/info/calico-node.list"]
        }
        #expect(try scene.decide(CalicoUnit(), first, on: "w1") == [])
        #expect(try scene.verdict(CalicoUnit(), first, on: "w1") == .open)
        #expect(try scene.refusal(CalicoUnit(), second, on: "w1") != nil, "calicoctl is behind")
    }

    @Test("each later roll saves to files of its own")
    func backup() throws {
        let actions = try scene { $0.daemonSets[name]?.image = "calico/node:v2.6.12" }
            .decide(CalicoBackup(), second, on: "cluster")
        let paths = actions.compactMap { if case .fetch(_, _, let path) = $0 { path } else { nil } }
        #expect(
            paths == ["calico/1.12-1.13-network-2-objects.tar.gz", "calico/1.12-1.13-network-2-etcdv2.json.gz"]
        )
    }

    @Test("preflight wants the data moved between the right two, and asks nothing of what is behind already")
    func ahead() throws {
        let preflight: PhaseID = "preflight"
        var scene = scene { scene in
            scene.calico = CalicoStores(old: CalicoStore(isReady: true, version: "v2.2.0"))
        }
        #expect(try scene.refusal(ComponentsSupported(), preflight, on: "cluster") == nil)
        scene.playbook.calico?.migration = nil
        let needs = Unmet.calicoNeedsMigration(from: "2.6.12", to: "3.1.0", release: MinorRelease.start.next)
        #expect(try scene.refusal(ComponentsSupported(), preflight, on: "cluster") == needs)
        scene.daemonSets[name]?.image = "calico/node:v3.1.0"
        #expect(try scene.refusal(ComponentsSupported(), preflight, on: "cluster") == nil)
    }
}
