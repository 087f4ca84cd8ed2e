import Foundation
import SwiftProtobuf
import Testing
import UpgradeCore
import UpgradeTestSupport
import UpgradeTorture

@testable import UpgradeHelm

/// What 2,000 releases cost in time and memory is measured by `Scripts/bench engine`.
@Suite("The inventory of many releases")
struct PagedInventoryTests {
    private func cluster(_ releases: Int) throws -> LiveCluster {
        let pages = try PagedReleases(releases: releases)
        return LiveCluster(remote: pages, playbook: try Scene().playbook, helm: HelmFormat(), now: { 0 })
    }

    @Test("releases are read page by page, every revision once")
    func many() async throws {
        let probe = Probe.helmReleases(compares: false)
        guard case .helmReleases(let inventory) = try await cluster(20).answer([probe]).answers[probe] else {
            Issue.record("not an inventory")
            return
        }
        #expect(inventory.records.allSatisfy { $0.problem == nil })
        let read = inventory.records.map { "\($0.source.namespace) \($0.revision)" }.sorted()
        #expect(read == (0..<20).flatMap { release in (1...10).map { "team\(release) \($0)" } }.sorted())
    }

    @Test("objects of as many manifests are looked for in a list a kind")
    func present() async throws {
        let found = try await cluster(20).answer([.helmPresence]).helmPresence()
        #expect(found.releases.count == 20)
        #expect(
            found.releases.allSatisfy { $0.present == 39 && $0.absent.map(\.name) == ["c7"] && $0.problems.isEmpty }
        )
    }
}

/// Simulated, not real: an API that has so many ConfigMaps of Tiller, a release a namespace, and makes each page when it is
/// asked for.
private final class PagedReleases: CommandRemote {
    private let releases: Int
    /// The last revision, of which each release has one of its own.
    private let deployed: ProtoRelease
    /// What each of the ten revisions stores.
    private let contents: [String]

    init(releases: Int) throws {
        self.releases = releases
        let messages = try (1...10).map { revision in
            var message = try Release.message(try Fixture.named("rich.v12").stored.data)
            message.name = "app"
            message.version = Int32(revision)
            message.info.status.code = revision == 10 ? .deployed : .superseded
            // What a usual chart holds: some dozens of templates, and a manifest of as many objects.
            let words = Noise.bytes(6 << 10).map { "word\($0 % 97)" }.joined(separator: " ")
            message.manifest = (0..<40).map { number in
                "---\n# Source: web/templates/t\(number).yaml\napiVersion: v1\nkind: ConfigMap\nmetadata:\n"
                    + "  name: c\(number)\ndata:\n  text: \(words.prefix(500))\n"
            }
            .joined()
            message.chart.templates = (0..<30).map { number in
                .with {
                    $0.name = "templates/t\(number).yaml"
                    let text = words.dropFirst(number * 300).prefix(1500)
                    $0.data = Data("apiVersion: v1\nkind: ConfigMap\n# \(text)\n".utf8)
                }
            }
            return message
        }
        deployed = messages[9]
        contents = messages.map { ConversionTests.stored($0).data }
    }

    private func own(_ release: Int) -> String {
        var message = deployed
        message.namespace = "team\(release)"
        return ConversionTests.stored(message).data
    }

    func run(
        _ command: Command,
        on host: UpgradeCore.Host,
        deadline: Duration
    ) async throws(RemoteError) -> CommandResult {
        let path = command.words.last ?? ""
        if path == "/api/v1" {
            let kind = "{\"name\":\"configmaps\",\"kind\":\"ConfigMap\",\"namespaced\":true,\"verbs\":[\"list\"]}"
            return CommandResult(output: "{\"resources\":[\(kind)]}", outcome: .exited(0))
        }
        if command.words.contains("--show-labels") {
            // Helm's own ones as well, as on a real cluster; of each release one object was deleted.
            let lines = (0..<releases).flatMap { release in
                (1...10).map { "team\(release)   app.v\($0)   1   5d   NAME=app,OWNER=TILLER" }
                    + (0..<40).filter { $0 != 7 }.map { "team\(release)   c\($0)   1   5d   <none>" }
            }
            return CommandResult(output: lines.joined(separator: "\n"), outcome: .exited(0))
        }
        guard path.hasPrefix("/api/v1/configmaps?") else {
            return CommandResult(output: "{\"metadata\":{},\"items\":[]}", outcome: .exited(0))
        }
        // Of ten revisions the last is deployed.
        let each = path.contains("DEPLOYED") ? 1 : 10
        return ListPage(path, of: releases * each).answer { index in
            let revision = each == 1 ? 10 : index % 10 + 1
            return "{\"metadata\":{\"name\":\"app.v\(revision)\",\"namespace\":\"team\(index / each)\",\"labels\":"
                + "{\"NAME\":\"app\",\"OWNER\":\"TILLER\"},\"resourceVersion\":\"1\"},"
                + "\"data\":{\"release\":\"\(each == 1 ? own(index) : contents[revision - 1])\"}}"
        }
    }
}
