import Testing
import UpgradeCore
import UpgradeKnowledge

@Suite("What a playbook states is judged on a day")
struct VersionCheckTests {
    private func check(_ more: String, on day: String, from start: String? = nil) throws -> VersionCheck {
        let text = """
            cluster: c
            hosts: [{name: m, roles: [control-plane, etcd]}]
            \(more)
            """
        let playbook = try PlaybookDecoder.decode(text, file: "p.yaml", home: "/home/op")
        let known = try VersionKnowledge.embedded(overriding: playbook.versions)
        return VersionCheck(
            playbook,
            knowledge: known,
            on: try #require(CalendarDay(day)),
            from: try start.map { try #require(MinorRelease($0)) }
        )
    }

    private func violations(_ check: VersionCheck) -> [String] {
        check.findings.filter(\.isViolation).map { "\($0.at): \($0.what)" }
    }

    private static let nineteen = """
        target: "1.19"
        releases: {"1.18": 1.18.20-1, "1.19": 1.19.16-1}
        calico: {versions: {"1.19": {package: 3.16.10-1, tag: v3.16.10}}}
        helm: {versions: {"1.19": {package: 3.4.0-1, tag: v3.4.0}}}
        """

    @Test("a target that upstream supports, with components in range, passes; the transit is said and passes")
    func supported() throws {
        let check = try check(Self.nineteen, on: "2020-11-15")
        #expect(violations(check) == [])
        #expect(check.isSupported)
        #expect(check.findings.map(\.fact).contains("kubernetes/1.18/end-of-support"))
    }

    @Test("helmfile is judged with each Helm that the playbook has, from the data, and not named as unjudged then")
    func helmfile() throws {
        let text = Self.nineteen.replacing(
            "v3.4.0}}}",
            with: "v3.4.0}}, helmfile: {versions: {\"1.19\": VERSION}}}"
        )
        let right = try check(text.replacing("VERSION", with: "0.135.0-1"), on: "2020-11-25")
        #expect(violations(right) == [])
        #expect(!right.notJudged.contains("helmfile with Helm"))
        let fact = right.findings.first { $0.what.hasPrefix("helmfile") }?.fact
        #expect(right.findings.contains { $0.what == "helmfile 0.135.0 with Helm 3.4.0: tested" })
        #expect(fact == "helmfile/compat/0.129.4..0.140.0")
        let beside = text.replacing("VERSION", with: "1.0.0-1").replacing(
            "{versions: {\"1.19\": {package: 3.4.0-1, tag: v3.4.0}}",
            with: "{versions: {\"1.19\": {package: 2.17.0-1, tag: v2.17.0}}, helm3: {versions: {\"1.19\": 3.4.0-1}}"
        )
        let both = violations(try check(beside, on: "2020-11-25")).filter { $0.contains("helmfile") }
        #expect(both.count == 2)
        #expect(both.contains { $0.contains("with Helm 2.17.0: known not to work") })
    }

    @Test("three days earlier Calico's page did not have the release")
    func before() throws {
        let check = try check(Self.nineteen, on: "2020-11-11")
        #expect(
            violations(check) == ["at 1.19: Calico 3.16.10 on Kubernetes 1.19: 1 minor release beyond the evidence"]
        )
    }

