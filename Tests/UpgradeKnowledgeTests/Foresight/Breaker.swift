import Testing
import UpgradeKnowledge

@testable import UpgradeCore

/// A thing that breaks, with the finding expected of it.
struct Breaker: CustomTestStringConvertible, Sendable {
    var testDescription: String
    /// Names the breaker in the catalogue; the id of the finding too, unless another is expected.
    var id: String
    var expected: String
    var severity: Finding.Severity
    var hop: String
    /// A part of the first place.
    var place: String
    var release = "1.12"
    var target = "1.16"
    var change: @Sendable (inout CleanCluster) throws -> Void

    init(
        _ sentence: String,
        _ id: String,
        _ severity: Finding.Severity,
        _ hop: String,
        at place: String,
        from release: String = "1.12",
        to target: String = "1.16",
        change: @escaping @Sendable (inout CleanCluster) throws -> Void
    ) {
        testDescription = sentence
        self.id = id
        expected = id
        self.severity = severity
        self.hop = hop
        self.place = place
        self.release = release
        self.target = target
        self.change = change
    }
}

@Suite("Foresight: the catalogue of breakers")
struct BreakerTests {
    static let all =
        Breaker.daemons + Breaker.hosts + Breaker.objects + Breaker.drains + Breaker.states + Breaker.controlPlane

    @Test("each is found, where it is and at its hop", arguments: all)
    func found(_ breaker: Breaker) throws {
        var cluster = try CleanCluster(breaker.release)
        try breaker.change(&cluster)
        let findings = try cluster.findings(to: breaker.target)
        let finding = try #require(findings.first { $0.id == breaker.expected }, "found only \(findings.map(\.id))")
        #expect(finding.severity == breaker.severity)
        #expect(finding.hop.description == breaker.hop)
        let places = finding.places.map(\.description)
        #expect(breaker.place.isEmpty || places.contains { $0.contains(breaker.place) }, "\(places)")
        for text in [finding.title, finding.reason, finding.cure, finding.source] { #expect(!text.isEmpty) }
    }

    @Test("there are more than thirty, each another finding")
    func count() {
        #expect(Set(Self.all.map(\.id)).count == Self.all.count)
        #expect(Self.all.count >= 30)
    }

    @Test("a clean cluster of any release has none", arguments: ["1.12", "1.13", "1.14", "1.15"])
    func clean(release: String) throws {
        #expect(try CleanCluster(release).ids() == [])
    }

    @Test("a clean cluster of the last recorded release has none on the hop after it")
    func cleanBeyond() throws {
        #expect(try CleanCluster("1.16").ids(to: "1.17") == [])
    }

    @Test("what breaks before the path begins, or after it ends, is not of it")
    func otherHops() throws {
        var cluster = try CleanCluster("1.12")
        cluster.give("kubelet", on: "w1", "--allow-privileged=true")
        // The kubelet of 1.13 warns of it already.
        #expect(try cluster.ids(to: "1.14") == ["flag-deprecated/kubelet/--allow-privileged"])
        let stopping = try cluster.findings(to: "1.15").filter(\.severity.refuses)
        #expect(stopping.map(\.id) == ["flag-removed/kubelet/--allow-privileged"])
    }

    @Test("the same on many hosts is one finding with the place of each")
    func merged() throws {
        var cluster = try CleanCluster("1.14")
        for host in ["w1", "w2", "w3"] { cluster.give("kubelet", on: host, "--containerized") }
        let findings = try cluster.findings()
        #expect(findings.map(\.id) == ["flag-removed/kubelet/--containerized"])
        let places = findings.flatMap(\.places).map(\.description)
        #expect(places == ["w1", "w2", "w3"].map { "\($0) /etc/default/kubelet:2" })
    }
}

@Suite("Foresight: recorded clusters")
struct RecordedClusterTests {
    /// The workloads of both recordings were made through the old APIs, and one was applied through a new one.
    @Test(
        "recorded objects are read; what was applied through a lasting API is no finding",
        arguments: ["1.12", "1.13", "1.14", "1.15", "1.16"]
    )
    func objects(release: String) throws {
        var cluster = try CleanCluster(release)
        cluster.facts.objects = try Recorded.objects(release)
        let applied = cluster.facts.objects.applied
        // The server of 1.16 took no object of the old APIs.
        #expect(
            release == "1.16" || applied.contains { $0.path == "Deployment demo/web-ext" && $0.appliedVersion == nil }
        )
        #expect(applied.contains { $0.path == "Deployment demo/scratch" && $0.appliedVersion == "apps/v1" })
        #expect(applied.contains { $0.kind == "NetworkPolicy" })
        #expect(try cluster.ids(to: release == "1.16" ? "1.17" : "1.16") == [])
    }

    @Test("recorded nodes say which container runtime they have and what room")
    func nodes() throws {
        let nodes = try ObjectReading.nodes(try Recorded.text("1.12", "01-nodes"))
        #expect(nodes.map(\.runtime) == Array(repeating: "docker://1.11.2", count: 3))
        #expect(nodes.allSatisfy { $0.room == Resources(cpu: 1_000, memory: .mebibytes(3_840), pods: 110) })
        #expect(nodes.allSatisfy { $0.labels["beta.kubernetes.io/os"] == "linux" })
    }
}
