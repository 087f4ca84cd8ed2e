/// Metrics as text, with the same labels on each.
struct MetricsPage {
    private let labels: [(String, String)]
    private var name = ""
    private(set) var text = ""

    init(labels: [(String, String)]) {
        self.labels = labels
    }

    /// Begins a family.
    mutating func family(_ name: String, _ type: String, _ help: String) {
        self.name = name
        text += "# HELP \(name) \(help)\n# TYPE \(name) \(type)\n"
    }

    /// One sample of the family.
    mutating func sample(_ more: [(String, String)], _ value: Double) {
        let all = (labels + more).map { "\($0)=\"\(Self.escaped($1))\"" }.joined(separator: ",")
        let number = value == value.rounded() && value.magnitude < 1e15 ? String(Int(value)) : String(value)
        text += "\(name){\(all)} \(number)\n"
    }

    /// > label_value can be any sequence of UTF-8 characters, but the backslash (\), double-quote ("), and line feed (\n)
    /// > characters have to be escaped as \\, \", and \n, respectively. (exposition_formats.md)
    private static func escaped(_ text: String) -> String {
        text.unicodeScalars.map { escapes[$0] ?? String($0) }.joined()
    }

    /// By scalars: to Swift a quote with an accent is another character than a quote.
    private static let escapes: [Unicode.Scalar: String] = ["\\": "\\\\", "\"": "\\\"", "\n": "\\n"]
}
