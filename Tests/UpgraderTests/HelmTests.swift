import Foundation
import Testing
import UpgradeCore
import UpgradeTestSupport

@Suite("upgrader helm: what is there, converted, taken back, removed")
struct HelmTests {
    static let excluded = "exclude: [{release: kube-system/lost, reason: nobody misses it}]"

    @Test("inventory lists Tillers, revisions, what cannot be converted and what would be written")
    func inventory() async throws {
        let workshop = try Workshop(Workshop.small(extra: "helm: {migrate-at: 1.13}"))
        let text = try await workshop.upgrader("helm", "inventory", Workshop.playbook)
        #expect(text.code == 0)
        let golden = "Tests/UpgraderTests/Golden/helm-inventory.txt"
        try Golden.expect(workshop.normalized(text.output), matches: golden)
        #expect(workshop.files.filter { $0.hasSuffix("plan.json") }.isEmpty)
        let json = try await workshop.upgrader("helm", "inventory", Workshop.playbook, "--format", "json")
        let value = try JSONSerialization.jsonObject(with: Data(json.output.utf8))
        let object = try #require(value as? [String: Any])
        #expect(Set(object.keys) == ["schema", "cluster", "tillers", "releases", "findings"])
        let releases = try #require(object["releases"] as? [[String: Any]])
        #expect(releases.compactMap { $0["name"] as? String } == ["lost", "trial", "web-blog", "web-shop"])
        let revisions = releases.compactMap { $0["revisions"] as? [[String: Any]] }.joined()
        #expect(revisions.compactMap { $0["problem"] as? String } == ["its chart is gone"])
        #expect(object["findings"] as? [String] == ["kube-system/lost.v1: its chart is gone"])
    }

    @Test("one revision that is left out is named as one, and what is left out and not there is named")
    func leftOut() async throws {
        let one = "{release: kube-system/web-shop.v1, reason: nobody misses it}"
        let none = "{release: kube-system/losd, reason: nobody misses it}"
        let all = "{release: kube-system/lost, reason: was damaged in 2019}"
        let workshop = try Workshop(
            Workshop.small(extra: "helm: {migrate-at: 1.13, exclude: [\(one), \(none), \(all)]}")
        )
        let text = try await workshop.upgrader("helm", "inventory", Workshop.playbook)
        try Golden.expect(
            workshop.normalized(text.output),
            matches: "Tests/UpgraderTests/Golden/helm-inventory-left-out.txt"
        )
        let json = try await workshop.upgrader("helm", "inventory", Workshop.playbook, "--format", "json")
        let object = try #require(try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any])
        let releases = try #require(object["releases"] as? [[String: Any]])
        #expect(releases.compactMap { $0["excluded"] as? String } == ["was damaged in 2019"])
        let revisions = releases.compactMap { $0["revisions"] as? [[String: Any]] }.joined()
        #expect(revisions.compactMap { $0["excluded"] as? String } == ["was damaged in 2019", "nobody misses it"])
        let check = try await workshop.upgrader("check", Workshop.playbook)
        #expect(check.code == 10)
        #expect((check.output + check.errors).contains("helm.exclude names kube-system/losd, and there is nothing"))
    }

    @Test("after a run inventory and verify look at the cluster of the run, and say so")
    func afterRun() async throws {
        let workshop = try Workshop(Workshop.small(extra: "helm: {migrate-at: 1.13, \(Self.excluded)}"))
        let before = try await workshop.upgrader("helm", "verify", Workshop.playbook)
        #expect(before.output.contains("v3 of Helm 2") && !before.errors.contains("simulated cluster"))
        try #require(try await workshop.upgrader("run", Workshop.playbook).code == 0)
        let inventory = try await workshop.upgrader("helm", "inventory", Workshop.playbook, "--format", "json")
        let object = try #require(try JSONSerialization.jsonObject(with: Data(inventory.output.utf8)) as? [String: Any])
        let releases = try #require(object["releases"] as? [[String: Any]])
        #expect(Set(releases.compactMap { $0["helm"] as? Int }) == [2, 3])
        #expect(releases.allSatisfy { ($0["written"] as? [String])?.isEmpty == true })
        let verified = try await workshop.upgrader("helm", "verify", Workshop.playbook)
        #expect(verified.code == 0 && verified.output.contains("shop/web-shop  v3 of Helm 3"))
        #expect(verified.errors.contains("note: looking at the simulated cluster of state/small/"))
        // What has happened to that cluster since is seen.
        var state = try workshop.cluster
        state.helm.secrets[0].digest = "another"
        try SimulationFile(path: try workshop.run.simulationPath).write(state)
        let changed = try await workshop.upgrader("helm", "verify", Workshop.playbook)
        #expect(changed.code == 10 && changed.output.contains("somebody has changed what it holds"))
        #expect(try workshop.cluster == state)
        // Another state directory has no run.
        let other = try await workshop.upgrader("helm", "verify", Workshop.playbook, "--state", "other")
        #expect(other.code == 0 && other.output == before.output)
    }

