internal import FoundationEssentials

/// Text from outside as a page may show it.
enum PageText {
    /// How pages look.
    static let style = String(decoding: PackageResources.report_css, as: UTF8.self)

    /// The text without characters that cannot be seen or that turn the text round: each becomes a replacement character.
    static func clean(_ text: String) -> String {
        String(
            String.UnicodeScalarView(
                text.unicodeScalars.map { scalar in
                    switch scalar.properties.generalCategory {
                    case .control where scalar == "\n" || scalar == "\t": scalar
                    case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate: "\u{FFFD}"
                    default: scalar
                    }
                }
            )
        )
    }

    /// A number for a style attribute.
    static func number(_ value: Double) -> String {
        let hundredths = Int((value * 100).rounded())
        let rest = hundredths % 100
        return "\(hundredths / 100).\(rest < 10 ? "0" : "")\(rest)"
    }

    /// The text with all that means something to HTML escaped.
    ///
    /// Scalar by scalar: a quote with a combining accent is one character to Swift, and a quote to a browser.
    static func html(_ text: String) -> String {
        var escaped = String.UnicodeScalarView()
        for scalar in clean(text).unicodeScalars {
            switch scalar {
            case "&": escaped.append(contentsOf: "&amp;".unicodeScalars)
            case "<": escaped.append(contentsOf: "&lt;".unicodeScalars)
            case ">": escaped.append(contentsOf: "&gt;".unicodeScalars)
            case "\"": escaped.append(contentsOf: "&quot;".unicodeScalars)
            case "'": escaped.append(contentsOf: "&#39;".unicodeScalars)
            default: escaped.append(scalar)
            }
        }
        return String(escaped)
    }

    /// The text on one line of Markdown, where nothing in it means anything to Markdown or HTML.
    static func markdown(_ text: String) -> String {
        let special = Set("\\`*_{}[]<>#|!~&$@".unicodeScalars)
        var escaped = String.UnicodeScalarView()
        for scalar in clean(text).unicodeScalars {
            if special.contains(scalar) { escaped.append("\\") }
            escaped.append(scalar == "\n" || scalar == "\t" ? " " : scalar)
        }
        return String(escaped)
    }

    /// The text as a block of code in Markdown, fenced by more backquotes than it has in a row.
    static func fenced(_ text: String) -> String {
        let clean = clean(text)
        let longest = clean.split { $0 != "`" }.map(\.count).max() ?? 0
        let fence = String(repeating: "`", count: max(3, longest + 1))
        return "\(fence)text\n\(clean)\n\(fence)"
    }
}
