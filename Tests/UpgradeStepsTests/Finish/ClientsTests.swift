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
}
