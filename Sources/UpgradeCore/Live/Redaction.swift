/// Takes secrets out of text before it leaves this module.
///
/// Commands and outputs go to messages, to the journal and to the screen; none of them may hold a credential.
public enum Redaction {
    /// What stands where a secret was.
    public static let mark = "[redacted]"

    /// Returns `text` without tokens, bearer credentials and passwords.
    ///
    /// Knows `--token=…` and `--token …` (also password, secret, api-key and the like), `Bearer …`, `Basic …`,
    /// `password: …`, `"token":"…"`, `client-key-data: …`, `user:password@` in addresses, and PEM private keys.
    public static func redact(_ text: String) -> String {
        var clean = text
        clean.replace(/-----BEGIN [A-Z ]*PRIVATE KEY-----(?s:.*?)(-----END [A-Z ]*PRIVATE KEY-----|\z)/) { _ in mark }
        clean.replace(/(?i)\b(Bearer|Basic)\s+[A-Za-z0-9._~+\/=\-]{6,}/) { "\($0.output.1) \(mark)" }
        clean.replace(
            /(?i)([A-Za-z0-9_\-]*(?:token|passwd|password|passphrase|secret|api-?key|client-key-data)(?:"|')?\s*[=:]\s*)("[^"]*"|'[^']*'|[^\s"',;]+)/
        ) { "\($0.output.1)\(mark)" }
        clean.replace(/(?i)(--(?:token|password|passwd|secret|api-key)\s+)("[^"]*"|'[^']*'|\S+)/) {
            "\($0.output.1)\(mark)"
        }
        clean.replace(/(:\/\/[^\/\s:@]+:)[^\/\s@]+@/) { "\($0.output.1)\(mark)@" }
        return clean
    }

    /// Returns the words of a command without secrets; `--token` and its value may be two words.
    static func redact(words: [String]) -> [String] {
        words.enumerated().map { index, word in
            let before = index > 0 ? words[index - 1] : ""
            let isValue = before.wholeMatch(of: /(?i)--(token|password|passwd|secret|api-key)/) != nil
            return isValue ? mark : redact(word)
        }
    }

    /// Returns the last `count` lines of `text`, without trailing white space, secrets taken out.
    static func tail(_ text: String, lines count: Int = 20) -> String {
        // Redacted first: a key that begins above the last lines would not be recognized in them.
        let lines = redact(text).split(separator: "\n", omittingEmptySubsequences: false)
        let end = lines.lastIndex { !$0.allSatisfy(\.isWhitespace) }.map { $0 + 1 } ?? 0
        return lines[..<end].suffix(count).joined(separator: "\n")
    }
}
