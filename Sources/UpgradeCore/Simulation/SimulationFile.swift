internal import Foundation

/// Keeps a simulated cluster in a file beside the checkpoint, so that it outlives the process as a real one would.
public struct SimulationFile: Sendable {
    private let path: String
    private let disk: any Disk

    /// Names the file.
    public init(path: String, on disk: any Disk = LocalDisk()) {
        self.path = path
        self.disk = disk
    }

    /// Reads the cluster; `nil` when there is no file.
    ///
    /// - Throws: `JournalError` for a file that is not one.
    public func read() throws(JournalError) -> ClusterState? {
        guard let file = try disk.read(path) else { return nil }
        // A line of JSON and, since files of older versions have none, where there is a second line its digest.
        let bytes = file.prefix { $0 != UInt8(ascii: "\n") }
        guard bytes.count == file.count || Self.sealed(bytes) == file else {
            throw .damaged(path: path, line: 2, reason: "the simulated cluster does not have the digest that is named")
        }
        do {
            return try JSON.decode(ClusterState.self, from: Data(bytes))
        } catch {
            throw .damaged(path: path, line: 1, reason: "it is not a simulated cluster: \(error)")
        }
    }

    /// Replaces the file.
    ///
    /// - Throws: `AccessError.localFile` when the disk refuses.
    public func write(_ state: ClusterState) throws(AccessError) {
        var state = state
        state.applied = state.applied.map(\.redacted)
        do {
            try disk.replace(path, with: Self.sealed(try JSON.line(state)))
        } catch let JournalError.system(_, operation, reason) {
            throw .localFile(path: path, reason: "\(operation): \(reason)")
        } catch {
            throw .localFile(path: path, reason: "\(error)")
        }
    }

    private static func sealed(_ line: some Collection<UInt8>) -> [UInt8] {
        Array(line) + Array("\n\(Digest.sha256(line))\n".utf8)
    }
}
