/// How far the journal had come, beside it in `journal.head`: 12 digits, a blank, the hash of that line, a newline.
///
/// Written in place after each append and never synced: a kill loses nothing of it, and a power cut leaves an older one.
/// So it never knows of more than the journal has, unless somebody has cut the journal: at a line's end nothing else
/// would show that between two checkpoints.
struct JournalHead: Hashable, Sendable {
    /// The number of records.
    var seq: Int
    /// The hash of the last one.
    var hash: String

    private static let digits = 12

    static func path(_ directory: String) -> String { directory + "/journal.head" }

    /// As it stands in the file: always of the same length, so that it is replaced within one sector of the disk.
    var bytes: [UInt8] {
        let number = String(seq)
        return Array((String(repeating: "0", count: max(0, Self.digits - number.count)) + number + " \(hash)\n").utf8)
    }

    /// Makes a head.
    init(seq: Int, hash: String) {
        self.seq = seq
        self.hash = hash
    }

    /// Reads the head of a run's directory; `nil` where there is none, as in runs of older versions.
    static func read(_ directory: String, on disk: any Disk) throws(JournalError) -> JournalHead? {
        let path = path(directory)
        guard let bytes = try disk.read(path) else { return nil }
        let text = String(decoding: bytes, as: UTF8.self)
        let words = text.split(separator: " ", omittingEmptySubsequences: false)
        guard words.count == 2, words[0].utf8.count == digits, let seq = Int(words[0]), seq >= 0 else {
            throw .damaged(path: path, line: 1, reason: "it does not say how many records there are")
        }
        let head = JournalHead(seq: seq, hash: String(words[1].dropLast()))
        guard head.bytes == bytes else {
            throw .damaged(path: path, line: 1, reason: "it is not in the form in which it is written")
        }
        return head
    }
}
