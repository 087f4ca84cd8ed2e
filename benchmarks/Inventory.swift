import Foundation
import UpgradeCore
import UpgradeHelm
import UpgradeTorture

/// What it costs to read every revision of Helm 2's releases, page by page, as a cluster's API gives them.
enum Inventory {
    /// Reads them all.
    ///
    /// Each release is in a namespace of its own. The file has the revisions of one as objects of the API, one a line, as
    /// `Scripts/helm/releases.py usual` makes them with Helm 2's own modules.
    static func measure(releases: Int, revisions path: String, _ report: inout Report) async throws {
        let pages = try SimulatedPages(releases: releases, path)
        let host = UpgradeCore.Host(name: "cp1", roles: [.controlPlane])
        guard let release = MinorRelease("1.12") else { throw Walk.Impossible() }
        let playbook = Playbook(cluster: "bench", target: release, releases: [:], hosts: [host])
        let cluster = LiveCluster(remote: pages, playbook: playbook, helm: HelmFormat(), now: { 0 })
        let used = Usage.processorTime
        let resident = try Usage.resident()
        let probe = Probe.helmReleases(compares: false)
        guard case .helmReleases(let inventory) = try await cluster.answer([probe]).answers[probe] else {
            throw Unread()
        }
        let spent = Usage.processorTime - used
        let records = inventory.records
        guard records.count == releases * pages.revisions, records.allSatisfy({ $0.problem == nil }) else {
            throw Unread()
        }
        report.add("inventory, \(releases) releases, \(records.count) revisions, processor time", spent, "s")
        report.add("  one revision as Tiller stores it", Double(pages.size) / 1024, "KiB")
        report.add("  more memory resident at most", try Usage.peak() - resident, "MiB")
    }

    /// Not every revision was read.
    struct Unread: Error {}
}

/// Simulated, not real: an API that has ConfigMaps of Tiller alone, and makes each page when it is asked for.
private final class SimulatedPages: CommandRemote {
    private let releases: Int
    /// Of each revision, what stands before and behind its namespace.
    private let parts: [(head: String, tail: String)]

    var revisions: Int { parts.count }
    /// How large one revision is, in bytes.
    var size: Int { parts.map { $0.head.utf8.count + $0.tail.utf8.count }.reduce(0, +) / parts.count }

    init(releases: Int, _ path: String) throws {
        self.releases = releases
        let mark = "\"namespace\": \"team\""
        parts = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").map { line in
            let halves = line.split(separator: mark, maxSplits: 1)
            guard halves.count == 2 else { throw Inventory.Unread() }
            return ("\(halves[0])\"namespace\":\"team", "\"\(halves[1])")
        }
    }

    func run(
        _ command: Command,
        on host: UpgradeCore.Host,
        deadline: Duration
    ) async throws(RemoteError) -> CommandResult {
        let path = command.words.last ?? ""
        guard path.hasPrefix("/api/v1/configmaps?") else {
            return CommandResult(output: "{\"metadata\":{},\"items\":[]}")
        }
        return ListPage(path, of: releases * parts.count).answer { index in
            let (head, tail) = parts[index % parts.count]
            return "\(head)\(index / parts.count)\(tail)"
        }
    }
}
