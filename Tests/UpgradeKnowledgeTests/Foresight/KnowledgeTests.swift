import Testing
import UpgradeCore

@testable import UpgradeKnowledge

@Suite("What is known to break")
struct KnowledgeTests {
    private let knowledge: Breakage

    init() throws { knowledge = try Breakage.all() }

    @Test("every pattern of the notes is a regular expression, and every hop of the path has notes")
    func patterns() throws {
        for hop in try HopCatalog.all().keys {
            let notes = knowledge.notes.notes(hop)
            #expect(!notes.isEmpty)
            for detection in notes.flatMap({ $0.detect ?? [] }) {
                let test = detection.test
                for pattern in [detection.regex, test?.image, test?.corefile, test?.matches, test?.unit_matches] {
                    guard let pattern else { continue }
                    #expect(throws: Never.self, "\(pattern)") { try Regex(pattern) }
                }
            }
        }
    }

    @Test("the recorded tables agree with what research says was removed, for every recorded release")
    func tablesAgree() throws {
        // What the sources say is gone, the binaries must not take: one release earlier they still do.
        let flags = [
            ("kubelet", "--allow-privileged", "1.15"), ("kube-proxy", "--resource-container", "1.16"),
            ("kube-apiserver", "--storage-versions", "1.14"), ("kubelet", "--google-json-key", "1.13"),
        ]
        for (component, flag, text) in flags {
            let release = try #require(MinorRelease(text))
            #expect(knowledge.flags.removal(flag, of: component)?.release == release)
            #expect(!knowledge.flags.accepts(flag, component, release))
            let before = MinorRelease(major: release.major, minor: release.minor - 1)
            #expect(knowledge.flags.accepts(flag, component, before))
        }
    }

    @Test("a kind of nobody's knowledge is served; a removed one is up to its last release")
    func apis() throws {
        let (last, gone) = (try #require(MinorRelease("1.15")), try #require(MinorRelease("1.16")))
        #expect(knowledge.apis.serves("crd.projectcalico.org/v1", "IPPool", gone))
        #expect(knowledge.apis.serves("extensions/v1beta1", "Deployment", last))
        #expect(!knowledge.apis.serves("extensions/v1beta1", "Deployment", gone))
        #expect(knowledge.apis.serves("extensions/v1beta1", "Ingress", gone))
        #expect(!knowledge.apis.serves("extensions/v1beta1", "Ingress", try #require(MinorRelease("1.22"))))
    }

    @Test(
        "which labels a kubelet may give itself is what the recorded kubelets said",
        arguments: [
            ("node-role.kubernetes.io/master", false), ("node-role.kubernetes.io/worker", false),
            ("kubernetes.io/role", false), ("failure-domain.beta.kubernetes.io/zone", true), ("example.com/x", true),
            ("node.kubernetes.io/rack", true), ("x.node.kubernetes.io/y", true), ("plain", true), ("a.k8s.io/b", false),
        ]
    )
    func labels(key: String, isAllowed: Bool) {
        #expect(knowledge.requirements.node_labels.allows(key) == isAllowed)
    }

    @Test("notes that nothing observed can answer are listed for a person, and none of them twice")
    func byHand() throws {
        let path = try HopCatalog.all().keys.sorted()
        let ids = Foresight.byHand(path: path, knowledge: knowledge).map(\.id)
        #expect(ids.contains("by-hand/k116-metric-labels"))
        #expect(!ids.contains("by-hand/k116-coredns"))
        #expect(Set(ids).count == ids.count)
    }

    @Test(
        "versions compare by their numbers",
        arguments: [
            ("18.6.3", "1.13.1", false), ("1.12.6", "1.13.1", true), ("3.10", "3.10.0", false),
            ("v0.7.0", "3.1.0", true),
            ("4.19.0-13-amd64", "3.10", false),
        ]
    )
    func versions(left: String, right: String, isLess: Bool) throws {
        let (left, right) = (try #require(VersionText(left)), try #require(VersionText(right)))
        #expect((left < right) == isLess)
    }
}
