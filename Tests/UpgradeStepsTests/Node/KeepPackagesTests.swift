import Testing
import UpgradeCore

@testable import UpgradeSteps

@Suite("The running packages are kept")
struct KeepPackagesTests {
    let step = KeepPackages()
    let node = PackageSpec(name: "kubernetes-node", version: .start)
    var keep: Action { .keepArchives(host: "w1", packages: [node], directory: "/var/lib/upgrader/rollback") }

    @Test("the running version is kept once, under the name that apt gives it")
    func kept() throws {
        var scene = Scene()
        #expect(try scene.decide(step, "prepare-workers", on: "w1") == [keep])
        scene.files["w1:/var/lib/upgrader/rollback/kubernetes-node_1.12.10-1_amd64.deb"] = FileState(
            sha256: "",
            size: .mebibytes(1)
        )
        #expect(try scene.decide(step, "prepare-workers", on: "w1") == [])
    }

    @Test("another version that is kept is not the one that runs")
    func other() throws {
        var scene = Scene()
        scene.files["w1:/var/lib/upgrader/rollback/kubernetes-node_1.12.1-1_amd64.deb"] = FileState(
            sha256: "",
            size: .mebibytes(1)
        )
        #expect(try scene.decide(step, "prepare-workers", on: "w1") == [keep])
    }

    @Test("what apt no longer offers cannot be kept and stops nothing")
    func gone() throws {
        var scene = Scene()
        scene.offered["kubernetes-node"] = [.target]
        #expect(try scene.decide(step, "prepare-workers", on: "w1") == [])
    }

    @Test("after the install the version before is not replaced by the new one")
    func done() throws {
        #expect(try Scene.done().decide(step, "prepare-workers", on: "w1") == [])
        #expect(try Scene.done().decide(step, "prepare-control-plane", on: "cp1") == [])
    }

    @Test("an epoch is written as apt writes it")
    func epoch() {
        #expect(PackageSpec(name: "a", version: .make("1:2.3-4")).archivePrefix == "a_1%3a2.3-4_")
    }
}
