internal import Foundation
internal import UpgradeCore

/// A file that the operator names for a document.
enum OutputFile {
    /// Writes a document to a file, or to standard output where none is named.
    ///
    /// The file is its owner's alone from the first byte on: a document has names of hosts and what commands printed.
    ///
    /// - Parameters:
    ///   - text: the document, without the newline at its end; an empty one is an empty file.
    ///   - path: the file; it is replaced as a whole. A device or a link is written to: replaced, it would be lost.
    ///   - name: what it is, such as `the plan`.
    /// - Throws: `Complaint` when it cannot be written; what was there is then as it was.
    static func write(_ text: String, to path: String?, as name: String) throws {
        guard let path else { return Output.write(text) }
        guard !RunDirectory.isKept(path) else {
            throw Complaint(
                FiveLines(
                    error: "\(name) cannot be written to \(path)",
                    why: "a run keeps a file of that name there",
                    state: "nothing was changed",
                    next: "name another file"
                ),
                .usage
            )
        }
        let bytes = Data((text.isEmpty ? "" : text + "\n").utf8)
        do {
            if isPlain(path) {
                try LocalDisk().replace(path, with: bytes)
            } else {
                try bytes.write(to: URL(fileURLWithPath: path))
            }
        } catch {
            throw Complaint(
                FiveLines(
                    error: "\(name) cannot be written to \(path)",
                    why: reason(error, path),
                    state: "nothing was changed",
                    next: "name a file in a directory that is there and can be written to"
                ),
                .usage
            )
        }
    }

    /// Whether there is nothing of that name, or a regular file.
    private static func isPlain(_ path: String) -> Bool {
        let type = try? FileManager.default.attributesOfItem(atPath: path)[.type] as? FileAttributeType
        return type == nil || type == .typeRegular
    }

    private static func reason(_ error: any Error, _ path: String) -> String {
        let directory = URL(fileURLWithPath: path).deletingLastPathComponent().path
        guard FileManager.default.fileExists(atPath: directory) else { return "there is no such directory" }
        if case .system(_, _, let reason) = error as? JournalError { return reason }
        return error.localizedDescription
    }
}
