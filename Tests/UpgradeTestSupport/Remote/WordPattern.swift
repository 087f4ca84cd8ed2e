/// What one word of an expected command may be; a string literal stands for itself.
public enum WordPattern: Hashable, Sendable, ExpressibleByStringInterpolation {
    /// Exactly this word.
    case word(String)
    /// Any one word.
    case any
    /// A word that begins with this text.
    case prefix(String)
    /// A word that holds this text.
    case containing(String)
    /// All words that follow, also none; only at the end.
    case rest

    /// Makes a pattern that only the literal itself matches.
    public init(stringLiteral value: String) {
        self = .word(value)
    }

    /// Whether the word fits.
    public func matches(_ word: String) -> Bool {
        switch self {
        case .word(let expected): expected == word
        case .any, .rest: true
        case .prefix(let start): word.hasPrefix(start)
        case .containing(let part): word.contains(part)
        }
    }

    /// Whether the words fit the patterns, one for one, `.rest` taking what remains.
    public static func matches(_ patterns: [WordPattern], _ words: [String]) -> Bool {
        var remaining = words[...]
        for pattern in patterns {
            if pattern == .rest {
                return true
            }
            guard let word = remaining.popFirst(), pattern.matches(word) else { return false }
        }
        return remaining.isEmpty
    }
}
