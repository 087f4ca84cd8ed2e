internal import UpgradeCore

/// Who is to read a page of metrics.
public enum MetricsForm: Sendable {
    /// node-exporter's textfile collector, which knows the older text format alone.
    case prometheus
    /// Whoever asks over HTTP.
    case openMetrics
}

/// Metrics as text, with the same labels on each.
struct MetricsPage {
    private let labels: [(String, String)]
    private let form: MetricsForm
    private var name = ""
    private(set) var text = ""

    init(labels: [(String, String)], form: MetricsForm) {
        self.labels = labels
        self.form = form
    }

    /// Begins a family.
    mutating func family(_ name: String, _ type: String, _ help: String) {
        self.name = name
        // > The MetricFamily name of a Counter has no suffix, its samples have `_total`. (OpenMetrics 1.0, Counter)
        let isBare = form == .openMetrics && type == "counter" && name.hasSuffix("_total")
        let family = isBare ? String(name.dropLast("_total".count)) : name
        text += "# HELP \(family) \(help)\n# TYPE \(family) \(type)\n"
    }

    /// Ends the page.
    mutating func end() {
        // > Expositions MUST end with EOF. (OpenMetrics 1.0, Overall Structure)
        if form == .openMetrics { text += "# EOF\n" }
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
        text.escaped(escapes)
    }

    private static let escapes: [Unicode.Scalar: String] = ["\\": "\\\\", "\"": "\\\"", "\n": "\\n"]
}
