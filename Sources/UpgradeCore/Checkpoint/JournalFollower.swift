internal import Glibc

/// Reads a journal as it grows, line after line, each held against the one before; changes nothing on disk.
public struct JournalFollower: Sendable {
    private let path: String
    private var offset = 0
    private var count = 0
    private var hash = JournalLine.genesis
    private var keys = StepKeys()

    /// Follows the journal of a run's directory from its beginning.
    public init(directory: String) {
        path = JournalReader.journalPath(directory)
    }

    /// What was written since the last call, whole lines only; empty when nothing.
    ///
    /// - Throws: `JournalError` for damage, with the line.
    public mutating func next() throws(JournalError) -> [(time: Double, record: Record)] {
        let bytes = try tail()
        var records: [(time: Double, record: Record)] = []
        var rest = bytes[...]
        while let newline = rest.firstIndex(of: UInt8(ascii: "\n")) {
            let line: JournalLine
            do {
                line = try JournalLine.parse(rest[..<newline], seq: count + 1, prev: hash, keys: &keys)
            } catch {
                throw .damaged(path: path, line: count + 1, reason: error.reason)
            }
            records.append((line.time, line.record))
            count += 1
            hash = line.hash
            offset += newline + 1 - rest.startIndex
            rest = rest[(newline + 1)...]
        }
        return records
    }

    private func tail() throws(JournalError) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard descriptor >= 0 else { throw FileSystem.failure(path, "open") }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let length = pread(descriptor, &buffer, buffer.count, off_t(offset + bytes.count))
            if length < 0 {
                if errno == EINTR { continue }
                throw FileSystem.failure(path, "read")
            }
            if length == 0 { return bytes }
            bytes += buffer[..<length]
        }
    }
}
