/// Quotes words for a POSIX shell; the one place where argv becomes text.
public enum ShellQuoting {
    /// Characters that no POSIX shell treats specially.
    private static let plain = Set(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=./:,@%".utf8
    )

    /// Returns `word` so that a POSIX shell reads it back as exactly one word with the same bytes.
    public static func quote(_ word: String) -> String {
        if !word.isEmpty, word.utf8.allSatisfy(plain.contains) {
            return word
        }
        var quoted = "'"
        for character in word.unicodeScalars {
            if character == "'" {
                quoted += "'\\''"
            } else {
                quoted.unicodeScalars.append(character)
            }
        }
        return quoted + "'"
    }

    /// Returns the words as one line that a POSIX shell reads back as the same words.
    public static func join(_ words: [String]) -> String {
        words.map(quote).joined(separator: " ")
    }
}
