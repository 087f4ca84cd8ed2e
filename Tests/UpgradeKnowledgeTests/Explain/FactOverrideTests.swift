import Testing
import UpgradeCore

@testable import UpgradeKnowledge

@Suite("A playbook changes and adds facts")
struct FactOverrideTests {
    private func change(_ fact: String, _ value: String) -> FactOverride {
        FactOverride(fact: fact, value: value, source: "our cluster", reason: "seen there")
    }

    private func release(_ text: String) throws -> MinorRelease { try #require(MinorRelease(text)) }

    @Test("a changed fact is what the components are judged by, and explain says who says so")
    func changed() throws {
        let changes = [change("calico/3.7/kubernetes/max", "1.15")]
        let known = try VersionKnowledge.embedded(overriding: changes)
        #expect(known.support(calico: try release("3.7"), on: try release("1.15")) == .tested)
        #expect(known.overrides == changes)
        let before = try VersionKnowledge.embedded()
        #expect(before.support(calico: try release("3.7"), on: try release("1.15")) == .beyondEvidence(1))
        let fact = try #require(try FactBook(overriding: changes).fact("calico/3.7/kubernetes/max"))
        #expect(fact.value == "1.15")
        #expect(fact.sources == ["our cluster"])
        #expect(fact.override == changes[0])
    }

    @Test("the planner goes by a changed fact, of a component and of paths")
    func planner() throws {
        func distance(_ changes: [FactOverride]) throws -> Int {
            let planner = try PathPlanner.embedded(overriding: changes)
            let reading = PointReading(planner.knowledge)
            let request = PathRequest(
                from: try reading.point("kubernetes=1.13,calico=3.5,helm=2.14"),
                to: try reading.goal("kubernetes=1.16,calico=3.16,helm=3.4")
            )
            return try planner.plan(request).path.cost.distance
        }
        #expect(try distance([]) == 1)
        #expect(try distance([change("calico/3.5/kubernetes/max", "1.13")]) == 0)
        let planner = try PathPlanner.embedded(overriding: [change("path/rules/C8/kubernetes-from", "1.18")])
        #expect(planner.rules.rules.first { $0.id == "C8" }?.kubernetesFrom == (try release("1.18")))
    }

    @Test("foresight goes by a changed fact and says whose it is; the same cluster without it has no finding")
    func foresight() throws {
        let cluster = try CleanCluster("1.12")
        let path = try cluster.path(to: "1.16")
        func found(_ changes: [FactOverride], _ cluster: CleanCluster) throws -> [Finding] {
            let knowledge = try Breakage.all(overriding: changes)
            return Foresight.findings(cluster.facts, path: path, knowledge: knowledge)
        }
        let minimum = change("kubernetes/1.14/etcd/minimum-recommended-for-production", "3.3.10+")
        let etcd = try #require(try found([minimum], cluster).first { $0.id == "etcd-version/3.2" })
        #expect(etcd.hop.description == "1.13-1.14")
        #expect(etcd.source == "the playbook: our cluster")
        #expect(try !found([], cluster).contains { $0.id == "etcd-version/3.2" })

        var old = cluster
        old.facts.nodes[0].runtime = "docker://1.12.6"
        let runtime = "runtime/docker/below-1.13.1"
        #expect(try found([], old).contains { $0.id == runtime })
        // The first of the two facts about Docker; a list is addressed by what tells its elements apart.
        let address = try #require(
            try FactBook().facts(below: "requirements/container-runtimes").first { $0.value == "1.13.1" }
        )
        #expect(try !found([change(address.fact, "1.12.0")], old).contains { $0.id == runtime })
    }

    @Test("what steps go by is not for a playbook to change")
    func fixed() {
        let fact = "hops/1.12-1.13/kubelet-skew-limit"
        let error = #expect(throws: VersionDataError.self) { try FactBook(overriding: [change(fact, "5")]) }
        #expect(error == .fixed(fact, file: "1.12-1.13.yaml"))
    }

    @Test("a release can be added, and a fact that others have")
    func added() throws {
        let known = try VersionKnowledge.embedded(overriding: [
            change("calico/3.33/release-date", "2026-10-01"), change("calico/3.33/kubernetes/level", "tested"),
            change("calico/3.33/kubernetes/min", "1.35"), change("calico/3.33/kubernetes/max", "1.37"),
            change("calico/3.33/kubernetes/evidence", "our CI"), change("calico/3.33/datastores", "[etcdv3, kdd-crd]"),
            change("kubernetes/1.20/last-patch-date", "2022-01-20"),
        ])
        #expect(known.support(calico: try release("3.33"), on: try release("1.36")) == .tested)
        #expect(known.calico(try release("3.33"))?.datastores == [.etcdv3, .customResources])
        #expect(known.kubernetes(try release("1.20"))?.lastPatchDate == CalendarDay("2022-01-20"))
    }

    @Test("a fact that there is not is refused with what was meant")
    func unknown() throws {
        for fact in ["calico/3.7/kubernetes/maxx", "kubernetes/1.16/end-of-suport", "calico/3.33/kubernetes/maxx"] {
            let error = try #require(throws: VersionDataError.self) {
                try VersionKnowledge.embedded(overriding: [change(fact, "1.15")])
            }
            guard case .unknownFact(fact, _) = error else {
                Issue.record("\(error)")
                continue
            }
        }
        let error = #expect(throws: VersionDataError.self) { try FactBook(overriding: [change("nowhere/at/all", "1")]) }
        #expect(error == .unknownFact("nowhere/at/all", near: []))
    }

    @Test("many facts cannot have one value")
    func many() {
        let error = #expect(throws: VersionDataError.self) {
            try VersionKnowledge.embedded(overriding: [change("calico/3.7/kubernetes", "1.15")])
        }
        guard case .notOneFact("calico/3.7/kubernetes", let has) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(has.contains("calico/3.7/kubernetes/max"))
    }

    @Test("a value that is none is refused, and so is a release that is not whole")
    func unfit() throws {
        for changes in [
            [change("kubernetes/1.16/end-of-support", "soon")], [change("calico/3.33/release-date", "2026-10-01")],
        ] {
            let error = try #require(throws: VersionDataError.self) {
                try VersionKnowledge.embedded(overriding: changes)
            }
            guard case .overridden = error else {
                Issue.record("\(error)")
                continue
            }
        }
    }
}
