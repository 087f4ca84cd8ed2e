/// Writes the three records that make up most of a journal (a step begun, an action ended, a step done) in exactly the form
/// that the JSON encoder gives them, and nothing else: the counterpart of `JournalScanner`.
///
/// The encoder takes as long for a line as a good disk takes to make it durable.
enum JournalPen {
    /// A line up to its time; `nil` for a record, a name or a time that only the encoder knows how to write.
    static func line(_ record: Record, seq: Int, time: Double, prev: String) -> [UInt8]? {
        guard let record = self.record(record), let time = self.time(time) else { return nil }
        var bytes: [UInt8] = []
        // The hash of the line follows in the same array.
        bytes.reserveCapacity(record.utf8.count + 256)
        bytes += #"{"prev":""#.utf8
        bytes += prev.utf8
        bytes += #"","record":"#.utf8
        bytes += record.utf8
        bytes += #","seq":"#.utf8
        bytes += String(seq).utf8
        bytes += #","time":"#.utf8
        bytes += time.utf8
        return bytes
    }

    private static func record(_ record: Record) -> String? {
        switch record {
        case .done(let key): text(key).map { "{\"done\":{\"_0\":\"\($0)\"}}" }
        case .begun(let key, let attempt): text(key).map { "{\"begun\":{\"_0\":\"\($0)\",\"attempt\":\(attempt)}}" }
        case .acted(let key, let attempt, let index):
            text(key).map { "{\"acted\":{\"_0\":\"\($0)\",\"attempt\":\(attempt),\"index\":\(index)}}" }
        case .started, .resumed, .leased, .intended, .failed, .skipped, .withdrawn, .undoing, .struck, .released,
            .tookBack, .stopped:
            nil
        }
    }

    /// A key without anything that JSON escapes.
    private static func text(_ key: StepKey) -> String? {
        let text = key.description
        let isPlain = text.utf8.allSatisfy { byte in
            (0x20..<0x7F).contains(byte) && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
        }
        return isPlain ? text : nil
    }

    /// Seconds without an exponent, and a whole number of them without a fraction.
    private static func time(_ seconds: Double) -> String? {
        guard seconds == 0 || (1..<1e15).contains(seconds), seconds.sign == .plus else { return nil }
        let text = seconds.description
        return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }
}
