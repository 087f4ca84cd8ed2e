import Testing
import UpgradeCore

@testable import UpgradeSteps

@Suite("Preflight of packages")
struct PackagesReadyTests {
    let phase: PhaseID = "preflight"
    let step = PackagesReady()

    @Test("hosts at the hop's start or at its end pass", arguments: [Scene(), Scene.done()])
    func ready(scene: Scene) throws {
        for host in ["cp1", "w1"] {
            #expect(try scene.decide(step, phase, on: host) == [])
        }
    }

    @Test("the first hop wants every release of the path, and names all that are missing")
    func firstHop() throws {
        var scene = Scene()
        scene.offered["kubernetes-node"] = [.start]
        let missing = [PackageVersion.target, .later].map { PackageSpec(name: "kubernetes-node", version: $0) }
        #expect(try scene.refusal(step, phase, on: "w1") == .noCandidate(host: "w1", packages: missing))
    }

    @Test("a later hop wants its own release only")
    func laterHop() throws {
        var scene = Scene()
        scene.hops = [HopID(from: MinorRelease(major: 1, minor: 11)), scene.hop]
        scene.offered["kubernetes-node"] = [.target]
        #expect(try scene.decide(step, phase, on: "w1") == [])
    }

    @Test("what is installed already need not be offered")
    func installed() throws {
        var scene = Scene.done()
        scene.offered["kubernetes-node"] = [.later]
        #expect(try scene.decide(step, phase, on: "w1") == [])
    }

    @Test("calicoctl has to be offered to a control-plane host that has it, and to no other")
    func programs() throws {
        var scene = Scene()
        scene.movesCalico()
        scene.offered["calicoctl"] = []
        #expect(try scene.decide(step, phase, on: "cp2") == [])
        scene.packages["cp2"]?["calicoctl"] = InstalledPackage(version: .make("2.2.0-1"))
        let missing = [PackageSpec(name: "calicoctl", version: .make("3.1.0-1"))]
        #expect(try scene.refusal(step, phase, on: "cp2") == .noCandidate(host: "cp2", packages: missing))
    }

    @Test("what the playbook names for a release below the first hop has to be offered too: the clients follow to it")
    func programsOfBefore() throws {
        var scene = Scene()
        scene.movesHelm()
        let before = MinorRelease(major: MinorRelease.start.major, minor: MinorRelease.start.minor - 1)
        scene.playbook.helm?.versions = [before: ComponentVersion(package: .make("2.13.1-1"), tag: "v2.13.1")]
        scene.offered["helm"] = []
        scene.packages["cp2"]?["helm"] = InstalledPackage(version: .make("2.12.0-1"))
        let missing = [PackageSpec(name: "helm", version: .make("2.13.1-1"))]
        #expect(try scene.refusal(step, phase, on: "cp2") == .noCandidate(host: "cp2", packages: missing))
    }

    @Test("a package at neither end of the hop is refused")
    func unexpected() throws {
        var scene = Scene()
        scene.packages["w1"]?["kubernetes-node"]?.version = .later
        #expect(
            try scene.refusal(step, phase, on: "w1")
                == .unexpectedPackage(
                    host: "w1",
                    package: "kubernetes-node",
                    found: .later,
                    expected: [.start, .target]
                )
        )
    }

    @Test("a missing package is refused")
    func missing() throws {
        var scene = Scene()
        scene.packages["cp1"]?["kubernetes-client"] = nil
        #expect(
            try scene.refusal(step, phase, on: "cp1")
                == .unexpectedPackage(
                    host: "cp1",
                    package: "kubernetes-client",
                    found: nil,
                    expected: [.start, .target]
                )
        )
    }

    @Test("a package on hold is refused")
    func held() throws {
        var scene = Scene()
        scene.packages["w1"]?["kubernetes-node"]?.isHeld = true
        #expect(try scene.refusal(step, phase, on: "w1") == .packageHeld(host: "w1", package: "kubernetes-node"))
        scene.playbook.packageHolds = .keep
        #expect(try scene.refusal(step, phase, on: "w1") == nil)
    }

    @Test("a package that is not configured is refused")
    func halfInstalled() throws {
        var scene = Scene()
        scene.packages["w1"]?["kubernetes-node"]?.isConfigured = false
        #expect(
            try scene.refusal(step, phase, on: "w1")
                == .packageSystemUnclean(host: "w1", audit: "kubernetes-node is not configured")
        )
    }

    @Test("a host that is control plane and worker is asked for both parts")
    func stacked() throws {
        var scene = Scene(hosts: [Host(name: "m1", roles: [.etcd, .controlPlane, .worker])])
        #expect(try scene.decide(step, phase, on: "m1") == [])
        scene.offered["kubernetes-node"] = []
        scene.offered["kubernetes-master"] = []
        guard case .noCandidate(_, let packages) = try scene.refusal(step, phase, on: "m1") else {
            Issue.record("expected missing candidates")
            return
        }
        #expect(Set(packages.map(\.name)) == ["kubernetes-master", "kubernetes-node"])
    }

    @Test("workers need Calico's packages where the run moves Calico")
    func calico() throws {
        var scene = Scene()
        scene.movesCalico()
        #expect(try scene.decide(step, phase, on: "w1") == [])
        scene.offered["calicoctl"] = []
        let missing = [PackageSpec(name: "calicoctl", version: .make("3.1.0-1"))]
        #expect(try scene.refusal(step, phase, on: "w1") == .noCandidate(host: "w1", packages: missing))
        #expect(try scene.decide(step, phase, on: "cp1") == [])
    }

    @Test("the first control-plane host needs Helm's package where there are no client hosts")
    func helm() throws {
        var scene = Scene()
        scene.movesHelm()
        scene.offered["helm"] = []
        let missing = [PackageSpec(name: "helm", version: .make("2.16.7-1"))]
        #expect(try scene.refusal(step, phase, on: "cp1") == .noCandidate(host: "cp1", packages: missing))
        #expect(try scene.decide(step, phase, on: "cp2") == [])
    }
}