    @Test("check looks at the cluster of a run that has not come to its end, and at a new one after its end")
    func checkAfterRun() async throws {
        let failing = Workshop.small().replacing("pace: 2ms", with: "pace: 2ms, failures: [{step: drain, host: w1}]")
        let workshop = try Workshop(failing)
        #expect(try await workshop.upgrader("run", Workshop.playbook).code != 0)
        var state = try workshop.cluster
        state.hosts["w2"]?.packages["kubernetes-node"]?.isHeld = true
        try SimulationFile(path: try workshop.run.simulationPath).write(state)
        let check = try await workshop.upgrader("check", Workshop.playbook)
        #expect(check.code == 10 && check.errors.contains("kubernetes-node"), "\(check.output)\(check.errors)")
        #expect(try workshop.cluster == state)
        state.hosts["w2"]?.packages["kubernetes-node"]?.isHeld = false
        try SimulationFile(path: try workshop.run.simulationPath).write(state)
        try #require(try await workshop.upgrader("resume").code == 0)
        let after = try await workshop.upgrader("check", Workshop.playbook)
        #expect(after.code == 0 && !after.errors.contains("simulated cluster of"))
    }

    @Test("a rollback removes every Secret of the run, once; one of a run that converted nothing is refused")
    func rollback() async throws {
        let workshop = try Workshop(Workshop.small(extra: "helm: {migrate-at: 1.13, \(Self.excluded)}"))
        try #require(try await workshop.upgrader("run", Workshop.playbook).code == 0)
        #expect(try workshop.cluster.helm.secrets.count == 7)
        let before = try workshop.cluster
        let dry = try await workshop.upgrader("helm", "rollback", "--dry-run")
        #expect(dry.code == 0 && dry.output.split(separator: "\n").count == 7)
        #expect(try workshop.cluster == before)
        let done = try await workshop.upgrader("helm", "rollback")
        #expect(
            done.code == 0
                && done.output.contains("done: remove the converted Secret shop/sh.helm.release.v1.web-shop.v3")
        )
        #expect(try workshop.cluster.helm.secrets.isEmpty)
        #expect(try workshop.cluster.helm.records == before.helm.records)
        let status = try await workshop.upgrader("status")
        #expect(status.output.contains("interrupted"))
        let log = try await workshop.upgrader("log")
        #expect(log.output.contains("helm-convert@cluster is taken back by helm rollback"))
        let again = try await workshop.upgrader("helm", "rollback")
        #expect(again.code == 0 && again.output == "no Secret of this run is left to remove\n")
        // What is there is looked at under the lease: whoever does not get it decides nothing.
        let file = SimulationFile(path: try workshop.run.simulationPath)
        let free = try workshop.cluster
        var held = free
        held.lease = LeaseRecord(
            holder: LeaseHolder(
                user: "bob@bench",
                run: "another",
                reason: "",
                step: "",
                machine: "other",
                process: "1"
            ),
            token: 7,
            beats: 3,
            ttlSeconds: 120,
            renewed: "2026-11-24T20:00:00Z"
        )
        try file.write(held)
        let refused = try await workshop.upgrader("helm", "rollback")
        #expect(refused.code != 0 && refused.errors.contains("bob@bench") && refused.output.isEmpty)
        #expect(try await workshop.upgrader("helm", "rollback", "--dry-run").code == 0)
        try file.write(free)
        let resumed = try await workshop.upgrader("resume")
        #expect(resumed.code == 0)
        #expect(try workshop.cluster.helm.secrets.count == 7)
        let other = try Workshop(Workshop.small())
        try #require(try await other.upgrader("run", Workshop.playbook).code == 0)
        try other.expect(try await other.upgrader("helm", "rollback"), golden: "helm-rollback-none")
    }

    @Test("a cleanup needs the cluster's name; then Helm 2 and Tiller are gone, and a rollback leaves Helm 3 alone")
    func cleanup() async throws {
        let helm = "helm: {migrate-at: 1.13, cleanup: {at: 1.13, confirm: NAME, excluded: remove}, \(Self.excluded)}"
        let workshop = try Workshop(Workshop.small(extra: helm.replacing("NAME", with: "another")))
        let refused = try await workshop.upgrader("run", Workshop.playbook)
        try workshop.expect(refused, golden: "helm-cleanup-unconfirmed")
        try workshop.write(Workshop.small(extra: helm.replacing("NAME", with: "small")))
        try #require(try await workshop.upgrader("run", Workshop.playbook).code == 0)
        let end = try workshop.cluster
        #expect(end.helm.records.isEmpty && end.helm.tillers.isEmpty && end.helm.secrets.count == 7)
        #expect(end.localFiles.keys.filter { $0.hasPrefix("helm2/kube-system/configmaps/") }.count == 8)
        let late = try await workshop.upgrader("helm", "rollback")
        #expect(late.output.contains("left alone: shop/web-shop: Helm 2 no longer has revision 1\n"))
        #expect(late.output.hasSuffix("nothing is removed: the releases above stay, 3 in number\n"))
        #expect(try workshop.cluster.helm.secrets.count == 7)
    }

    @Test(
        "objects that somebody has deleted are named by verify, in the log and in the report, before a cleanup and after"
    )
    func absent() async throws {
        let helm = "helm: {migrate-at: 1.13, cleanup: {at: 1.13, confirm: small, excluded: remove}, \(Self.excluded)}"
        let lost = "lost: [Deployment shop/web-shop]"
        let text = Workshop.small(extra: helm).replacing("pace: 2ms", with: "pace: 2ms, \(lost)")
        try #require(text.contains(lost))
        let workshop = try Workshop(text)
        let before = try await workshop.upgrader("helm", "verify", Workshop.playbook)
        #expect(before.code == 0)
        try Golden.expect(
            workshop.normalized(before.output),
            matches: "Tests/UpgraderTests/Golden/helm-verify.txt"
        )
        let json = try await workshop.upgrader("helm", "verify", Workshop.playbook, "--format", "json")
        let object = try #require(try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any])
        #expect(Set(object.keys) == ["schema", "cluster", "releases", "differences"])
        let findings = try #require(object["releases"] as? [[String: Any]])
            .compactMap { $0["findings"] as? [[String: String]] }.joined()
        #expect(Array(findings) == [["object": "Deployment shop/web-shop", "state": "absent"]])
        #expect(object["differences"] as? [String] == [])
        // Whoever begins is told before the question: what is removed cannot be taken back.
        let run = try await workshop.upgrader("run", Workshop.playbook)
        #expect(run.code == 0)
        #expect((run.output + run.errors).contains("helm-cleanup"))
        #expect((run.output + run.errors).contains("Deployment shop/web-shop is absent"))
        let log = try await workshop.upgrader("log")
        #expect(log.output.contains("Deployment shop/web-shop of shop/web-shop: absent, needs there"))
        let report = try await workshop.upgrader("report", "--format", "markdown")
        #expect(report.output.contains("Deployment shop/web-shop of shop/web-shop: absent, needs there"))
    }

    @Test(
        "with `absent: stop` nothing is begun while objects are missing, and a run goes to its end once they are there"
    )
    func absentStops() async throws {
        let cleanup = "cleanup: {at: 1.13, confirm: small, excluded: remove, absent: stop}"
        let text = Workshop.small(extra: "helm: {migrate-at: 1.13, \(cleanup), \(Self.excluded)}")
        let workshop = try Workshop(text.replacing("pace: 2ms", with: "pace: 2ms, lost: [Deployment shop/web-shop]"))
        let check = try await workshop.upgrader("check", Workshop.playbook)
        #expect(check.code == 10)
        #expect((check.output + check.errors).contains("Deployment shop/web-shop is absent"))
        let run = try await workshop.upgrader("run", Workshop.playbook)
        #expect(run.code == 10)
        #expect((run.output + run.errors).contains("Deployment shop/web-shop is absent"))
        let json = try await workshop.upgrader("run", Workshop.playbook, "--format", "json")
        let end = try #require(try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any])
        #expect(json.code == 10 && end["code"] as? Int == 10, "\(json.output)")
        #expect(workshop.files.filter { $0.hasSuffix("plan.json") }.isEmpty)
        try workshop.write(text)
        #expect(try await workshop.upgrader("run", Workshop.playbook).code == 0)
        #expect(try workshop.cluster.helm.records.isEmpty)
    }
}
