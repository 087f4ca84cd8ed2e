/// Reads the three records that make up most of a journal (a step begun, an action ended, a step done) in exactly the
/// form in which they are written, and nothing else.
///
/// A general JSON decoder takes some twenty microseconds a line: with it alone, taking up a run of 100,000 transitions
/// would take longer than the two seconds that are promised. What the scanner does not know is `nil`, and is decoded.
struct JournalScanner {
    private var rest: ArraySlice<UInt8>

    /// The members of a line that stand around its record.
    struct Envelope {
        var record: ArraySlice<UInt8>
        var seq: Int
        var time: Double
    }

    /// Takes a line apart that begins with `prev` and ends behind its time; `nil` for one of another form.
    static func envelope(_ body: ArraySlice<UInt8>, prev: String) -> Envelope? {
        var head = JournalScanner(rest: body)
        guard head.skip(#"{"prev":""#), head.skip(prev), head.skip(#"","record":"#) else { return nil }
        // The last comma but one: what stands between it and the end are two numbers.
        guard let time = head.rest.lastIndex(of: UInt8(ascii: ",")),
            let seq = head.rest[..<time].lastIndex(of: UInt8(ascii: ","))
        else { return nil }
        var tail = JournalScanner(rest: body[seq...])
        guard tail.skip(#","seq":"#), let number = tail.integer(), tail.skip(#","time":"#),
            let seconds = Double(String(decoding: tail.rest, as: UTF8.self))
        else { return nil }
        return Envelope(record: head.rest[..<seq], seq: number, time: seconds)
    }

    /// Reads a record; `nil` for one of another kind or form.
    static func record(_ bytes: ArraySlice<UInt8>, _ keys: inout StepKeys) -> Record? {
        var scanner = JournalScanner(rest: bytes)
        if scanner.skip(#"{"done":{"_0":""#) {
            guard let key = scanner.key(&keys), scanner.ends("}}") else { return nil }
            return .done(key)
        }
        if scanner.skip(#"{"begun":{"_0":""#) {
            guard let key = scanner.key(&keys), scanner.skip(#","attempt":"#), let attempt = scanner.integer(),
                scanner.ends("}}")
            else { return nil }
            return .begun(key, attempt: attempt)
        }
        if scanner.skip(#"{"acted":{"_0":""#) {
            guard let key = scanner.key(&keys), scanner.skip(#","attempt":"#), let attempt = scanner.integer(),
                scanner.skip(#","index":"#), let index = scanner.integer(), scanner.ends("}}")
            else { return nil }
            return .acted(key, attempt: attempt, index: index)
        }
        return nil
    }

    private mutating func skip(_ text: String) -> Bool {
        guard rest.starts(with: text.utf8) else { return false }
        rest = rest.dropFirst(text.utf8.count)
        return true
    }

    private func ends(_ text: String) -> Bool {
        rest.elementsEqual(text.utf8)
    }

    /// A step's key and the quote behind it; one with an escape is left to the decoder.
    private mutating func key(_ keys: inout StepKeys) -> StepKey? {
        guard let quote = rest.firstIndex(of: UInt8(ascii: "\"")) else { return nil }
        let text = rest[..<quote]
        guard !text.contains(UInt8(ascii: "\\")) else { return nil }
        rest = rest[(quote + 1)...]
        return keys.key(text)
    }

    /// Digits, as an encoder writes them: no sign, no leading zero; at most eighteen, so that none overflows.
    private mutating func integer() -> Int? {
        let digits = rest.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        guard (1...18).contains(digits.count), digits.count == 1 || digits.first != UInt8(ascii: "0") else {
            return nil
        }
        rest = rest[digits.endIndex...]
        return digits.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
    }
}
