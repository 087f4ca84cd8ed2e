internal import Foundation
internal import Glibc
internal import Synchronization

/// A file of JSON lines beside the journal: for people, and never for going on.
///
/// It is written without waiting for the disk and may lack its last lines after a crash; that it cannot be written stops nothing.
final class LineLog<Entry: Codable & Sendable>: Sendable {
    /// `nil` where the file cannot be written.
    private let descriptor: Mutex<Int32?>

    /// Opens a file and adds to it; one that cannot be written takes nothing.
    init(_ path: String) {
        let flags = O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK
        let file = open(path, flags, 0o600)
        descriptor = Mutex(file >= 0 ? file : nil)
        // Half a line that a crash left would swallow the first one of this process.
        var last: UInt8 = 0
        let end = lseek(file, 0, SEEK_END)
        if end > 0, pread(file, &last, 1, end - 1) == 1, last != UInt8(ascii: "\n") { _ = Glibc.write(file, "\n", 1) }
    }

    deinit {
        if let file = descriptor.withLock({ $0 }) { close(file) }
    }

    /// Adds a line.
    func add(_ entry: Entry) {
        descriptor.withLock { descriptor in
            guard let file = descriptor, let line = try? JSON.line(entry) else { return }
            // In one write, so that no line is torn by another one; after half a line nothing more is added.
            let bytes = Array(line) + [UInt8(ascii: "\n")]
            guard bytes.withUnsafeBytes({ Glibc.write(file, $0.baseAddress, $0.count) }) != bytes.count else { return }
            close(file)
            descriptor = nil
        }
    }

    /// Reads a file; what is no entry is left out, and none is empty.
    static func read(_ path: String) -> [Entry] {
        guard let bytes = try? FileSystem.read(path) else { return [] }
        return bytes.split(separator: UInt8(ascii: "\n")).compactMap { try? JSON.decode(Entry.self, from: Data($0)) }
    }
}
