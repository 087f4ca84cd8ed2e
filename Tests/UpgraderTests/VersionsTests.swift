import Foundation
import Testing
import UpgradeTestSupport

@Suite("What is known of versions, from the command line")
struct VersionsTests {
    private static func playbook(
        _ cluster: String,
        _ from: String,
        _ to: String,
        _ calico: String,
        _ helm: String
    ) -> String {
        """
        cluster: \(cluster)
        target: "\(to.prefix { $0 != " " })"
        releases: {"\(from.prefix { $0 != " " })": \(from.split(separator: " ")[1]), \
        "\(to.prefix { $0 != " " })": \(to.split(separator: " ")[1])}
        hosts: [{name: m1, roles: [control-plane, etcd]}]
        calico: {versions: {"\(to.prefix { $0 != " " })": {package: \(calico)-1, tag: v\(calico)}}}
        helm: {versions: {"\(to.prefix { $0 != " " })": {package: \(helm)-1, tag: v\(helm)}}}

        """
    }

    private func workshop() throws -> Workshop {
        let workshop = try Workshop(Workshop.small())
        for (name, text) in [
            ("policy", Self.playbook("policy", "1.15 1.15.12-1", "1.16 1.16.15-1", "3.16.10", "3.4.2")),
            ("newer", Self.playbook("newer", "1.18 1.18.20-1", "1.19 1.19.16-1", "3.16.10", "3.4.0")),
            ("today", Self.playbook("today", "1.35 1.35.8-1", "1.36 1.36.4-1", "3.32.1", "4.2.4")),
        ] {
            try workshop.scratch.write(Data(text.utf8), to: "\(name).yaml")
        }
        return workshop
    }

    @Test("a component that the playbook does not state is said not to be judged")
    func notJudged() async throws {
        let workshop = try Workshop(Workshop.small())
        let result = try await workshop.upgrader("versions", "check", Workshop.playbook)
        for pair in ["Calico with Kubernetes", "Helm with Kubernetes", "etcd with Kubernetes", "helmfile with Helm"] {
            #expect(result.output.contains("  --  \(pair): not judged, as the playbook does not state it\n"))
        }
        let stands = try await workshop.upgrader(
            "versions",
            "check",
            Workshop.playbook,
            "--on",
            "2019-08-01",
            "--at",
            "1.12"
        )
        #expect(stands.code == 10)
        #expect(stands.output.contains("no  at 1.12  Kubernetes 1.12 is out of support since 2019-07-08 (where"))
    }

    @Test("three clusters, on two days", arguments: ["2020-11-15", "2026-11-22"])
    func check(day: String) async throws {
        let workshop = try workshop()
        let result = try await workshop.upgrader(
            "versions",
            "check",
            "policy.yaml",
            "newer.yaml",
            "today.yaml",
            "--on",
            day
        )
        let text = "exit \(result.code)\n\(result.output)\(result.errors)"
        try Golden.expect(text, matches: "Tests/UpgraderTests/Golden/versions-check-\(day).txt")
        let good = day.hasPrefix("2020") ? "newer" : "today"
        for name in ["policy", "newer", "today"] {
            let one = try await workshop.upgrader("versions", "check", "\(name).yaml", "--on", day)
            #expect(one.code == (name == good ? 0 : 10), "\(name)")
        }
    }

    @Test("the check as JSON says which fact each finding follows from, and explain knows it")
    func json() async throws {
        struct Document: Decodable {
            struct Cluster: Decodable {
                struct Finding: Decodable {
                    var isViolation: Bool
                    var fact: String
                }

                var cluster: String
                var supported: Bool
                var findings: [Finding]
            }

            var dataAsOf: String
            var clusters: [Cluster]
        }
        let workshop = try workshop()
        let result = try await workshop.upgrader(
            "versions",
            "check",
            "policy.yaml",
            "newer.yaml",
            "--on",
            "2020-11-15",
            "--format",
            "json"
        )
        #expect(result.code == 10)
        let document = try JSONDecoder().decode(Document.self, from: Data(result.output.utf8))
        #expect(document.clusters.map(\.cluster) == ["policy", "newer"])
        #expect(document.clusters.map(\.supported) == [false, true])
        let facts = Set(document.clusters.flatMap(\.findings).map(\.fact))
        #expect(facts.contains("kubernetes/1.16/end-of-support"))
        for fact in facts.sorted() {
            #expect(try await workshop.upgrader("explain", fact).code == 0, "\(fact)")
        }
    }

