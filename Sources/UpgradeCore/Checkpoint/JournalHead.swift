/// How far the journal had come, beside it in `journal.head`: the number of records, that before the last append, each
/// with 12 digits, and the hash of the last line.
///
/// Written in place after each append and never synced: a kill loses nothing of it, a power cut leaves an older one.
/// So it never knows of more than the journal has, unless somebody has cut the journal (at a line's end nothing else
/// would show that between two checkpoints) or a disk has forgotten what it said to be durable.
struct JournalHead: Hashable, Sendable {
    /// The number of records.
    var seq: Int
    /// The number of records before the last append: what a tear at the journal's end cannot reach.
    var settled: Int
    /// The hash of the last line.
    var hash: String

    private static let digits = 12

    static func path(_ directory: String) -> String { directory + "/journal.head" }

    /// As it stands in the file: always of the same length, so that it is replaced within one sector of the disk.
    var bytes: [UInt8] { Array("\(Self.padded(seq)) \(Self.padded(settled)) \(hash)\n".utf8) }

    /// Makes a head.
    init(seq: Int, settled: Int, hash: String) {
        self.seq = seq
        self.settled = settled
        self.hash = hash
    }

    /// Reads the head of a run's directory; `nil` where there is none, as in runs of older versions.
    static func read(_ directory: String, on disk: any Disk) throws(JournalError) -> JournalHead? {
        let path = path(directory)
        guard let bytes = try disk.read(path) else { return nil }
        let words = String(decoding: bytes, as: UTF8.self).split(separator: " ", omittingEmptySubsequences: false)
        guard words.count == 3, let seq = Int(words[0]), let settled = Int(words[1]), 0 <= settled, settled <= seq
        else {
            throw .damaged(path: path, line: 1, reason: "it does not say how many records there are")
        }
        let head = JournalHead(seq: seq, settled: settled, hash: String(words[2].dropLast()))
        guard head.bytes == bytes, head.hash.utf8.count == JournalLine.genesis.utf8.count else {
            throw .damaged(path: path, line: 1, reason: "it is not in the form in which it is written")
        }
        return head
    }

    private static func padded(_ number: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, digits - text.count)) + text
    }
}
