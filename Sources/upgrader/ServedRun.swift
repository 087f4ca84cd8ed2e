internal import Foundation
internal import UpgradeCore
internal import UpgradeNotices
internal import UpgradeReport
internal import UpgradeServe

/// A run as it is served: read anew whenever its files have grown, and never changed.
///
/// The newest run of a path is found anew each time, so that a page which is open before a run is begun follows it.
actor ServedRun: ServedPages {
    private let path: String
    private var read: (version: String, page: String)?

    /// Serves the run at a path, or the newest below it.
    init(_ path: String) {
        self.path = path
    }

    /// Where the run is now; `nil` while there is none.
    nonisolated var directory: RunDirectory? { try? RunDirectory.find(path) }

    /// Sizes and times of all that a page tells from, and who works on it: no file is opened for it but the lock.
    nonisolated func version() -> String {
        guard let directory else { return "none" }
        let holder = (try? RunLock.holder(clusterDirectory: directory.clusterPath)) ?? nil
        let files = ["journal.jsonl", "transcript.jsonl", "api.jsonl", "plan.json", "playbook.yaml"].map { name in
            Self.stamp(directory.path + "/" + name)
        }
        return Digest.sha256(([directory.path, holder ?? ""] + files).joined(separator: "\n"))
    }

    private static func stamp(_ path: String) -> String {
        var entry = stat()
        guard stat(path, &entry) == 0 else { return "-" }
        return "\(entry.st_ino) \(entry.st_size) \(entry.st_mtim.tv_sec).\(entry.st_mtim.tv_nsec)"
    }

    func page() -> String {
        // Before the files are read: what comes meanwhile makes another version.
        let version = version()
        if let read, read.version == version { return read.page }
        let page: String
        do {
            page = try LivePage.html(try record().report, version: version)
        } catch {
            page = Self.page(of: Complaint(error), version: version)
        }
        read = (version, page)
        return page
    }

    func metrics() -> String {
        guard let record = try? record() else { return "# EOF\n" }
        let figures = RunFigures(
            plan: record.plan,
            history: record.history,
            transcript: record.transcript,
            availability: record.availability,
            isHeld: record.holder != nil
        )
        return figures.text(at: Date().timeIntervalSince1970, .openMetrics)
    }

    private func record() throws -> RunRecord { try RunRecord(path) }

    private static func page(of complaint: Complaint, version: String) -> String {
        let blocks = complaint.blocks.map(\.lines)
        return (try? LivePage.html(trouble: blocks, version: version)) ?? complaint.blocks.map(\.text).joined()
    }
}