    @Test("explain prints value, source, date, doubt and purpose, and says what was meant")
    func explain() async throws {
        let workshop = try workshop()
        let one = try await workshop.upgrader("explain", "kubernetes/1.16/end-of-support")
        try Golden.expect(one.output, matches: "Tests/UpgraderTests/Golden/explain-fact.txt")
        let many = try await workshop.upgrader("explain", "notes/k113-etcd2")
        try Golden.expect(many.output, matches: "Tests/UpgraderTests/Golden/explain-note.txt")
        try workshop.expect(
            try await workshop.upgrader("explain", "kubernetes/1.16/end-of-suport"),
            golden: "explain-near"
        )
        let roots = try await workshop.upgrader("explain")
        for root in ["apis", "calico", "etcd", "flags", "gates", "helm", "helmfile", "hops", "kubernetes", "notes"] {
            #expect(roots.output.contains("\n  \(root) "), "\(root)")
        }
    }

    @Test("list and show know each component; a version that never was is refused")
    func show() async throws {
        let workshop = try workshop()
        let list = try await workshop.upgrader("versions", "list", "calico", "--on", "2020-11-15")
        #expect(list.output.split(separator: "\n").count == 41, "a heading, and 40 releases")
        #expect(list.output.hasPrefix("component  version"))
        let show = try await workshop.upgrader("versions", "show", "calico", "3.16.10", "--on", "2020-11-15")
        #expect(show.output.hasPrefix("calico 3.16.10 is of 3.16:\n"))
        #expect(show.output.contains("works with: Kubernetes 1.16-1.19\n"))
        #expect(show.output.contains("sources:    projectcalico/calico getting-started/kubernetes/requirements.md\n"))
        let before = try await workshop.upgrader("versions", "show", "calico", "3.16", "--on", "2020-11-01")
        #expect(before.output.contains("works with: Kubernetes 1.16-1.18\n"))
        for words in [["etcd", "3.4.3"], ["helmfile", "0.125.2"], ["helm", "2.16"], ["kubernetes", "1.16"]] {
            #expect(try await workshop.upgrader("versions", "show", words[0], words[1]).code == 0, "\(words)")
        }
        try workshop.expect(try await workshop.upgrader("versions", "show", "helm", "2.6.12"), golden: "never-released")
        try workshop.expect(try await workshop.upgrader("versions", "show", "helm", "9.9"), golden: "unknown-version")
        try workshop.expect(try await workshop.upgrader("versions", "list", "docker"), golden: "unknown-component")
    }

    @Test("export writes all of it in four forms", arguments: ["csv", "json", "markdown", "html"])
    func export(form: String) async throws {
        let workshop = try workshop()
        let result = try await workshop.upgrader("versions", "export", "--format", form, "--on", "2020-11-15")
        #expect(result.code == 0)
        let starts = ["csv": "component,version,", "json": "{", "markdown": "# Versions", "html": "<!DOCTYPE html>"]
        #expect(result.output.hasPrefix(try #require(starts[form])))
        for fact in ["2020-09-02", "1.16-1.18", "0.125.6..0.129.3"] {
            #expect(result.output.contains(fact), "\(fact)")
        }
    }

    @Test("what a playbook changes is in its plan, and a fact that there is not is refused")
    func overrides() async throws {
        let change = """
            versions:
              - {fact: calico/3.7/kubernetes/max, value: 1.15, source: our staging, reason: ran for a year}
            """
        let workshop = try Workshop(Workshop.small(extra: change))
        let plan = try await workshop.upgrader("plan", Workshop.playbook)
        #expect(plan.code == 0, "\(plan.errors)")
        let line = "by the playbook: calico/3.7/kubernetes/max is 1.15, because: ran for a year (our staging)"
        #expect(plan.output.split(separator: "\n")[1] == line)
        let fact = try await workshop.upgrader("explain", "calico/3.7/kubernetes/max", "--playbook", Workshop.playbook)
        #expect(fact.output.contains("value:     1.15\nsource:    our staging\n"))
        try workshop.write(Workshop.small(extra: change.replacing("kubernetes/max", with: "kubernets/max")))
        try workshop.expect(try await workshop.upgrader("plan", Workshop.playbook), golden: "unknown-fact")
    }
}
