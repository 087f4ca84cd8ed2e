internal import UpgradeCore

/// The state directory that a world has left, for its bits to be flipped one after the other.
///
/// A flipped bit is detected when the directory is refused or something is noticed, and harmless when what is read is
/// what was written. Anything else is a miss: a run would go on from what never happened.
public struct FlippedBits: Sendable {
    /// What became of the flipped bits of one file.
    public struct Count: Sendable {
        /// How many were flipped.
        public var flipped = 0
        /// How many of them were refused or noticed.
        public var detected = 0
        /// Those that changed what is read, unnoticed; each as `file: byte N, bit N`.
        public var missed: [String] = []

        /// Those that changed nothing.
        public var harmless: Int { flipped - detected - missed.count }
    }

    /// A directory that cannot be read before any bit is flipped.
    public struct Unreadable: Error {
        /// Why.
        public var reason: String
    }

    private struct Seen: Equatable {
        var records: [Record]
        var times: [Double]
        var state: RunState
        var plan: Plan
        var playbook: String
        var origin: String
        var simulation: ClusterState?
    }

    private let directory: RunDirectory
    private let disk: ReadOnlyDisk
    private let whole: Seen?

    /// Lets a world record a directory.
    ///
    /// - Parameters:
    ///   - shape: the world's cluster and plan.
    ///   - plan: what goes wrong in it.
    ///   - lives: how often the process is begun at most: with one life the directory is that of a run under way.
    /// - Throws: `Unreadable` when what was recorded cannot be read.
    public init(_ shape: Shape, _ plan: FaultPlan, lives: Int) throws(Unreadable) {
        let world = World(shape, plan, lives: lives)
        _ = world.run()
        let disk = world.disk
        guard let journal = disk.paths.first(where: { $0.hasSuffix("/journal.jsonl") }) else {
            throw Unreadable(reason: "the world has no journal")
        }
        directory = RunDirectory(path: String(journal.dropLast("/journal.jsonl".count)))
        do throws(AccessError) {
            let file = SimulationFile(path: directory.simulationPath, on: disk)
            world.fate.revive()
            try file.write(world.cluster.withWorld { happening, _ in happening.state })
        } catch {
            throw Unreadable(reason: "\(error)")
        }
        let files = Dictionary(uniqueKeysWithValues: disk.paths.map { ($0, disk.content(of: $0) ?? []) })
        self.disk = ReadOnlyDisk(files: files)
        do throws(JournalError) {
            whole = try Self.look(directory, self.disk)
        } catch {
            throw Unreadable(reason: "\(error)")
        }
        guard whole != nil else { throw Unreadable(reason: "something was noticed before a bit was flipped") }
    }

    /// The names of the files, with their sizes in bytes.
    public var files: [(name: String, size: Int)] {
        disk.files.map { (Self.name($0.key), $0.value.count) }.sorted { $0.name < $1.name }
    }

    /// Flips the bits of a file, one after the other.
    ///
    /// - Parameters:
    ///   - name: the file's name in the directory.
    ///   - step: 1 for every bit, 7 for each seventh.
    /// - Returns: how many were flipped, and what became of them.
    public func flip(_ name: String, stride step: Int = 1) -> Count {
        var count = Count()
        let path = directory.path + "/" + name
        for position in stride(from: 0, to: (disk.files[path]?.count ?? 0) * 8, by: step) {
            var flipped = disk
            flipped.files[path]?[position / 8] ^= 1 << UInt8(position % 8)
            count.flipped += 1
            do throws(JournalError) {
                guard let seen = try Self.look(directory, flipped) else {
                    count.detected += 1
                    continue
                }
                if seen != whole { count.missed.append("\(name): byte \(position / 8), bit \(position % 8)") }
            } catch {
                count.detected += 1
            }
        }
        return count
    }

    /// Reads all that a resumed run is made from; `nil` when something was noticed or does not fit.
    private static func look(_ directory: RunDirectory, _ disk: ReadOnlyDisk) throws(JournalError) -> Seen? {
        let history = try directory.history(on: disk)
        let plan = try directory.plan(on: disk)
        let playbook = try directory.playbookText(on: disk)
        // As `resume` does before anything else.
        guard history.notices.isEmpty, Playbook.digest(of: playbook) == plan.playbookDigest else { return nil }
        return Seen(
            records: history.records.map(\.record),
            times: history.records.map(\.time),
            state: history.state,
            plan: plan,
            playbook: playbook,
            origin: try directory.playbookOrigin(on: disk),
            simulation: try SimulationFile(path: directory.simulationPath, on: disk).read()
        )
    }

    private static func name(_ path: String) -> String {
        String(path[(path.lastIndex(of: "/").map(path.index(after:)) ?? path.startIndex)...])
    }
}
