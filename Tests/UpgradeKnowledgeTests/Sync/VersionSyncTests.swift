import Foundation
import Testing
import UpgradeCore
import UpgradeTestSupport

@testable import UpgradeKnowledge

@Suite("Upstream's pages become a proposal")
struct VersionSyncTests {
    @Test("the proposal is a diff of the data files, and each change is said")
    func proposal() async throws {
        let report = try await UpstreamScene().run()
        #expect(report.refused == [])
        let text = report.diff + "\n" + (report.changes + report.remarks).joined(separator: "\n") + "\n"
        try Golden.expect(text, matches: "Tests/UpgradeKnowledgeTests/Fixtures/proposal.txt")
    }

    @Test("the proposal applies to the data files, and they say then what upstream says")
    func applies() async throws {
        let report = try await UpstreamScene().run()
        let scratch = try ScratchDirectory()
        for name in ["kubernetes.yaml", "calico.yaml", "helm.yaml"] {
            try scratch.write(try #require(VersionData.bytes(of: name)), to: name)
        }
        try scratch.write(Data(report.diff.utf8), to: "proposal.diff")
        let patch = try Program("/usr/bin/env", ["git", "apply", "-p4", "proposal.diff"], in: scratch.path)
        #expect(try await patch.wait().code == 0)
        let changed = try Dictionary(
            uniqueKeysWithValues: ["kubernetes.yaml", "calico.yaml", "helm.yaml"].map {
                ($0, String(decoding: try scratch.read($0), as: UTF8.self))
            }
        )
        let known = try VersionKnowledge(FactTree(texts: changed))
        let calico = try #require(MinorRelease("3.33"))
        let kubernetes = try #require(MinorRelease("1.37"))
        #expect(known.support(calico: calico, on: kubernetes) == .tested)
        #expect(known.kubernetes(kubernetes)?.lastPatch == PatchVersion("1.37.3"))
        // What the list said before is still what it said then.
        let thirtyOne = try #require(MinorRelease("3.31"))
        let (top, before) = (try #require(MinorRelease("1.36")), try #require(CalendarDay("2026-11-21")))
        #expect(known.support(calico: thirtyOne, on: top) == .tested)
        #expect(known.support(calico: thirtyOne, on: top, day: before) == .beyondEvidence(1))
    }

    @Test("pages that say what is known propose nothing")
    func unchanged() async throws {
        let text = "v1.36.7\nv1.36.4"
        #expect(UnifiedDiff.between("a", old: text, new: text) == "")
        var scene = UpstreamScene()
        scene.replaced["projectcalico/calico/releases.atom"] = Self.feed(
            "projectcalico/calico",
            [("v3.32.1", "2026-08-01")]
        )
        scene.replaced["helm/helm/releases.atom"] = Self.feed("helm/helm", [("v4.2.4", "2026-08-13")])
        scene.replaced["3.31/getting-started/kubernetes/requirements"] =
            try UpstreamScene.page("https://docs.tigera.io/calico/3.31/getting-started/kubernetes/requirements")
            .replacing("<li>1.36</li>\n", with: "")
        let report = try await scene.run()
        #expect(report.refused == [])
        #expect(!report.diff.contains("calico.yaml"))
        #expect(!report.diff.contains("helm.yaml"))
    }

    @Test("a page that lags behind is remarked on, and nothing goes down")
    func behind() async throws {
        var scene = UpstreamScene()
        let page = "kubernetes/website/main/data/releases/eol.yaml"
        scene.replaced[page] = try UpstreamScene.page("https://raw.githubusercontent.com/" + page)
            .replacing("finalPatchRelease: 1.16.15", with: "finalPatchRelease: 1.16.14")
        let report = try await scene.run()
        #expect(report.remarks.contains { $0.hasSuffix("has 1.16.14 for the last patch; 1.16.15 is known") })
        #expect(!report.diff.contains("1.16.14"))
    }

    private static func feed(_ project: String, _ tags: [(String, String)]) -> String {
        let entries = tags.map { tag, day in
            "<entry><updated>\(day)T00:00:00Z</updated>"
                + "<link rel=\"alternate\" href=\"https://github.com/\(project)/releases/tag/\(tag)\"/></entry>"
        }
        return "<feed>\(entries.joined())</feed>"
    }
}
