internal import Foundation

/// One line of the journal, chained to the line before by its hash.
///
/// A line is a JSON object: `seq`, `time` (seconds since 1970), `prev` (the hash of the line before) and `record`; its
/// last member `hash` is SHA-256 over `prev` and all that stands before it in the line.
struct JournalLine: Hashable, Sendable {
    /// The hash that the first line names as the one before.
    static let genesis = String(repeating: "0", count: 64)

    /// Counts the records, from 1.
    var seq: Int
    /// Seconds since 1970.
    var time: Double
    /// The event.
    var record: Record
    /// The hash of this line.
    var hash: String

    private struct Body: Codable {
        var prev: String
        var record: Record
        var seq: Int
        var time: Double
    }

    /// Renders a record as a line with its newline.
    ///
    /// - Returns: the bytes and the hash of the line.
    static func render(
        _ record: Record,
        seq: Int,
        time: Double,
        prev: String
    ) throws -> (bytes: [UInt8], hash: String) {
        var bytes =
            try JournalPen.line(record, seq: seq, time: time, prev: prev)
            ?? Array(JSON.line(Body(prev: prev, record: record, seq: seq, time: time)).dropLast())
        let hash = Digest.sha256(bytes)
        bytes += ",\"hash\":\"".utf8
        bytes += hash.utf8
        bytes += "\"}\n".utf8
        return (bytes, hash)
    }

    /// Reads a line without its newline.
    ///
    /// - Parameters:
    ///   - bytes: the line.
    ///   - seq: the number that it must have.
    ///   - prev: the hash of the line before.
    ///   - keys: the steps that the lines before have named.
    /// - Returns: the line.
    /// - Throws: `Flaw` with what is wrong.
    static func parse(
        _ bytes: ArraySlice<UInt8>,
        seq: Int,
        prev: String,
        keys: inout StepKeys
    ) throws(Flaw) -> JournalLine {
        // ,"hash":"<64 digits>"} is 9 + 64 + 2 bytes.
        let tail = 75
        guard bytes.count > tail, bytes.last == UInt8(ascii: "}") else { throw Flaw(reason: "the line is cut off") }
        let body = bytes.dropLast(tail)
        let hash = Digest.sha256(body)
        let end = bytes.suffix(tail)
        guard end.starts(with: ",\"hash\":\"".utf8), end.dropFirst(9).dropLast(2).elementsEqual(hash.utf8),
            end.dropLast().last == UInt8(ascii: "\"")
        else {
            throw Flaw(reason: "the line does not have the hash it names")
        }
        let value = try decode(body, prev: prev, &keys)
        guard value.prev == prev else { throw Flaw(reason: "the line does not follow the line before it") }
        guard value.seq == seq else { throw Flaw(reason: "record \(value.seq) stands where \(seq) should") }
        return JournalLine(seq: value.seq, time: value.time, record: value.record, hash: hash)
    }

    private static func decode(_ body: ArraySlice<UInt8>, prev: String, _ keys: inout StepKeys) throws(Flaw) -> Body {
        do {
            guard let envelope = JournalScanner.envelope(body, prev: prev) else {
                return try JSON.decode(Body.self, from: Data(body + [UInt8(ascii: "}")]))
            }
            let record =
                try JournalScanner.record(envelope.record, &keys)
                ?? JSON.decode(Record.self, from: Data(envelope.record))
            return Body(prev: prev, record: record, seq: envelope.seq, time: envelope.time)
        } catch {
            throw Flaw(reason: "the line is not a record that this version knows: \(error)")
        }
    }

    struct Flaw: Error {
        var reason: String
    }
}
