import Foundation
import SwiftProtobuf
import Testing
import UpgradeCore
import UpgradeTestSupport

@testable import UpgradeHelm

/// > 2,000 releases with 10 revisions each in under a minute and under 300 MB
///
/// Here a hundredth of that, so that it can always run, and without optimization; all of it is measured by
/// `HELM_INVENTORY_RELEASES=2000 swift test -c release -Xswiftc -enable-testing --filter InventoryCostTests`.
@Suite("What the inventory of many releases costs", .serialized)
struct InventoryCostTests {
    @Test("releases are read page by page, in less time and memory than they may take", .timeLimit(.minutes(10)))
    func many() async throws {
        let wanted = ProcessInfo.processInfo.environment["HELM_INVENTORY_RELEASES"].flatMap { Int($0) }
        let releases = wanted ?? 20
        let pages = try PagedReleases(releases: releases)
        let cluster = LiveCluster(remote: pages, playbook: try Scene().playbook, helm: HelmFormat(), now: { 0 })
        let before = Self.peak()
        let watch = ContinuousClock.now
        let processor = clock()
        let probe = Probe.helmReleases(compares: false)
        guard case .helmReleases(let inventory) = try await cluster.answer([probe]).answers[probe] else {
            Issue.record("not an inventory")
            return
        }
        let spent = Double(clock() - processor) / Double(CLOCKS_PER_SEC)
        let took = ContinuousClock.now - watch
        let more = Self.peak() - before
        #expect(inventory.records.count == releases * 10)
        #expect(inventory.records.allSatisfy { $0.problem == nil })
        #expect(Set(inventory.records.map(\.revision)) == Set(1...10))
        print("inventory: \(releases) releases of 10 revisions of \(pages.size >> 10) KiB: \(spent) s of processor,")
        print("           \(took) in all, \(more >> 10) MiB more memory")
        // Time and memory are those of the whole process, in which other suites run beside this one.
        guard wanted != nil else { return }
        #expect(spent < 60)
        #expect(more >> 10 < 300)
    }

    @Test(
        "objects of as many manifests are looked for in a list a kind, in less than that too",
        .timeLimit(.minutes(10))
    )
    func present() async throws {
        let wanted = ProcessInfo.processInfo.environment["HELM_INVENTORY_RELEASES"].flatMap { Int($0) }
        let releases = wanted ?? 20
        let pages = try PagedReleases(releases: releases)
        let cluster = LiveCluster(remote: pages, playbook: try Scene().playbook, helm: HelmFormat(), now: { 0 })
        let before = Self.peak()
        let processor = clock()
        let found = try await cluster.answer([.helmPresence]).helmPresence()
        let spent = Double(clock() - processor) / Double(CLOCKS_PER_SEC)
        let more = Self.peak() - before
        #expect(found.releases.count == releases)
        #expect(
            found.releases.allSatisfy { $0.present == 39 && $0.absent.map(\.name) == ["c7"] && $0.problems.isEmpty }
        )
        print("presence: \(releases) releases of 40 objects: \(spent) s of processor, \(more >> 10) MiB more memory")
        guard wanted != nil else { return }
        #expect(spent < 60)
        #expect(more >> 10 < 300)
    }

    /// The most memory that the process has had, in KiB.
    private static func peak() -> Int {
        let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") } ?? ""
        return line.split(separator: " ").compactMap { Int($0) }.first ?? 0
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

    /// How much one revision is.
    var size: Int { contents.map(\.utf8.count).reduce(0, +) / contents.count }

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
        func number(_ key: String) -> Int {
            let part = path.split(whereSeparator: { "?&".contains($0) }).first { $0.hasPrefix("\(key)=") }
            return part.flatMap { Int($0.dropFirst(key.count + 1)) } ?? 0
        }
        let first = number("continue")
        // Of ten revisions the last is deployed.
        let each = path.contains("DEPLOYED") ? 1 : 10
        let last = min(first + number("limit"), releases * each)
        let items = (first..<last).map { index in
            let revision = each == 1 ? 10 : index % 10 + 1
            return "{\"metadata\":{\"name\":\"app.v\(revision)\",\"namespace\":\"team\(index / each)\",\"labels\":"
                + "{\"NAME\":\"app\",\"OWNER\":\"TILLER\"},\"resourceVersion\":\"1\"},"
                + "\"data\":{\"release\":\"\(each == 1 ? own(index) : contents[revision - 1])\"}}"
        }
        let next = last < releases * each ? ",\"metadata\":{\"continue\":\"\(last)\"}" : ",\"metadata\":{}"
        return CommandResult(output: "{\"items\":[\(items.joined(separator: ","))]\(next)}", outcome: .exited(0))
    }
}