    @Test("a patch release counts from its own day, and one without a day is said not to be known")
    func patches() throws {
        let text = Self.nineteen.replacing("3.4.0", with: "3.4.2")
        let before = try check(text, on: "2020-11-15")
        #expect(violations(before) == ["at 1.19: Helm 3.4.2 is not released on that day"])
        #expect(violations(try check(text, on: "2020-12-09")) == [])
        let unknown = before.findings.filter(\.isUncertain).map(\.what)
        #expect(
            unknown == [
                "whether Kubernetes 1.19.16 is released on that day is not known",
                "whether Calico 3.16.10 is released on that day is not known",
            ]
        )
        #expect(try check(text, on: "2026-11-22").findings.allSatisfy { !$0.isUncertain })
        let between = try check(Self.nineteen.replacing("3.4.0", with: "3.4.1"), on: "2020-11-15")
        #expect(between.findings.contains { $0.isUncertain && $0.what.contains("Helm 3.4.1") })
        let never = try check(Self.nineteen.replacing("1.19.16", with: "1.19.17"), on: "2026-11-22")
        #expect(
            violations(never).contains("at 1.19: Kubernetes 1.19.17 was never released: the last of 1.19 is 1.19.16")
        )
    }

    @Test("a cluster that stands on a release out of support is not supported, wherever it goes")
    func stands() throws {
        let check = try check(Self.nineteen, on: "2021-07-01", from: "1.18")
        #expect(
            violations(check) == [
                "at 1.18: Kubernetes 1.18 is out of support since 2021-06-18 (where the cluster stands)"
            ]
        )
        #expect(!check.isSupported)
        #expect(try self.check(Self.nineteen, on: "2021-06-18", from: "1.18").isSupported)
    }

    @Test("each pair that is not judged is named")
    func notJudged() throws {
        let always = [
            "etcd with Kubernetes", "etcd with Calico", "helmfile with Helm", "container runtime with Kubernetes",
        ]
        #expect(try check(Self.nineteen, on: "2020-11-15").notJudged == always)
        let bare = try check("target: \"1.19\"\nreleases: {\"1.18\": 1.18.20-1, \"1.19\": 1.19.16-1}", on: "2020-11-15")
        #expect(bare.notJudged == ["Calico with Kubernetes", "Helm with Kubernetes"] + always)
    }

    @Test("years later the target itself is the violation, and Helm's age is only said")
    func later() throws {
        let check = try check(Self.nineteen, on: "2026-11-22")
        #expect(violations(check) == ["at 1.19: Kubernetes 1.19 is out of support since 2021-10-28"])
        #expect(check.findings.contains { $0.what == "Helm 3.4 is out of support since 2021-01-13" })
    }

    @Test("before their release, releases are a violation")
    func unreleased() throws {
        let check = try check(Self.nineteen, on: "2020-08-26")
        #expect(
            violations(check) == [
                "at 1.19: Calico 3.16.10 is not released on that day",
                "at 1.19: Calico 3.16.10 on Kubernetes 1.19: 1 minor release beyond the evidence",
                "at 1.19: Helm 3.4.0 is not released on that day",
            ]
        )
    }

    private static let path = """
        target: "1.15"
        releases: {"1.12": 1.12.10-1, "1.13": 1.13.12-1, "1.14": 1.14.10-1, "1.15": 1.15.12-1}
        calico: {versions: {"1.13": {package: 3.7.5-1, tag: v3.7.5}, "1.15": {package: 3.12.3-1, tag: v3.12.3}}}
        """

    @Test("during a hop both releases are live, and a component moves at its end")
    func during() throws {
        let found = violations(try check(Self.path, on: "2019-08-01"))
        #expect(
            found.contains("during 1.14 → 1.15: Calico 3.7.5 on Kubernetes 1.15: 1 minor release beyond the evidence")
        )
        #expect(found.contains("at 1.15: Calico 3.12.3 is not released on that day"))
        #expect(!found.contains { $0.hasPrefix("during 1.13") })
    }

    @Test("a cluster that stands beside the path is not supported by it", arguments: ["1.11", "1.16", "1.20"])
    func beside(start: String) throws {
        let check = try check(Self.path, on: "2019-08-01", from: start)
        #expect(
            check.findings.first { $0.at == "at \(start)" }?.what
                == "the playbook states no path from Kubernetes \(start), only 1.12, 1.13, 1.14, 1.15"
        )
        #expect(!check.isSupported)
    }

    @Test("a cluster that stands further on the path is judged from there")
    func start() throws {
        let check = try check(Self.path, on: "2020-02-01", from: "1.15")
        #expect(violations(check) == [])
        #expect(check.findings.allSatisfy { $0.at == "at 1.15" })
    }

    @Test("a version that never was is a violation")
    func neverReleased() throws {
        let found = violations(
            try check(
                """
                target: "1.7"
                releases: {"1.6": 1.6.13-1, "1.7": 1.7.16-1}
                helm: {versions: {"1.7": {package: 2.6.12-1, tag: v2.6.12}}}
                """,
                on: "2017-12-01"
            )
        )
        #expect(found.count == 1)
        #expect(found.first?.hasPrefix("at 1.7: Helm 2.6.12 was never released: ") == true)
    }

    @Test("a fact that the playbook changes is what is judged by")
    func overridden() throws {
        let change = """
            versions: [{fact: calico/3.7/kubernetes/max, value: "1.15", source: us, reason: ran here for a year}]
            """
        let found = violations(try check(Self.path + "\n" + change, on: "2020-02-01"))
        #expect(found == [])
    }

    @Test("a release that nobody knows is a violation, and so is a component")
    func unknown() throws {
        let found = violations(
            try check(
                """
                target: "1.99"
                releases: {"1.98": 1.98.0-1, "1.99": 1.99.0-1}
                calico: {versions: {"1.99": {package: 9.9.9-1, tag: v9.9.9}}}
                """,
                on: "2026-11-22"
            )
        )
        #expect(
            found == [
                "at 1.98: nothing is known of Kubernetes 1.98", "at 1.99: nothing is known of Kubernetes 1.99",
                "at 1.99: nothing is known of Calico 9.9",
            ]
        )
    }
}
