import Testing
import UpgradeCore

@testable import UpgradeSteps

@Suite("The same archives on every host")
struct SameArchivesTests {
    let step = SameArchives()
    let node = PackageSpec(name: "kubernetes-node", version: .target)

    private func refusal(_ scene: Scene) throws -> Unmet? { try scene.refusal(step, "preflight", on: "cluster") }

    @Test("hosts that are offered one archive of each version pass; a host that is offered none is not asked twice")
    func same() throws {
        #expect(try Scene().decide(step, "preflight", on: "cluster") == [])
        var scene = Scene()
        scene.otherArchives["w2"] = [node: []]
        #expect(try scene.decide(step, "preflight", on: "cluster") == [])
    }

    @Test("a host whose lists name another archive is refused by name, whichever package it is")
    func differs() throws {
        var scene = Scene()
        scene.otherArchives["w2"] = [node: ["b"]]
        let sums = ["a", "b"].map { String(repeating: $0, count: 64) }
        #expect(
            try refusal(scene)
                == .archivesDiffer(package: node, hosts: [sums[0]: ["w1", "w3"], sums[1]: ["w2"]], others: 0)
        )
        let client = PackageSpec(name: "kubernetes-client", version: .target)
        scene.otherArchives["cp2"] = [client: ["c"]]
        guard case .archivesDiffer(client, let hosts, 1) = try refusal(scene) else {
            Issue.record("the first by name is told, and how many more")
            return
        }
        #expect(hosts[sums[0]] == ["cp1"])
    }

    @Test("what a host does not install does not count: a program that it has not, or a version that it has")
    func notComing() throws {
        var scene = Scene()
        scene.movesCalico()
        let calicoctl = PackageSpec(name: "calicoctl", version: .make("3.1.0-1"))
        scene.otherArchives["cp2"] = [calicoctl: ["b"]]
        #expect(try refusal(scene) == nil)
        scene.packages["cp2"]?["calicoctl"] = InstalledPackage(version: .make("2.2.0-1"))
        guard case .archivesDiffer(calicoctl, _, 0) = try refusal(scene) else {
            Issue.record("not refused")
            return
        }
        scene.packages["cp2"]?["calicoctl"] = InstalledPackage(version: calicoctl.version)
        #expect(try refusal(scene) == nil)
    }

    @Test("two archives of one version on the same host are refused")
    func twice() throws {
        var scene = Scene()
        for host in ["w1", "w2", "w3"] { scene.otherArchives[host] = [node: ["a", "b"]] }
        guard case .archivesDiffer(node, let hosts, 0) = try refusal(scene) else {
            Issue.record("not refused")
            return
        }
        #expect(hosts.count == 2)
    }

    @Test("the first hop asks for the whole path, so that a run does not end half way")
    func path() throws {
        let asked = step.probes(Scene().context(step.id, "preflight", on: "cluster"))
        let later = PackageSpec(name: "kubernetes-node", version: .later)
        #expect(
            asked.contains { if case .archives("w1", let packages) = $0 { packages.contains(later) } else { false } }
        )
        #expect(asked.count == 10, "two questions each; hosts of etcd alone install nothing")
    }
}
