internal import UpgradeCore
internal import UpgradeKnowledge
internal import Yams

/// Rewrites the objects of a text of manifests to other APIs; all else of the text stays byte for byte.
///
/// The text is changed where the parser says that a value stands. What comes out is read again and must be the value that
/// `ObjectRewrite` makes of what went in: a text that is written in some way that nobody thought of is refused, not harmed.
struct ManifestRewrite {
    private let values: ObjectRewrite

    init(moves: [APIMove], rules: ObjectRewrites) {
        values = ObjectRewrite(moves: moves, rules: rules)
    }

    /// The text after the moves.
    ///
    /// - Throws: `HelmFixed` for the first object that no other API can stand in for as it is written.
    func rewritten(_ text: String) throws(HelmFixed) -> String {
        var whole = ""
        for part in Self.parts(text) { whole += try rewritten(document: part) }
        return whole
    }

    /// Every object that no other API can stand in for as it is written.
    func fixed(_ text: String) -> [HelmFixed] {
        Self.parts(text).compactMap { part -> HelmFixed? in
            do throws(HelmFixed) {
                _ = try rewritten(document: part)
                return nil
            } catch {
                return error
            }
        }
    }

    /// The documents, each without the line that begins it, and those lines.
    private static func parts(_ text: String) -> [String] {
        var parts: [[UInt8]] = [[]]
        for line in text.utf8.split(separator: newline, omittingEmptySubsequences: false) {
            let bytes = Array(line) + [newline]
            if bytes.starts(with: Array("---".utf8)) {
                parts += [bytes, []]
            } else {
                parts[parts.count - 1] += bytes
            }
        }
        // The last line ends where the text ends.
        parts[parts.count - (parts[parts.count - 1].isEmpty ? 2 : 1)].removeLast()
        return parts.map { String(decoding: $0, as: UTF8.self) }
    }

    private static let newline = UInt8(ascii: "\n")

    private func rewritten(document: String) throws(HelmFixed) -> String {
        let named = ManifestText.references(document).filter { reference in
            values.moves.contains { $0.from == reference.apiVersion && $0.kind == reference.kind }
        }
        guard !document.hasPrefix("---"), let first = named.first else { return document }
        let before: JSONValue
        let root: Node?
        do {
            before = try YAMLValues.value(document)
            root = try Yams.compose(yaml: document)
        } catch {
            throw HelmFixed(object: first, why: "its manifest is not YAML")
        }
        let wanted = try values.rewritten(before)
        var lines = document.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false).map { Array($0) }
        var edits: [Edit] = []
        if let root { collect(root, before, &edits) }
        // From the end, so that the lines before keep their numbers.
        for edit in edits.sorted(by: { ($0.line, $0.column) > ($1.line, $1.column) }) { edit.apply(to: &lines) }
        var scalars = String.UnicodeScalarView()
        for (index, line) in lines.enumerated() {
            if index > 0 { scalars.append("\n") }
            scalars.append(contentsOf: line)
        }
        let text = String(scalars)
        guard (try? YAMLValues.value(text)) == wanted else {
            throw HelmFixed(object: first, why: "its manifest is written in a way that is not rewritten here")
        }
        return text
    }

    /// Where the text of an object changes, and of the objects of a list.
    private func collect(_ node: Node, _ value: JSONValue, _ edits: inout [Edit]) {
        if let kind = value["kind"]?.string, kind.hasSuffix("List"), let items = node["items"]?.sequence {
            for (item, one) in zip(items, value["items"]?.array ?? []) { collect(item, one, &edits) }
            return
        }
        guard let move = values.move(value), let version = node["apiVersion"]?.mark else { return }
        edits.append(
            Edit(
                line: version.line - 1,
                column: version.column - 1,
                removed: Array(move.from.unicodeScalars),
                inserted: [Array(move.to.unicodeScalars)]
            )
        )
        guard let labels = try? values.selector(value), let first = node["spec"]?.mapping?.first?.key.mark else {
            return
        }
        let indent = String(repeating: " ", count: first.column - 1)
        let pairs = labels.sorted { $0.key < $1.key }
        let all =
            ["selector:", "  matchLabels:"]
            + pairs.map { key, label in "    \(Self.quoted(.string(key))): \(Self.quoted(label))" }
        let inserted = all.map { Array((indent + $0).unicodeScalars) }
        edits.append(Edit(line: first.line - 1, column: 0, removed: [], inserted: inserted))
    }

    /// A text of JSON is one of YAML.
    private static func quoted(_ value: JSONValue) -> String { String(decoding: value.text, as: UTF8.self) }

    /// A change of a line, or lines that come before it.
    private struct Edit {
        var line: Int
        var column: Int
        /// What stands there and goes; with nothing to go, whole lines are inserted.
        var removed: [Unicode.Scalar]
        var inserted: [[Unicode.Scalar]]

        func apply(to lines: inout [[Unicode.Scalar]]) {
            guard lines.indices.contains(line) else { return }
            if removed.isEmpty {
                let ending: [Unicode.Scalar] = lines[line].last == "\r" ? ["\r"] : []
                lines.insert(contentsOf: inserted.map { $0 + ending }, at: line)
                return
            }
            var start = column
            if lines[line].indices.contains(start), "\"'".unicodeScalars.contains(lines[line][start]) { start += 1 }
            guard start + removed.count <= lines[line].count,
                Array(lines[line][start..<start + removed.count]) == removed
            else { return }
            lines[line].replaceSubrange(start..<start + removed.count, with: inserted[0])
        }
    }
}
