internal import Foundation

/// Keeps a simulated cluster in a file beside the checkpoint, so that it outlives the process as a real one would.
public struct SimulationFile: Sendable {
    private let path: String

    /// Names the file.
    public init(path: String) {
        self.path = path
    }

    /// Reads the cluster; `nil` when there is no file.
    ///
    /// - Throws: `JournalError` for a file that is not one.
    public func read() throws(JournalError) -> ClusterState? {
        guard let bytes = try FileSystem.read(path) else { return nil }
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
            try FileSystem.replace(path, with: try JSON.line(state))
        } catch let JournalError.system(_, operation, reason) {
            throw .localFile(path: path, reason: "\(operation): \(reason)")
        } catch {
            throw .localFile(path: path, reason: "\(error)")
        }
    }
}
