internal import Foundation
internal import Glibc

/// Where a run is kept: `state/<cluster>/<run>/`.
public struct RunDirectory: Hashable, Sendable {
    /// The directory of the run.
    public let path: String

    /// The run's name: the last component of the path.
    public var run: String { (path as NSString).lastPathComponent }

    /// The directory of the cluster's runs.
    public var clusterPath: String { (path as NSString).deletingLastPathComponent }

    /// Names the directory of a run.
    public init(path: String) {
        self.path = path
    }

    /// Makes the directory of a new run and writes plan and playbook into it; files 0600, directories 0700.
    ///
    /// - Parameters:
    ///   - state: the state directory; it is made where there is none.
    ///   - cluster: the cluster's name: a directory below it.
    ///   - name: the run's name; a number is added when the cluster has a run of that name.
    ///   - plan: what the run carries out.
    ///   - playbook: the text that the plan was made from.
    ///   - playbookPath: where that text was read.
    /// - Returns: the directory of the run.
    /// - Throws: `JournalError` when the disk refuses.
    public static func create(
        state: String,
        cluster: String,
        name: String,
        plan: Plan,
        playbook: String,
        playbookPath: String
    ) throws(JournalError) -> RunDirectory {
        let above = "\(state)/\(cluster)"
        try FileSystem.makeDirectory(above)
        var path = "\(above)/\(name)"
        var number = 1
        while access(path, F_OK) == 0 {
            number += 1
            path = "\(above)/\(name)-\(number)"
        }
        try FileSystem.makeDirectory(path)
        let directory = RunDirectory(path: path)
        let origin: Data
        let planData: Data
        do {
            planData = try JSON.pretty(plan)
            origin = try JSON.pretty(Origin(playbook: playbookPath))
        } catch {
            throw .system(path: path, operation: "encode", reason: "\(error)")
        }
        try FileSystem.replace(directory.playbookPath, with: Array(playbook.utf8))
        try FileSystem.replace(directory.originPath, with: origin)
        try FileSystem.replace(directory.planPath, with: planData)
        return directory
    }

    /// Reads the plan.
    ///
    /// - Throws: `JournalError` when there is none, or it is of a form that this version does not know.
    public func plan() throws(JournalError) -> Plan {
        let bytes = try required(planPath)
        struct Version: Codable {
            var schema: Int
        }
        do {
            let found = try JSON.decode(Version.self, from: Data(bytes)).schema
            guard found == Plan.schema else {
                throw JournalError.unknownSchema(path: planPath, found: found, known: Plan.schema)
            }
            return try JSON.decode(Plan.self, from: Data(bytes))
        } catch let error as JournalError {
            throw error
        } catch {
            throw .damaged(path: planPath, line: 1, reason: "it is not a plan: \(error)")
        }
    }

    /// The digest of the plan as it is on disk; the journal's first record names it.
    ///
    /// - Throws: `JournalError` when there is none.
    public func planDigest() throws(JournalError) -> String {
        Digest.sha256(try required(planPath))
    }

    /// The text of the playbook that the plan was made from.
    ///
    /// - Throws: `JournalError` when there is none.
    public func playbookText() throws(JournalError) -> String {
        String(decoding: try required(playbookPath), as: UTF8.self)
    }

    /// Where the operator's playbook was when the run was begun.
    ///
    /// - Throws: `JournalError` when that was not recorded.
    public func playbookOrigin() throws(JournalError) -> String {
        let bytes = try required(originPath)
        do {
            return try JSON.decode(Origin.self, from: Data(bytes)).playbook
        } catch {
            throw .damaged(path: originPath, line: 1, reason: "\(error)")
        }
    }

    /// Finds a run: the directory itself, the newest run of a cluster's directory, or the newest of all clusters.
    ///
    /// - Throws: `JournalError.noRun` when there is none.
    public static func find(_ path: String) throws(JournalError) -> RunDirectory {
        if isRun(path) { return RunDirectory(path: named(path)) }
        let below = entries(path).flatMap { entry in
            isRun(entry) ? [entry] : entries(entry).filter(isRun)
        }
        guard let newest = below.max(by: { begun($0) < begun($1) }) else { throw .noRun(path: path) }
        return RunDirectory(path: newest)
    }

    /// Where the plan is kept.
    public var planPath: String { path + "/plan.json" }

    /// Where the simulated cluster of the embedded default is kept.
    public var simulationPath: String { path + "/simulation.json" }

    var playbookPath: String { path + "/playbook.yaml" }

    var originPath: String { path + "/origin.json" }

    private struct Origin: Codable {
        var playbook: String
    }

    private func required(_ path: String) throws(JournalError) -> [UInt8] {
        guard let bytes = try FileSystem.read(path) else { throw .noRun(path: self.path) }
        return bytes
    }

    private static func isRun(_ path: String) -> Bool {
        access(path + "/plan.json", F_OK) == 0
    }

    /// The path with the directory's own name last: a run's name is taken from there, and `.` or a link is not it.
    private static func named(_ path: String) -> String {
        let given = trimmed(path)
        guard let real = realpath(given, nil) else { return given }
        defer { free(real) }
        let resolved = String(cString: real)
        let (name, realName) = ((given as NSString).lastPathComponent, (resolved as NSString).lastPathComponent)
        let isNamed = given.contains("/") && name == realName
        return isNamed ? given : resolved
    }

    private static func trimmed(_ path: String) -> String {
        var path = path[...]
        while path.count > 1, path.hasSuffix("/") { path = path.dropLast() }
        return String(path)
    }

    private static func entries(_ path: String) -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        return names.sorted().map { "\(trimmed(path))/\($0)" }
    }

    private static func begun(_ path: String) -> (Int, Int, String) {
        var entry = stat()
        guard stat(path + "/plan.json", &entry) == 0 else { return (0, 0, path) }
        return (entry.st_mtim.tv_sec, entry.st_mtim.tv_nsec, path)
    }
}
