internal import Foundation
internal import UpgradeCore

/// A file that the operator names and that must not be there yet.
enum NewFile {
    /// Refuses a name that is taken, before any work is done for it.
    ///
    /// - Throws: `Complaint`.
    static func refuseTaken(_ path: String) throws {
        var entry = stat()
        // A link that leads nowhere is something, too.
        if lstat(path, &entry) == 0 {
            if entry.st_mode & S_IFMT == S_IFDIR { throw failed(path, "the playbook", "it is a directory") }
            throw taken(path)
        }
        let above = (path as NSString).deletingLastPathComponent
        guard access(above.isEmpty ? "." : above, W_OK | X_OK) == 0 else {
            throw failed(path, "the playbook", String(cString: strerror(errno)))
        }
    }

    /// Writes a file that is its owner's alone; whoever was first with the name keeps it.
    ///
    /// - Parameters:
    ///   - text: the document, without the newline at its end.
    ///   - path: the file.
    ///   - name: what it is, such as `the playbook`.
    /// - Throws: `Complaint` when it cannot be written.
    static func write(_ text: String, to path: String, as name: String) throws {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            if errno == EEXIST { throw taken(path) }
            throw failed(path, name, String(cString: strerror(errno)))
        }
        let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        do {
            try file.write(contentsOf: Data((text + "\n").utf8))
            try file.synchronize()
            try file.close()
        } catch {
            // It is ours: O_EXCL has made it.
            unlink(path)
            throw failed(path, name, error.localizedDescription)
        }
    }

    private static func taken(_ path: String) -> Complaint {
        Complaint(
            FiveLines(
                error: "\(path) is there already",
                why: "a playbook that somebody wrote is never overwritten",
                state: "nothing was changed",
                next: "name another file, or move that one away"
            ),
            .usage
        )
    }

    private static func failed(_ path: String, _ name: String, _ reason: String) -> Complaint {
        Complaint(
            FiveLines(
                error: "\(name) cannot be written to \(path)",
                why: reason,
                state: "nothing was changed",
                next: "name a file in a directory that is there and can be written to"
            ),
            .usage
        )
    }
}
