import Foundation
import Testing
import UpgradeCore

@testable import UpgradeKnowledge

@Suite("A page that is not what it should be is refused")
struct BrokenPageTests {
    /// What a proxy or a server says with a good status when something is wrong.
    static let errorPage =
        "<!DOCTYPE html>\n<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>\n"

    private static let pages: [(id: UpstreamPage.ID, path: String)] = [
        (.kubernetesSchedule, "raw.githubusercontent.com/kubernetes/website/main/data/releases/schedule.yaml"),
        (.kubernetesEndOfLife, "raw.githubusercontent.com/kubernetes/website/main/data/releases/eol.yaml"),
        (.kubernetesChangelog, "raw.githubusercontent.com/kubernetes/kubernetes/master/CHANGELOG/CHANGELOG-1.36.md"),
        (.calicoReleases, "github.com/projectcalico/calico/releases.atom"),
        (.calicoRequirements, "docs.tigera.io/calico/3.31/getting-started/kubernetes/requirements"),
        (.helmReleases, "github.com/helm/helm/releases.atom"),
        (.helmSkew, "raw.githubusercontent.com/helm/helm-www/main/versioned_docs/version-3/topics/version_skew.md"),
    ]

    /// Two runs stand for one a page: the changelogs are only read where the schedule could be.
    private static let groups = [[0], Array(1..<pages.count)]

    /// Breaks pages, and expects each of them, and no other, to be refused, with nothing proposed from it.
    private func expectRefusal(
        of group: [Int],
        sourceLocation: SourceLocation = #_sourceLocation,
        _ break: (String) -> String
    ) async throws -> VersionSync.Report {
        var scene = UpstreamScene()
        for page in group.map({ Self.pages[$0] }) {
            scene.replaced[page.path] = `break`(try UpstreamScene.page("https://" + page.path))
        }
        let report = try await scene.run()
        let ids = Set(group.map { Self.pages[$0].id })
        #expect(Set(report.refused.map(\.page)) == ids, sourceLocation: sourceLocation)
        for path in group.map({ Self.pages[$0].path }) {
            #expect(!report.diff.contains(path), "\(path)", sourceLocation: sourceLocation)
            #expect(!report.changes.contains { $0.contains(path) }, "\(path)", sourceLocation: sourceLocation)
        }
        return report
    }

    @Test("an error page that comes with a good status is refused by name, and nothing is proposed from it")
    func errorPages() async throws {
        for group in Self.groups {
            let report = try await expectRefusal(of: group) { _ in Self.errorPage }
            for refusal in report.refused {
                guard case .wrongKind = refusal.error else {
                    Issue.record("\(refusal)")
                    continue
                }
            }
        }
    }

    @Test("half a page is refused, and nothing is proposed from it", arguments: [0.3, 0.6, 0.9])
    func truncated(part: Double) async throws {
        for group in Self.groups {
            _ = try await expectRefusal(of: group) { String($0.prefix(Int(Double($0.count) * part))) }
        }
    }

    @Test("a value that is none is refused")
    func unreadable() async throws {
        for changes in [
            [
                (0, "targetDate: \"2026-11-17\"", "targetDate: \"soon\""),
                (1, "finalPatchRelease: 1.34.12", "finalPatchRelease: none"), (3, "2026-11-04T", "tomorrow-xT"),
                (4, "<li>1.33</li>\n", ""), (6, "| 1.36.x - 1.33.x ", "| 1.33.x - 1.36.x "),
            ], [(0, "schedules:", "times:"), (6, "| 3.20.x ", "| three ")],
            // A patch of another release, days in the wrong order, a release of no Kubernetes, an entry that goes on.
            [(0, "release: 1.36.7\n", "release: 1.99.7\n"), (6, "| 1.36.x - 1.33.x ", "| 9.36.x - 9.33.x ")],
            [
                (0, "\"2027-06-28\"", "\"1901-01-01\""),
                (1, "finalPatchRelease: 1.34.12", "finalPatchRelease: 1.77.12"),
                (5, "</feed>", String(repeating: "<entry>", count: 20_000) + "</feed>"),
            ],
            [
                (0, "schedules:\n", "schedules:\n- {release: '1.36', endOfLifeDate: '2030-01-01'}\n"),
                (
                    1, "branches:\n",
                    "branches:\n- {release: '1.34', endOfLifeDate: '2030-01-01', finalPatchRelease: 1.34.13}\n"
                ),
            ],
        ] {
            _ = try await expectRefusal(of: changes.map(\.0)) { text in
                let broken = changes.reduce(text) { $0.replacing($1.1, with: $1.2) }
                #expect(broken != text)
                return broken
            }
        }
    }

    @Test("a page that is not there is refused with the server's answer")
    func missing() async throws {
        let report = try await VersionSync.run(day: try #require(CalendarDay("2026-11-22"))) { url throws(PageError) in
            if url.hasSuffix("schedule.yaml") { throw .status(404) }
            guard let text = try? UpstreamScene.page(url) else { throw .unreachable(url) }
            return text
        }
        #expect(report.refused.map(\.error) == [.status(404)])
        #expect(!report.changes.contains { $0.contains("schedule.yaml") })
    }

    @Test("the requirements read the same from HTML and from the Markdown it is made of")
    func markdown() async throws {
        let text = """
            We test $[prodname] $[version] against the following Kubernetes versions. Other versions may work, but we
            are not actively testing them.

            * 1.32
            * 1.33
            - v1.34

            Due to changes in the Kubernetes API, $[prodname] $[version] will not work
            on Kubernetes v1.20 or below. v1.21 may work, but is no longer tested.
            """
        let range = try ComponentPages.calicoRequirements(text)
        #expect(range.description == "1.32-1.34")
    }

    @Test("a mirror has the host and the path of each page below its address")
    func mirror() async throws {
        let page = try #require(try UpstreamPage.all().first { $0.id == .kubernetesChangelog })
        let release = MinorRelease("1.36")
        let path = "raw.githubusercontent.com/kubernetes/kubernetes/master/CHANGELOG/CHANGELOG-1.36.md"
        #expect(page.address(of: release) == "https://" + path)
        #expect(page.address(of: release, mirror: "http://m:1/x/") == "http://m:1/x/" + path)
        #expect(Set(try UpstreamPage.all().map(\.id)) == Set(UpstreamPage.ID.allCases))
    }
}
