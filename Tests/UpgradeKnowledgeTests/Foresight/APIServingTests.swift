import Testing
import UpgradeCore

@testable import UpgradeKnowledge

@Suite("Foresight: which release serves what")
struct APIServingTests {
    private struct Recording: Decodable {
        struct Version: Decodable {
            struct Row: Decodable {
                var kind: String
                var resource: String
            }
            var resources: [Row]
        }
        var releases: [String: [String: Version]]

        /// The kinds of a release, subresources left out.
        func kinds(_ release: String) -> Set<ClusterObjects.Reference> {
            Set(
                (releases[release] ?? [:]).flatMap { version, rows in
                    rows.resources.filter { !$0.resource.contains("/") }
                        .map { ClusterObjects.Reference(apiVersion: version, kind: $0.kind) }
                }
            )
        }
    }

    private let recording: Recording

    init() throws { recording = try VersionData.decode(Recording.self, from: "served-apis.yaml") }

    private func ids(
        of kinds: some Sequence<ClusterObjects.Reference>,
        from start: String,
        to end: String
    ) throws -> [String] {
        var cluster = try CleanCluster(start)
        cluster.facts.manifests = [("all.yaml", Array(kinds))]
        cluster.facts.objects.applied = kinds.map { .init(kind: $0.kind, name: "x", appliedVersion: $0.apiVersion) }
        return try cluster.findings(to: end).filter(\.severity.refuses).map(\.id)
    }

    @Test(
        "what a release serves stops exactly where a release of the path serves it no more",
        arguments: ["1.12", "1.13", "1.14", "1.15"]
    )
    func law(start: String) throws {
        let served = recording.kinds(start)
        #expect(served.count > 60)
        for end in recording.releases.keys.sorted() where start < end {
            let later = recording.releases.keys.filter { start < $0 && $0 <= end }.map(recording.kinds)
            let gone = served.filter { kind in later.contains { !$0.contains(kind) } }
            let expected = Set(gone.map { "api-removed/\($0.apiVersion)/\($0.kind)" })
            #expect(try Set(ids(of: served, from: start, to: end)) == expected, "\(start) to \(end)")
            #expect(expected.isEmpty == (end < "1.16"))
        }
    }

    @Test("what only later releases serve never stops, and is told of", arguments: ["1.12", "1.13", "1.14", "1.15"])
    func later(start: String) throws {
        let newer = recording.kinds("1.16").subtracting(recording.kinds(start))
        #expect(newer.contains(.init(apiVersion: "apiextensions.k8s.io/v1", kind: "CustomResourceDefinition")))
        #expect(try ids(of: newer, from: start, to: "1.16") == [])
        let beyond = [
            ClusterObjects.Reference(apiVersion: "networking.k8s.io/v1", kind: "Ingress"),
            .init(apiVersion: "policy/v1", kind: "PodDisruptionBudget"),
            .init(apiVersion: "batch/v1", kind: "CronJob"),
        ]
        var cluster = try CleanCluster(start)
        cluster.facts.manifests = [("new.yaml", Array(newer) + beyond)]
        let told = try cluster.findings().filter { $0.id.hasPrefix("api-") }
        #expect(told.count == newer.count + beyond.count)
        #expect(told.allSatisfy { $0.id.hasPrefix("api-not-yet/") && $0.severity == .worthKnowing })
    }

    @Test(
        "an API is not served yet, is gone, or was never there for this cluster, each at its hop",
        arguments: [
            ("networking.k8s.io/v1beta1", "Ingress", "1.12", "api-not-yet", "1.13-1.14"),
            ("networking.k8s.io/v1", "Ingress", "1.12", "api-not-yet", "1.15-1.16"),
            ("scheduling.k8s.io/v1", "PriorityClass", "1.13", "api-not-yet", "1.13-1.14"),
            ("apiextensions.k8s.io/v1", "CustomResourceDefinition", "1.12", "api-not-yet", "1.15-1.16"),
            // Of an alpha that has to be asked for, the release that has it no more counts.
            ("admissionregistration.k8s.io/v1alpha1", "InitializerConfiguration", "1.12", "api-removed", "1.13-1.14"),
            ("settings.k8s.io/v1alpha1", "PodPreset", "1.12", "api-absent", "1.12-1.13"),
            ("extensions/v1beta1", "ThirdPartyResource", "1.12", "api-absent", "1.12-1.13"),
        ]
    )
    func each(apiVersion: String, kind: String, start: String, id: String, hop: String) throws {
        var cluster = try CleanCluster(start)
        cluster.facts.manifests = [("m.yaml", [.init(apiVersion: apiVersion, kind: kind, name: "x")])]
        let found = try cluster.findings().filter { $0.id.hasPrefix("api-") }
        #expect(found.map { "\($0.id) \($0.hop)" } == ["\(id)/\(apiVersion)/\(kind) \(hop)"])
        #expect(found.map(\.severity.refuses) == [id == "api-removed"])
    }

