internal import Yams

/// Reads a text in which keys may stand twice, which the parser of this program refuses and that of Go does not.
///
/// The earlier of two keys is given a mark in the text and the text is read again; whoever takes the keys takes the marks
/// off (`unmarked`) and finds them in their order.
struct RepeatedKeys {
    /// Never in values that a person wrote; a text that has it is read without this.
    ///
    /// - Source: Unicode 15, chapter 23.5: a private-use character has no meaning of its own. YAML takes it for text.
    private static let mark: Unicode.Scalar = "\u{E000}"
    /// More than anybody writes by mistake; each costs a reading of the text.
    private static let most = 64

    private var text: String
    private var count = 0

    init(_ text: String) { self.text = text }

    /// The root of the first document.
    ///
    /// - Throws: `YAMLValues.Failure` where it is not YAML, or a key that stands twice has a tag or an anchor.
    mutating func root() throws(YAMLValues.Failure) -> Node? {
        let isPlain = !text.unicodeScalars.contains(Self.mark)
        while true {
            var repeated: Mark?
            do throws(YAMLValues.Failure) {
                return try YAMLValues.reading(text) { parser in
                    do {
                        return try parser.nextRoot()
                    } catch YamlError.duplicatedKeysInMapping(let keys, let context) {
                        repeated = context.mark
                        throw YamlError.duplicatedKeysInMapping(duplicates: keys, context: context)
                    }
                }
            } catch {
                guard let place = repeated, isPlain, count < Self.most, markKey(at: place) else { throw error }
            }
        }
    }

    /// A key without its mark.
    static func unmarked(_ key: String) -> String {
        let scalars = key.unicodeScalars
        guard scalars.first == mark, let end = scalars.dropFirst().firstIndex(of: mark) else { return key }
        return String(scalars[scalars.index(after: end)...])
    }

    /// Gives the key at a place a mark; `false` where it cannot be given one.
    private mutating func markKey(at place: Mark) -> Bool {
        guard var index = Self.index(of: place, in: text.unicodeScalars) else { return false }
        switch text.unicodeScalars[index] {
        case "\"", "'": index = text.unicodeScalars.index(after: index)
        // A tag, an anchor, an alias: the key itself stands somewhere behind.
        case "!", "&", "*": return false
        default: break
        }
        count += 1
        let inserted = "\(Self.mark)\(count)\(Self.mark)"
        text.unicodeScalars.insert(contentsOf: inserted.unicodeScalars, at: index)
        return true
    }

    /// > line break: CR, LF, CR LF, NEL, LS, PS  (libyaml, IS_BREAK); columns count characters of Unicode.
    private static func index(of place: Mark, in scalars: String.UnicodeScalarView) -> String.Index? {
        var index = scalars.startIndex
        var line = 1
        while line < place.line {
            guard index < scalars.endIndex else { return nil }
            let scalar = scalars[index]
            index = scalars.index(after: index)
            switch scalar {
            case "\r":
                if index < scalars.endIndex, scalars[index] == "\n" { index = scalars.index(after: index) }
                line += 1
            case "\n", "\u{85}", "\u{2028}", "\u{2029}": line += 1
            default: break
            }
        }
        guard let found = scalars.index(index, offsetBy: place.column - 1, limitedBy: scalars.endIndex),
            found < scalars.endIndex
        else { return nil }
        return found
    }
}
