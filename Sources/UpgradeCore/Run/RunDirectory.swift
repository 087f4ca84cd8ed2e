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

    /// Makes the directory of a new run and writes plan, playbook and the journal's first record into it; files 0600,
    /// directories 0700.
    ///
    /// The plan comes last: a directory that has one has been begun, so that its journal can be missed.
    /// - Parameters:
    ///   - state: the state directory; it is made where there is none.
    ///   - cluster: the cluster's name: a directory below it.
    ///   - name: the run's name; a number is added when the cluster has a run of that name.
    ///   - plan: what the run carries out.
    ///   - playbook: the text that the plan was made from.
    ///   - playbookPath: where that text was read.
    ///   - holder: `user@host` of the operator.
    ///   - reason: why, in the operator's words.
    ///   - disk: where it is kept.
    ///   - now: the time, in seconds since 1970.
    /// - Returns: the directory of the run.
    /// - Throws: `JournalError` when the disk refuses.
    public static func create(
        state: String,
        cluster: String,
        name: String,
        plan: Plan,
        playbook: String,
        playbookPath: String,
        holder: String,
        reason: String,
        on disk: any Disk = LocalDisk(),
        now: @escaping @Sendable () -> Double
    ) throws(JournalError) -> RunDirectory {
        let above = "\(state)/\(cluster)"
        try disk.makeDirectory(above)
        let taken = disk.names(in: above).map(RunName.init)
        let directory = RunDirectory(path: "\(above)/\(RunName(name).after(taken).text)")
        let path = directory.path
        try disk.makeDirectory(path)
        let origin: Data
        let planData: Data
        do {
            planData = try JSON.pretty(plan)
            origin = try JSON.pretty(Origin(playbook: playbookPath, sha256: Digest.sha256(playbookPath)))
        } catch {
            throw .system(path: path, operation: "encode", reason: "\(error)")
        }
        try disk.replace(directory.playbookPath, with: Array(playbook.utf8))
        try disk.replace(directory.originPath, with: origin)
        let journal = try Journal(directory: path, on: disk, now: now)
        let digest = Digest.sha256(planData)
        try journal.append([
            .started(RunHeader(run: directory.run, planDigest: digest, holder: holder, reason: reason))
        ])
        try journal.saveCheckpoint()
        try disk.replace(directory.planPath, with: planData)
        return directory
    }

    /// Reads the plan.
    ///
    /// - Throws: `JournalError` when there is none, or it is of a form that this version does not know.
    public func plan(on disk: any Disk = LocalDisk()) throws(JournalError) -> Plan {
        let bytes = try required(planPath, disk)
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
            throw .damaged(path: planPath, line: 1, reason: JSON.reason(error, is: "a plan"))
        }
    }

    /// The digest of the plan as it is on disk; the journal's first record names it.
    ///
    /// - Throws: `JournalError` when there is none.
    public func planDigest(on disk: any Disk = LocalDisk()) throws(JournalError) -> String {
        Digest.sha256(try required(planPath, disk))
    }

    /// The text of the playbook that the plan was made from.
    ///
    /// - Throws: `JournalError` when there is none.
    public func playbookText(on disk: any Disk = LocalDisk()) throws(JournalError) -> String {
        String(decoding: try required(playbookPath, disk), as: UTF8.self)
    }

    /// Where the operator's playbook was when the run was begun.
    ///
    /// - Throws: `JournalError` when that was not recorded.
    public func playbookOrigin(on disk: any Disk = LocalDisk()) throws(JournalError) -> String {
        let bytes = try required(originPath, disk)
        do {
            let origin = try JSON.decode(Origin.self, from: Data(bytes))
            guard origin.sha256.map({ $0 == Digest.sha256(origin.playbook) }) ?? true else {
                throw JournalError.damaged(path: originPath, line: 1, reason: "it does not have the digest it names")
            }
            return origin.playbook
        } catch let error as JournalError {
            throw error
        } catch {
            throw .damaged(
                path: originPath,
                line: 1,
                reason: JSON.reason(error, is: "what was recorded of the playbook")
            )
        }
    }

    /// Reads the record of the run, and looks whether it is that of this directory.
    ///
    /// - Throws: `JournalError` for damage: also when the plan is not the one that the run was begun with, or the
    ///   directory has another name than then.
    public func history(on disk: any Disk = LocalDisk()) throws(JournalError) -> JournalReader.History {
        let history = try JournalReader.read(directory: path, on: disk)
        try verify(history.state, disk)
        return history
    }

    /// Opens the journal of the run for writing, after the same look.
    ///
    /// - Throws: `JournalError`, as `history`.
    public func journal(
        on disk: any Disk = LocalDisk(),
        now: @escaping @Sendable () -> Double
    ) throws(JournalError) -> Journal {
        // It is there; what is looked at is who may write to it.
        try disk.makeDirectory(path)
        let journal = try Journal(directory: path, on: disk, now: now)
        try verify(journal.state, disk)
        return journal
    }

    private func verify(_ state: RunState, _ disk: any Disk) throws(JournalError) {
        let journal = JournalReader.journalPath(path)
        guard let header = state.header else {
            throw .damaged(path: journal, line: 1, reason: "the record of the run's beginning is not there")
        }
        guard header.run == run else { throw .renamed(path: path, run: header.run) }
        guard try header.planDigest == planDigest(on: disk) else {
            throw .damaged(path: planPath, line: 1, reason: "it is not the plan of the run")
        }
    }

    /// Every run of a cluster's directory, the oldest first.
    public static func all(_ clusterDirectory: String) -> [RunDirectory] {
        entries(clusterDirectory).filter(isRun).map(RunDirectory.init).sorted { $0.name < $1.name }
    }

    private var name: RunName { RunName(run) }

    /// Finds a run: the directory itself, the newest run of a cluster's directory, or the newest of all clusters.
    ///
    /// - Throws: `JournalError.noRun` when there is none.
    public static func find(_ path: String) throws(JournalError) -> RunDirectory {
        try refuseClosed(path)
        if isRun(path) { return RunDirectory(path: named(path)) }
        let below = all(path) + entries(path).filter { !isRun($0) }.flatMap(all)
        guard let newest = below.max(by: { $0.name < $1.name }) else { throw .noRun(path: path) }
        return newest
    }

    /// Where the journal is kept.
    public var journalPath: String { JournalReader.journalPath(path) }

    /// Where the plan is kept.
    public var planPath: String { path + "/plan.json" }

    /// Where the simulated cluster of the embedded default is kept.
    public var simulationPath: String { path + "/simulation.json" }

    /// Whether a simulated cluster is kept there.
    public var keepsSimulation: Bool { access(simulationPath, F_OK) == 0 }

    /// Whether there is such a directory.
    public var exists: Bool { access(path, F_OK) == 0 }

    /// Where the simulated cluster of a run is that has lost everything else, for a cleanup by marks.
    ///
    /// - Parameter directory: that of the cleanup, or the one that it will have.
    /// - Returns: the newest of the cluster's; `nil` where there is none, and for any other run.
    public static func lostSimulation(besides directory: RunDirectory) -> RunDirectory? {
        guard !directory.exists || (try? directory.plan())?.recovers != nil else { return nil }
        let lost = entries(directory.clusterPath).filter { !isRun($0) }.map(RunDirectory.init)
        return lost.filter(\.keepsSimulation).max { $0.name < $1.name }
    }

    /// Where it is kept why the last resume began nothing.
    var refusalPath: String { path + "/refused.json" }

    var playbookPath: String { path + "/playbook.yaml" }

    var originPath: String { path + "/origin.json" }

    private struct Origin: Codable {
        var playbook: String
        /// The digest of the path; runs of older versions have none.
        var sha256: String?
    }

    private func required(_ path: String, _ disk: any Disk) throws(JournalError) -> [UInt8] {
        guard let bytes = try disk.read(path) else { throw .damaged(path: path, line: 1, reason: "it is not there") }
        return bytes
    }

    /// A directory that this user may not look into may hold the newest run: it is not passed over.
    ///
    /// - Parameters:
    ///   - path: the directory.
    ///   - depth: how many directories are below: those of clusters, and in them those of runs.
    /// - Throws: `JournalError` where one may not be looked into.
    private static func refuseClosed(_ path: String, depth: Int = 2) throws(JournalError) {
        var entry = stat()
        guard stat(path, &entry) != 0 || entry.st_mode & S_IFMT == S_IFDIR else { return }
        if access(path, R_OK | X_OK) != 0, errno == EACCES {
            throw .system(path: path, operation: "open", reason: String(cString: strerror(EACCES)))
        }
        guard depth > 0, !isRun(path) else { return }
        for below in entries(path) { try refuseClosed(below, depth: depth - 1) }
    }

    /// One that has a plan, or that has been begun and has lost it: a run that may have left something is not passed over.
    private static func isRun(_ path: String) -> Bool {
        if access(path + "/plan.json", F_OK) == 0 { return true }
        var entry = stat()
        // A pipe in its place would be waited for; whoever reads the run refuses it by name.
        guard stat(JournalReader.journalPath(path), &entry) == 0 else { return false }
        guard entry.st_mode & S_IFMT == S_IFREG else { return true }
        guard let journal = FileHandle(forReadingAtPath: JournalReader.journalPath(path)) else { return false }
        defer { try? journal.close() }
        // The first record is there before the plan is; nothing is done before the second.
        let start = (try? journal.read(upToCount: 1 << 20)) ?? Data()
        return start.count { $0 == UInt8(ascii: "\n") } > 1
    }

    /// Whether a file is one that a run keeps in its directory, so that no document may replace it.
    ///
    /// - Parameter path: the file; it need not be there.
    /// - Returns: whether it bears such a name in the directory of a run.
    public static func isKept(_ path: String) -> Bool {
        let directory = (path as NSString).deletingLastPathComponent
        let run = RunDirectory(path: directory.isEmpty ? "." : directory)
        let kept = [
            run.planPath, run.playbookPath, run.originPath, run.simulationPath, JournalReader.journalPath(run.path),
            JournalReader.checkpointPath(run.path), JournalHead.path(run.path), Transcript.path(run.path),
            run.refusalPath,
        ]
        let name = (path as NSString).lastPathComponent
        return kept.contains { ($0 as NSString).lastPathComponent == name } && isRun(run.path)
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
}