    @Test("a cure names what can be applied at the time that it names")
    func cures() throws {
        var cluster = try CleanCluster("1.15")
        let kinds = [("extensions/v1beta1", "Deployment"), ("extensions/v1beta1", "Ingress")]
        cluster.facts.manifests = [("m.yaml", kinds.map { .init(apiVersion: $0.0, kind: $0.1, name: "x") })]
        let cures = try cluster.findings(to: "1.22").filter { $0.id.hasPrefix("api-removed") }.map(\.cure)
        #expect(cures.count == 2)
        #expect(cures[0].hasPrefix("write it as apps/v1 and apply or deploy it before the hop"))
        #expect(cures[1].hasPrefix("write it as networking.k8s.io/v1 and apply or deploy it before the hop"))
        let asked = try #require(HopID("1.20-1.21"))
        cluster.facts.manifests = [("m.yaml", [.init(apiVersion: "batch/v2alpha1", kind: "CronJob", name: "x")])]
        let knowledge = try Breakage.all()
        let late = Foresight.findings(cluster.facts, path: [asked], knowledge: knowledge).filter {
            $0.id.hasPrefix("api-")
        }
        #expect(
            late.map(\.cure) == ["write it as batch/v1 and apply or deploy it after the hop; 1.20 does not serve that"]
        )
    }

    @Test(
        "--runtime-config keeps what 1.16 and 1.17 switch off, and no later release has",
        arguments: [
            ("apps/v1beta1=true", "apps/v1beta1", "StatefulSet", true),
            ("apps/v1beta1", "apps/v1beta1", "StatefulSet", true),
            ("apis/apps/v1beta1=true", "apps/v1beta1", "StatefulSet", true),
            ("api/all=true", "apps/v1beta1", "StatefulSet", true),
            ("api/all=true,apps/v1beta1=false", "apps/v1beta1", "StatefulSet", false),
            ("apps/v1beta2=true", "apps/v1beta1", "StatefulSet", false),
            ("extensions/v1beta1/deployments=true", "extensions/v1beta1", "Deployment", true),
            ("extensions/v1beta1/daemonsets=true", "extensions/v1beta1", "Deployment", false),
            // Of this group each resource has to be named.
            ("extensions/v1beta1=true", "extensions/v1beta1", "Deployment", false),
        ]
    )
    func kept(value: String, apiVersion: String, kind: String, isKept: Bool) throws {
        var cluster = try CleanCluster("1.15")
        cluster.give("kube-apiserver", on: "cp1", "--runtime-config=\(value)")
        cluster.facts.objects.applied = [.init(kind: kind, name: "x", appliedVersion: apiVersion)]
        cluster.facts.objects.unmanagedAPIs = [apiVersion]
        func found(to end: String) throws -> [String] {
            try cluster.findings(to: end).filter { $0.id.hasPrefix("api-") }.map { "\($0.id) \($0.hop)" }.sorted()
        }
        let removed = "api-removed/\(apiVersion)/\(kind)"
        let service = "api-service/\(apiVersion) 1.15-1.16"
        let services = isKept || apiVersion == "extensions/v1beta1" ? [] : [service]
        #expect(
            try found(to: "1.17") == [isKept ? "api-kept/\(apiVersion)/\(kind) 1.15-1.16" : "\(removed) 1.15-1.16"]
                + services
        )
        #expect(try found(to: "1.18") == ["\(removed) \(isKept ? "1.17-1.18" : "1.15-1.16")"] + services)
    }

    @Test("only what every API server turns on is on, and a request for it is none to be told of")
    func servers() throws {
        #expect(APISwitches(["a/v1", "a/v1=true,b/v1"]).turnsOn(version: "a/v1"))
        #expect(!APISwitches(["a/v1", "a/v1=true,b/v1"]).turnsOn(version: "b/v1"))
        #expect(!APISwitches(["api/all=true", ""]).turnsOn(version: "b/v1"))
        #expect(!APISwitches().turnsOn(version: "b/v1"))
        var cluster = try CleanCluster("1.15")
        cluster.ask(.audit, "create", "deployments", of: "apps/v1beta1", by: "flux/v1")
        #expect(try cluster.findings().map(\.id) == ["api-request/apps/v1beta1/deployments/flux"])
        cluster.give("kube-apiserver", on: "cp1", "--runtime-config=apps/v1beta1=true")
        #expect(try cluster.findings().map(\.id) == [])
    }

    @Test("a Helm release of an API that only a later release has is left as it is")
    func fates() throws {
        let knowledge = try Breakage.all()
        let hop = try #require(HopID("1.12-1.13"))
        #expect(knowledge.fate(of: "networking.k8s.io/v1beta1", "Ingress", at: hop) == .served)
        let last = try #require(HopID("1.15-1.16"))
        #expect(
            knowledge.fate(of: "extensions/v1beta1", "Deployment", at: last)
                == .moves(APIMove(from: "extensions/v1beta1", kind: "Deployment", to: "apps/v1"))
        )
    }
}
