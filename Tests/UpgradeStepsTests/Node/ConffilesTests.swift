import Testing
import UpgradeCore

@testable import UpgradeSteps

@Suite("Conffiles")
struct ConffilesTests {
    let step = Conffiles()
    let node = PackageSpec(name: "kubernetes-node", version: .target)
    let path = "/etc/default/kubelet"

    /// The package is fetched; it and the host have changed a file.
    private func scene(merged: String? = "m", problem: String = "", rule: ConffileChoice? = nil) -> Scene {
        var scene = Scene()
        scene.conffiles["w1"] = ConffileSurvey(
            archives: [node],
            contested: [
                Conffile(
                    package: "kubernetes-node",
                    path: path,
                    shipped: "1",
                    present: "2",
                    next: "3",
                    merged: merged,
                    problem: problem,
                    difference: ["-A=1", "+A=2"]
                )
            ]
        )
        if let rule { scene.playbook.conffiles.byPath[path] = rule }
        scene.nodes["w1.example.org"]?.isCordoned = true
        return scene
    }

    private func install(_ choice: ConffileChoice) -> Action {
        let decision = ConffileDecision(package: "kubernetes-node", path: path, choice: choice, present: "2")
        return .install(host: "w1", packages: [node], conffiles: [decision])
    }

    @Test("what is not there is fetched, and without it all is kept or nothing", arguments: [nil, ConffileChoice.keep])
    func fetches(rule: ConffileChoice?) throws {
        var scene = scene(rule: rule)
        scene.conffiles["w1"] = ConffileSurvey()
        #expect(try scene.decide(step, "workers", on: "w1") == [.download(host: "w1", packages: [node])])
        #expect(try scene.decide(step, "workers-canary", on: "w1") == [.download(host: "w1", packages: [node])])
        #expect(try scene.decide(InstallNode(), "workers", on: "w1") == [.install(host: "w1", packages: [node])])
        scene.playbook.conffiles.byPath["/etc/another"] = .take
        let unknown = Unmet.conffilesUnknown(host: "w1", packages: [node])
        #expect(try scene.refusal(InstallNode(), "workers", on: "w1") == unknown)
        scene.playbook.conffiles = ConffileRules(standard: .merge)
        #expect(try scene.refusal(InstallNode(), "workers", on: "w1") == unknown)
    }

    @Test("where the playbook says nothing the host's is kept, and the install says so")
    func standard() throws {
        #expect(try scene().decide(step, "workers", on: "w1") == [])
        #expect(try scene().decide(InstallNode(), "workers", on: "w1") == [install(.keep)])
        #expect(install(.keep).title == "install kubernetes-node 1.13.12-1 on w1, keeping /etc/default/kubelet")
    }

    @Test("what the playbook says of a path is what the install carries out", arguments: [ConffileChoice.take, .merge])
    func decided(choice: ConffileChoice) throws {
        let scene = scene(rule: choice)
        #expect(try scene.decide(step, "workers", on: "w1") == [])
        #expect(try scene.decide(InstallNode(), "workers", on: "w1") == [install(choice)])
    }

    @Test("a path of its own counts more than the default")
    func ownRule() throws {
        var scene = scene(rule: .take)
        scene.playbook.conffiles.standard = .refuse
        #expect(try scene.decide(InstallNode(), "workers", on: "w1") == [install(.take)])
    }

    @Test("a merge that does not come out stops the host before it is touched, and says what differs")
    func conflict() throws {
        let scene = scene(merged: nil, problem: "both have changed the same lines", rule: .merge)
        let unmet = Unmet.conffileUnmergeable(
            host: "w1",
            package: "kubernetes-node",
            path: path,
            reason: "both have changed the same lines",
            difference: ["-A=1", "+A=2"]
        )
        #expect(try scene.refusal(step, "workers", on: "w1") == unmet)
        #expect(try scene.refusal(InstallNode(), "workers", on: "w1") == unmet)
        // Kept or taken, there is nothing to merge.
        var kept = scene
        kept.playbook.conffiles.byPath[path] = .keep
        #expect(try kept.decide(step, "workers", on: "w1") == [])
    }

    @Test("under refuse a file that both have changed stops the host")
    func refused() throws {
        var scene = scene()
        scene.playbook.conffiles.standard = .refuse
        let unmet = try scene.refusal(step, "workers", on: "w1")
        #expect(
            unmet
                == .conffileRefused(
                    host: "w1",
                    package: "kubernetes-node",
                    path: path,
                    difference: ["-A=1", "+A=2"]
                )
        )
        #expect(unmet?.next.contains("{path: /etc/default/kubelet, decision: keep}") == true)
    }

    @Test("a package on hold is not fetched")
    func held() throws {
        var scene = scene()
        scene.conffiles["w1"] = ConffileSurvey()
        scene.packages["w1"]?["kubernetes-node"]?.isHeld = true
        #expect(try scene.refusal(step, "workers", on: "w1") == .packageHeld(host: "w1", package: "kubernetes-node"))
        scene.playbook.packageHolds = .keep
        #expect(try scene.refusal(step, "workers", on: "w1") == nil)
    }

    @Test("what is installed, and an install that was cut off, are decided already")
    func done() throws {
        var done = Scene.done()
        done.conffiles["w1"] = ConffileSurvey()
        #expect(try done.decide(step, "workers", on: "w1") == [])
        done.packages["w1"]?["kubernetes-node"]?.isConfigured = false
        done.nodes["w1.example.org"]?.isCordoned = true
        #expect(try done.decide(step, "workers", on: "w1") == [])
        let plain = Action.install(host: "w1", packages: [node])
        #expect(try done.decide(InstallNode(), "workers", on: "w1") == [.configurePending(host: "w1"), plain])
    }

    @Test("each lane that installs is asked about its own packages")
    func lanes() throws {
        let master = PackageSpec(name: "kubernetes-master", version: .target)
        let client = PackageSpec(name: "kubernetes-client", version: .target)
        for (phase, spec) in [(PhaseName.controlPlane, master), (PhaseName.clients, client)] {
            var scene = Scene()
            scene.conffiles["cp1"] = ConffileSurvey()
            #expect(try scene.decide(step, phase, on: "cp1") == [.download(host: "cp1", packages: [spec])])
        }
        #expect(try Scene().decide(step, PhaseName.controllers, on: "cp1") == [])
    }
}
