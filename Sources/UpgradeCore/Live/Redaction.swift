internal import RegexBuilder
internal import Synchronization

/// Takes secrets out of text before it leaves this module.
///
/// Commands and outputs go to messages, to the journal and to the screen; none of them may hold a credential.
public enum Redaction {
    /// What stands where a secret was.
    public static let mark = "[redacted]"

    // Each is compiled once, not at each use: a plan holds thousands of words. `Regex` does not say `Sendable`; the only
    // thing in it that changes is its compiled form, which it sets atomically.

    /// What is part of the name of a secret; rather too much is hidden than too little.
    private nonisolated(unsafe) static let name: Regex<Substring> =
        /(?i)(?:token|pass|pwd|secret|credential|(?:api|access|private|auth|account|signing|encryption|master)[_\-]?key|client-key-data)/

    /// A value: in quotes, which may be escaped or never closed, or up to the next space.
    private nonisolated(unsafe) static let value: Regex<Substring> =
        /(?:\[redacted\]|\\*"[^"]*"?|'[^']*'?|[^\s"']+)(?:["']?[^\s"',;:}\])]+)*/

    private nonisolated(unsafe) static let privateKey =
        /-----BEGIN [A-Z ]*PRIVATE KEY-----(?s:.*?)(-----END [A-Z ]*PRIVATE KEY-----|\z)/
    private nonisolated(unsafe) static let scheme = /(?i)\b(Bearer|Basic)\s+[A-Za-z0-9._~+\/=\-]{6,}/
    private nonisolated(unsafe) static let header =
        /(?i)\b((?:Authorization|Cookie)\\*["']?\s*[:=]\s*\\*["']?(?:(?:Bearer|Basic|Token|Digest|Negotiate|ApiKey)\s+)?)[^\s"'\\][^"'\n]*/
    private nonisolated(unsafe) static let assignment = Regex {
        Capture {
            name
            /[A-Za-z0-9_.\-]{0,64}\\*["']?\s*[=:]\s*/
        }
        value
    }
    private nonisolated(unsafe) static let option = Regex {
        Capture {
            /(?:^|[\s"'])--?[A-Za-z0-9_\-]{0,64}?/
            name
            /[A-Za-z0-9_\-]{0,64}["']?\s+/
        }
        value
    }
    private nonisolated(unsafe) static let user =
        /((?:^|[\s"'])(?:-u|-U|--user|--proxy-user)["']?(?:\s+|=)?["']?[^\s:"']+:)[^\s"']+/
    private nonisolated(unsafe) static let passwordInAddress = /(:\/\/[^\/\s:@]+:)[^\s"']*@/
    private nonisolated(unsafe) static let userInAddress = /:\/\/[^\/\s:@\[]+@/

    /// A word that is an assignment: the whole rest is the value.
    private nonisolated(unsafe) static let wholeWord = Regex {
        Capture {
            /^[A-Za-z0-9_.\-]{0,64}?/
            name
            /[A-Za-z0-9_.\-]{0,64}=/
        }
        /(?s:.+)/
    }

    /// Returns `text` without tokens, bearer credentials and passwords.
    ///
    /// Whatever follows a name that has `token`, `pass`, `secret`, `credential`, `access-key` or the like in it is
    /// hidden: `NAME=…`, `NAME: …`, `"NAME":"…"`, `--NAME …`. So are `Authorization: …`, `Bearer …`, `Basic …`,
    /// `-u user:…`, what stands before the `@` of an address, and PEM private keys.
    public static func redact(_ text: String) -> String {
        var clean = text
        clean.replace(privateKey) { _ in mark }
        clean.replace(scheme) { "\($0.output.1) \(mark)" }
        clean.replace(header) { "\($0.output.1)\(mark)" }
        clean.replace(assignment) { "\($0.output.1)\(mark)" }
        clean.replace(option) { "\($0.output.1)\(mark)" }
        clean.replace(user) { "\($0.output.1)\(mark)" }
        clean.replace(passwordInAddress) { "\($0.output.1)\(mark)@" }
        clean.replace(userInAddress) { _ in "://\(mark)@" }
        return clean
    }

    /// Returns the command as a person would type it, without secrets.
    public static func redact(_ command: Command) -> String {
        // Brackets would be quoted; letters are not.
        let letters = "REDACTED"
        let words = redact(words: command.words).map { word in
            word.contains(mark)
                ? ShellQuoting.join([word.replacing(mark, with: letters)]).replacing(letters, with: mark)
                : ShellQuoting.join([word])
        }
        return redact(words.joined(separator: " "))
    }

    /// What the words of a command became: a run writes the same few commands down again and again.
    private static let known = Mutex<[[String]: [String]]>([:])

    /// Returns the words of a command without secrets; `--token` and its value may be two words.
    static func redact(words: [String]) -> [String] {
        if let clean = known.withLock({ $0[words] }) { return clean }
        let clean = search(words)
        known.withLock { known in
            // More than the hooks of a run with its hosts; what is asked for later is searched anew.
            if known.count < 1000 { known[words] = clean }
        }
        return clean
    }

    private static func search(_ words: [String]) -> [String] {
        words.enumerated().map { index, word in
            let before = index > 0 ? words[index - 1] : ""
            if before.hasPrefix("-"), !before.contains("="), before.contains(name) { return mark }
            if ["-u", "-U", "--user", "--proxy-user"].contains(before), let colon = word.firstIndex(of: ":") {
                return word[...colon] + mark
            }
            // Of one word the whole rest is the value, spaces and quotes as well.
            return redact(word.replacing(wholeWord) { "\($0.output.1)\(mark)" })
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
