extension PackageVersion {
    /// Whether dpkg takes a version for older than another: apt would not bring the other one back to it.
    ///
    /// By epoch, then upstream version, then revision; of the latter two digits count as numbers, `~` sorts before the end of
    /// a part, letters before other characters.
    /// - Source: deb-version(7), Sorting algorithm; Debian Policy 5.6.12
    public func isOlder(than other: PackageVersion) -> Bool {
        let (left, right) = (parts, other.parts)
        for (mine, theirs) in [(left.upstream, right.upstream), (left.revision, right.revision)]
        where left.epoch == right.epoch {
            let order = Self.order(mine, theirs)
            if order != 0 { return order < 0 }
        }
        return left.epoch < right.epoch
    }

    private var parts: (epoch: Int, upstream: Substring, revision: Substring) {
        var rest = text[...]
        var epoch = 0
        if let colon = rest.firstIndex(of: ":") {
            epoch = Int(rest[..<colon]) ?? 0
            rest = rest[rest.index(after: colon)...]
        }
        guard let dash = rest.lastIndex(of: "-") else { return (epoch, rest, "") }
        return (epoch, rest[..<dash], rest[rest.index(after: dash)...])
    }

    /// Below 0 where the left part sorts first, 0 for the same.
    private static func order(_ one: Substring, _ other: Substring) -> Int {
        var (left, right) = (one.utf8[...], other.utf8[...])
        while !left.isEmpty || !right.isEmpty {
            // Where one part is at a digit, or at its end, and the other is not, the weights differ.
            while isText(left.first) || isText(right.first) {
                let (mine, theirs) = (weight(left.first), weight(right.first))
                if mine != theirs { return mine - theirs }
                (left, right) = (left.dropFirst(), right.dropFirst())
            }
            let (mine, theirs) = (number(&left), number(&right))
            // Longer numbers are greater; no number of a version need fit into a word.
            if mine.count != theirs.count { return mine.count - theirs.count }
            if let pair = zip(mine, theirs).first(where: { $0.0 != $0.1 }) { return Int(pair.0) - Int(pair.1) }
        }
        return 0
    }

    private static func isDigit(_ byte: UInt8?) -> Bool {
        byte.map { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } ?? false
    }

    private static func isText(_ byte: UInt8?) -> Bool { byte != nil && !isDigit(byte) }

    /// Where a character sorts: `~` before the end and before digits, then letters, then all others.
    private static func weight(_ byte: UInt8?) -> Int {
        switch byte {
        case nil: 0
        case UInt8(ascii: "~")?: -1
        case let byte? where isDigit(byte): 0
        case let byte?
        where (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
            || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte):
            Int(byte)
        case let byte?: Int(byte) + 256
        }
    }

    /// Takes the digits that a part begins with, without zeros before them.
    private static func number(_ part: inout Substring.UTF8View.SubSequence) -> [UInt8] {
        let digits = part.prefix { isDigit($0) }
        part = part.dropFirst(digits.count)
        return Array(digits.drop { $0 == UInt8(ascii: "0") })
    }
}
