import Testing
import UpgradeCore

@testable import UpgradeSteps

/// What a roll of Calico does around the replacement of a pod: images before it, Typha before it, pods reached after it.
@Suite("Calico's roll")
struct CalicoRollTests {
    let phase: PhaseID = "network"
    let name = "kube-system/calico-node"
    let new = "calico/node:v3.1.0"

    private func scene(_ change: (inout Scene) -> Void = { _ in }) -> Scene {
        var scene = Scene()
        scene.movesCalico()
        change(&scene)
        return scene
    }

    /// The scene whose pod on w1 is the new one, on a node that reached two others before the run.
    private func replaced(_ reach: PodReach) -> Scene {
        scene { scene in
            scene.daemonSets[name]?.image = new
            scene.daemonSets[name]?.pods["w1.example.org"]?.image = new
            scene.baseline.podsReached = ["w1": ["w2.example.org", "w3.example.org"]]
            scene.podReach["w1"] = reach
        }
    }

    private func silent(_ node: String) -> PodReach.Target {
        PodReach.Target(node: node, pod: "shop/web", address: "10.64.2.7:8080")
    }

    // MARK: pods reached

    @Test("the next node waits while pods that this one reached before the run do not answer it")
    func reached() throws {
        let lost = replaced(
            PodReach(from: "shop/web-1", reached: ["w3.example.org"], silent: [silent("w2.example.org")])
        )
        #expect(
            try lost.verdict(CalicoPod(), phase, on: "w1")
                == .waiting(
                    .podsUnreached(node: "w1.example.org", from: "shop/web-1", silent: [silent("w2.example.org")])
                )
        )
        #expect(
            try lost.measured(CalicoPod(), phase, on: "w1").last
                == "pods reached on other nodes, from shop/web-1: 1 of 2"
        )
        let all = replaced(PodReach(reached: ["w2.example.org", "w3.example.org"]))
        #expect(try all.verdict(CalicoPod(), phase, on: "w1") == .open)
        #expect(
            try all.measured(CalicoPod(), phase, on: "w1").last
                == "pods reached on other nodes, from the host: 2 of 2"
        )
    }

    @Test("a node that has no pod any more, or was not reached before the run, holds nobody up")
    func reachedBefore() throws {
        let moved = replaced(PodReach(reached: ["w2.example.org"], silent: [silent("w4.example.org")]))
        #expect(try moved.verdict(CalicoPod(), phase, on: "w1") == .open)
        #expect(
            try moved.measured(CalicoPod(), phase, on: "w1").last
                == "pods reached on other nodes, from the host: 1 of 1"
        )
        // Of a host that reached none nothing is asked.
        var none = replaced(PodReach())
        none.baseline.podsReached = ["w1": []]
        none.podReach = [:]
        #expect(try none.verdict(CalicoPod(), phase, on: "w1") == .open)
        #expect(try none.measured(CalicoPod(), phase, on: "w1").contains { $0.contains("reached") } == false)
    }

    // MARK: images

    @Test("an image that is not on a node is fetched by the client that is there, or that the playbook names")
    func pull() throws {
        var scene = scene()
        scene.nodeImages["w1"] = NodeImage(client: .docker, isPresent: false)
        #expect(
            try scene.decide(CalicoPull(), phase, on: "w1") == [.pullImage(host: "w1", image: new, client: .docker)]
        )
        scene.nodeImages["w1"] = NodeImage(client: .docker, isPresent: true)
        #expect(try scene.decide(CalicoPull(), phase, on: "w1") == [])
        #expect(
            try scene.measured(CalicoPull(), phase, on: "w1")
                == ["Calico's image on the node: there, says docker, needs \(new)"]
        )
        scene.nodeImages = [:]
        scene.playbook.calico?.pull = .ctr
        #expect(try scene.decide(CalicoPull(), phase, on: "w1") == [.pullImage(host: "w1", image: new, client: .ctr)])
    }

    @Test("where no client is there the step says so and goes on")
    func nobodyPulls() throws {
        let scene = scene { $0.nodeImages["w1"] = NodeImage(client: nil, isPresent: false) }
        #expect(try scene.decide(CalicoPull(), phase, on: "w1") == [])
        #expect(try scene.verdict(CalicoPull(), phase, on: "w1") == .open)
        #expect(
            try scene.measured(CalicoPull(), phase, on: "w1").first?.contains("no crictl, docker or ctr on w1") == true
        )
    }

    @Test("images are on every node before anything of Calico is changed; `pull: none` leaves the step out")
    func pullOutline() throws {
        func lanes(_ scene: Scene) throws -> [[StepID]] {
            let all = HopOutline.phases(HopID(from: .start), scene.playbook, true)
            return try #require(all.first { $0.id == "network" }).lanes.map(\.steps)
        }
        let first = try lanes(scene()).prefix(4)
        #expect(Array(first) == [["calico-pull"], ["calico-pull"], ["calico-pull"], ["calico-image"]])
        let without = scene { $0.playbook.calico?.pull = .never }
        #expect(try lanes(without).first == ["calico-image"])
        let typha = scene { $0.playbook.calico?.typha = .usual }
        #expect(try lanes(typha)[3] == ["calico-image", "calico-typha"])
    }

    // MARK: packages

    /// A worker with a newer build of the same Calico than the playbook names, which apt does not offer.
    private func newer(_ version: String = "3.1.0-2") -> Scene {
        scene { scene in
            scene.daemonSets[name]?.image = new
            for node in (scene.daemonSets[name]?.pods ?? [:]).keys { scene.daemonSets[name]?.pods[node]?.image = new }
            for package in ["calico-cni", "calicoctl"] {
                scene.packages["w1"]?[package] = InstalledPackage(version: .make(version))
                scene.offered[package] = []
            }
        }
    }

    @Test(
        "a roll whose image runs does nothing, and takes no package back to an older one",
        arguments: ["3.1.0-2", "3.2.0-1"]
    )
    func alreadyThere(version: String) throws {
        let scene = newer(version)
        #expect(try scene.decide(CalicoImage(), phase, on: "cluster") == [])
        #expect(try scene.decide(CalicoPackages(), phase, on: "w1") == [])
        #expect(try scene.decide(CalicoPod(), phase, on: "w1") == [])
        let coming = ComingPackages.runs(scene.context("conffiles", phase, on: "w1"))
        #expect(coming.flatMap { $0.left(scene.packages["w1"] ?? [:]) } == [])
        #expect(try scene.decide(PackagesReady(), "preflight", on: "w1") == [])
    }

    @Test("a newer package that dpkg has not finished is finished, and one that is behind comes along alone")
    func halfNewer() throws {
        var scene = newer()
        scene.packages["w1"]?["calico-cni"]?.isConfigured = false
        #expect(try scene.decide(CalicoPackages(), phase, on: "w1") == [.configurePending(host: "w1")])
        scene = newer()
        scene.packages["w1"]?["calicoctl"] = InstalledPackage(version: .make("2.2.0-1"))
        let spec = PackageSpec(name: "calicoctl", version: .make("3.1.0-1"))
        #expect(
            try scene.refusal(PackagesReady(), "preflight", on: "w1") == .noCandidate(host: "w1", packages: [spec])
        )
        scene.offered["calicoctl"] = [.make("3.1.0-1")]
        #expect(try scene.decide(CalicoPackages(), phase, on: "w1") == [.install(host: "w1", packages: [spec])])
    }

    @Test(
        "a unit runs what its package carries: one that is newer than the roll's is refused before anything is changed"
    )
    func newerUnit() throws {
        var scene = Scene()
        scene.movesCalicoUnit()
        scene.packages["w1"]?["calico-node"] = InstalledPackage(version: .make("3.1.0-2"))
        let refusal = Unmet.unexpectedPackage(
            host: "w1",
            package: "calico-node",
            found: .make("3.1.0-2"),
            expected: [.make("3.1.0-1")]
        )
        #expect(try scene.refusal(PackagesReady(), "preflight", on: "w1") == refusal)
        // What a later roll of the release leads to is on its way.
        scene.playbook.calico?.rolls[MinorRelease.start.next]?
            .append(ComponentVersion(package: .make("3.1.0-2"), tag: "v3.1.0"))
        for package in ["calico-node", "calicoctl"] { scene.offered[package]?.append(.make("3.1.0-2")) }
        #expect(try scene.decide(PackagesReady(), "preflight", on: "w1") == [])
    }

    // MARK: Typha

    @Test("Typha gets Calico's tag, and the nodes wait until all its replicas are available")
    func typha() throws {
        var scene = scene { scene in
            scene.playbook.calico?.typha = .usual
            scene.deployments["kube-system/calico-typha"] = DeploymentState(
                image: "calico/typha:v2.2.0",
                replicas: 3,
                updatedAndAvailable: 3
            )
        }
        let waiting = Verdict.waiting(
            .workloadNotReady(kind: "Deployment", namespace: "kube-system", name: "calico-typha", on: nil)
        )
        #expect(
            try scene.decide(CalicoTypha(), phase, on: "cluster") == [
                .setDeploymentImage(
                    namespace: "kube-system",
                    deployment: "calico-typha",
                    container: "calico-typha",
                    image: "calico/typha:v3.1.0"
                )
            ]
        )
        #expect(try scene.verdict(CalicoTypha(), phase, on: "cluster") == waiting)
        scene.deployments["kube-system/calico-typha"]?.image = "calico/typha:v3.1.0"
        #expect(try scene.decide(CalicoTypha(), phase, on: "cluster") == [])
        #expect(try scene.verdict(CalicoTypha(), phase, on: "cluster") == .open)
        scene.deployments["kube-system/calico-typha"]?.updatedAndAvailable = 2
        #expect(try scene.verdict(CalicoTypha(), phase, on: "cluster") == waiting)
        #expect(try scene.measured(CalicoTypha(), phase, on: "cluster") == ["pods of Typha available: 2 of 3"])
    }

    @Test(
        "a Typha that the playbook does not name is refused with the line to write; so is one that is not there, or too wide"
    )
    func typhaAhead() throws {
        let preflight: PhaseID = "preflight"
        var scene = scene { scene in
            scene.daemonSets[name]?.datastoreType = "kubernetes"
            scene.deployments["kube-system/calico-typha"] = DeploymentState(
                image: "registry.example.org:5000/calico/typha:v2.2.0",
                replicas: 3,
                updatedAndAvailable: 3,
                maxUnavailable: 2
            )
        }
        let unnamed = Unmet.typhaUnnamed(
            namespace: "kube-system",
            deployment: "calico-typha",
            image: "registry.example.org:5000/calico/typha"
        )
        #expect(try scene.refusal(ComponentsSupported(), preflight, on: "cluster") == unnamed)
        #expect(
            unnamed.next.contains(
                "`typha: {deployment: calico-typha, image: registry.example.org:5000/calico/typha}` under `calico`"
            )
        )
        scene.playbook.calico?.typha = .usual
        #expect(
            try scene.refusal(ComponentsSupported(), preflight, on: "cluster")
                == .rolloutTooWide(namespace: "kube-system", deployment: "calico-typha", unavailable: 2)
        )
        scene.deployments["kube-system/calico-typha"]?.maxUnavailable = 1
        #expect(try scene.decide(ComponentsSupported(), preflight, on: "cluster") == [])
        scene.deployments = [:]
        #expect(
            try scene.refusal(ComponentsSupported(), preflight, on: "cluster")
                == .workloadMissing(kind: "Deployment", namespace: "kube-system", name: "calico-typha")
        )
        // A Deployment of no pods moves nothing.
        scene.playbook.calico?.typha = nil
        scene.deployments["kube-system/calico-typha"] = DeploymentState(
            image: "calico/typha",
            replicas: 0,
            updatedAndAvailable: 0
        )
        #expect(try scene.decide(ComponentsSupported(), preflight, on: "cluster") == [])
    }

    // MARK: programs

    @Test("a program that a step will call is looked for on the host that the playbook says, and refused by name")
    func programs() throws {
        let preflight: PhaseID = "preflight"
        var scene = scene { scene in
            scene.missingPrograms = ["calicoctl"]
            scene.daemonSets[name]?.datastoreType = "kubernetes"
        }
        func missing(_ host: String, _ program: String, _ step: String) -> Unmet {
            .programMissing(host: host, program: program, step: step)
        }
        #expect(
            try scene.refusal(ComponentsSupported(), preflight, on: "cluster")
                == missing("cp1", "calicoctl", "calico-backup")
        )
        scene.playbook.calico?.host = "w2"
        #expect(
            try scene.refusal(ComponentsSupported(), preflight, on: "cluster")
                == missing("w2", "calicoctl", "calico-backup")
        )
        // calico-upgrade only where data is moved.
        scene.missingPrograms = ["calico-upgrade"]
        #expect(try scene.decide(ComponentsSupported(), preflight, on: "cluster") == [])
        scene.playbook.calico?.migration = CalicoMigrationOptions(at: MinorRelease.start.next)
        scene.calico = CalicoStores(old: CalicoStore(isReady: true))
        #expect(
            try scene.refusal(ComponentsSupported(), preflight, on: "cluster")
                == missing("w2", "calico-upgrade", "calico-validate")
        )
    }
}
