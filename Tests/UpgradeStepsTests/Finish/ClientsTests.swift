import Testing
import UpgradeCore

@testable import UpgradeSteps

@Suite("Clients")
struct ClientsTests {
    @Test("the client package is installed where it is old", arguments: ["cp1", "deploy"])
    func install(host: String) throws {
        var scene = Scene(hosts: Scene.hosts + [Host(name: "deploy", roles: [.client])])
        let spec = PackageSpec(name: "kubernetes-client", version: .target)
        #expect(
            try scene.decide(InstallClients(), "clients", on: host) == [.install(host: host, packages: [spec])]
        )
        scene.install(on: host)
        #expect(try scene.decide(InstallClients(), "clients", on: host) == [])
    }

    @Test("calicoctl and helm follow where they are installed, and are not brought to hosts that lack them")
    func programs() throws {
        var scene = Scene.done()
        scene.movesCalico()
        scene.movesHelm()
        scene.packages["cp2"]?["calicoctl"] = InstalledPackage(version: .make("2.2.0-1"))
        let calicoctl = PackageSpec(name: "calicoctl", version: .make("3.1.0-1"))
        let helm = PackageSpec(name: "helm", version: .make("2.16.7-1"))
        #expect(
            try scene.decide(InstallClients(), "clients", on: "cp1") == [.install(host: "cp1", packages: [helm])]
        )
        #expect(
            try scene.decide(InstallClients(), "clients", on: "cp2") == [.install(host: "cp2", packages: [calicoctl])]
        )
        scene.packages["cp2"]?["calicoctl"] = InstalledPackage(version: calicoctl.version)
        #expect(try scene.decide(InstallClients(), "clients", on: "cp2") == [])
    }

    @Test("a program that somebody has brought further than the playbook stays, and need not be offered")
    func newer() throws {
        var scene = Scene.done()
        scene.movesCalico()
        scene.offered["calicoctl"] = []
        for (version, actions) in [("3.26.1-1", 0), ("3.1.0-1", 0), ("3.0.9-1", 1), ("2.2.0-1", 1)] {
            scene.packages["cp2"]?["calicoctl"] = InstalledPackage(version: .make(version))
            #expect(try scene.decide(InstallClients(), "clients", on: "cp2").count == actions, "\(version)")
        }
        var start = Scene()
        start.movesCalico()
        start.offered["calicoctl"] = []
        start.packages["cp2"]?["calicoctl"] = InstalledPackage(version: .make("3.26.1-1"))
        #expect(try start.decide(PackagesReady(), "preflight", on: "cp2") == [])
    }

    @Test("what a hop does not move yet stays, and what an earlier hop left behind follows")
    func when() throws {
        var scene = Scene.done()
        scene.movesHelm()
        scene.playbook.helm?.versions = [
            .start: ComponentVersion(package: .make("2.14.3-1"), tag: "v2.14.3"),
            MinorRelease.start.next.next: ComponentVersion(package: .make("2.16.7-1"), tag: "v2.16.7"),
        ]
        let helm = PackageSpec(name: "helm", version: .make("2.14.3-1"))
        #expect(
            try scene.decide(InstallClients(), "clients", on: "cp1") == [.install(host: "cp1", packages: [helm])]
        )
    }
}
