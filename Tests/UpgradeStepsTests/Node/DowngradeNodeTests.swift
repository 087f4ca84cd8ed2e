import Testing
import UpgradeCore

@testable import UpgradeSteps

@Suite("The older node packages are put back")
struct DowngradeNodeTests {
    let step = DowngradeNode()
    let older = PackageSpec(name: "kubernetes-node", version: .start)
    let archive = "w1:/var/lib/upgrader/rollback/kubernetes-node_1.12.10-1_amd64.deb"
    var downgrade: Action { .downgrade(host: "w1", packages: [older], directory: "/var/lib/upgrader/rollback") }

    /// A worker that the upgrade has brought to the newer release, cordoned, with the older archive kept.
    private func scene() -> Scene {
        var scene = Scene.done()
        scene.takesBack = "run0"
        scene.nodes["w1.example.org"]?.isCordoned = true
        scene.files[archive] = FileState(sha256: "", size: .mebibytes(1))
        return scene
    }

    @Test("from what the host has kept, and nothing where the older ones are there already")
    func kept() throws {
        var scene = scene()
        #expect(try scene.decide(step, "workers", on: "w1") == [downgrade])
        scene.packages["w1"]?["kubernetes-node"] = InstalledPackage(version: .start)
        #expect(try scene.decide(step, "workers", on: "w1") == [])
    }

    @Test("what dpkg has left half done is ended first")
    func halfDone() throws {
        var scene = scene()
        scene.packages["w1"]?["kubernetes-node"]?.isConfigured = false
        #expect(try scene.decide(step, "workers", on: "w1") == [.configurePending(host: "w1"), downgrade])
    }

    @Test("without the archive it says which is missing, and where it is looked for")
    func missing() throws {
        var scene = scene()
        scene.files = [:]
        #expect(
            try scene.refusal(step, "workers", on: "w1")
                == .noKeptArchive(host: "w1", packages: [older], directory: "/var/lib/upgrader/rollback")
        )
    }

    @Test("never on a node that takes pods; one whose Node object is gone takes none")
    func cordoned() throws {
        var scene = scene()
        scene.nodes["w1.example.org"]?.isCordoned = false
        #expect(try scene.refusal(step, "workers", on: "w1") == .mustBeCordoned(node: "w1.example.org"))
        scene.nodes["w1.example.org"] = nil
        #expect(try scene.decide(step, "workers", on: "w1") == [downgrade])
    }

    @Test("what is at the older version already is not put back once more: dpkg would lift its hold")
    func partly() throws {
        var scene = scene()
        scene.playbook.packages.node = ["kubernetes-node", "extra"]
        scene.packages["w1"]?["extra"] = InstalledPackage(version: .start, isHeld: true)
        scene.files["w1:/var/lib/upgrader/rollback/extra_\(PackageVersion.start)_amd64.deb"] = FileState(
            sha256: "",
            size: ByteCount(bytes: 1)
        )
        #expect(try scene.decide(step, "workers", on: "w1") == [downgrade])
    }

    @Test("a package on hold stays, and a version of neither release is not overruled")
    func others() throws {
        var scene = scene()
        scene.packages["w1"]?["kubernetes-node"]?.isHeld = true
        #expect(try scene.refusal(step, "workers", on: "w1") == .packageHeld(host: "w1", package: "kubernetes-node"))
        scene.packages["w1"]?["kubernetes-node"] = InstalledPackage(version: .later)
        guard case .unexpectedPackage = try scene.refusal(step, "workers", on: "w1") else {
            Issue.record("a version that neither release has was put back")
            return
        }
    }

    @Test("the cordon of the run that is taken back is ours; anybody else's is not")
    func cordon() throws {
        var scene = scene()
        scene.nodes["w1.example.org"]?.cordonMark = "run0"
        #expect(
            try scene.decide(Uncordon(), "workers", on: "w1") == [.uncordon(node: "w1.example.org", mark: "run0")]
        )
        scene.nodes["w1.example.org"]?.cordonMark = "other"
        #expect(try scene.decide(Uncordon(), "workers", on: "w1") == [])
    }
}
