internal import UpgradeCore

/// A data file as lines, changed where a fact changes and nowhere else.
struct DataLines {
    private(set) var lines: [String]

    /// Takes the text of a file whose releases are a list without indentation.
    init(_ text: String) {
        lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }

    /// The text.
    var text: String { lines.joined(separator: "\n") }

    /// Sets a value of a release; maps on the way are made where they are not.
    mutating func set(_ release: MinorRelease, _ path: [String], to value: String) {
        guard var range = block(release) else { return }
        for (depth, key) in path.enumerated() {
            let indent = String(repeating: " ", count: 2 * (depth + 1))
            let isLast = depth == path.count - 1
            let line = isLast ? "\(indent)\(key): \(Self.quoted(value))" : "\(indent)\(key):"
            if let found = lines[range].firstIndex(where: { $0.hasPrefix("\(indent)\(key):") }) {
                let end = self.end(of: found, indent: indent.count, in: range)
                if isLast {
                    lines.replaceSubrange(found..<end, with: [line])
                } else {
                    range = found + 1..<end
                }
            } else {
                let place = isLast && depth == 0 ? sources(in: range) ?? range.upperBound : range.upperBound
                lines.insert(line, at: place)
                range = place + 1..<place + 1
            }
        }
    }

    /// Puts lines at the end of a map of a release.
    mutating func append(_ release: MinorRelease, below key: String, _ added: [String]) {
        guard let range = block(release), let found = lines[range].firstIndex(where: { $0.hasPrefix("  \(key):") })
        else { return }
        lines.insert(contentsOf: added, at: end(of: found, indent: 2, in: range))
    }

    /// Whether a release has a line.
    func has(_ release: MinorRelease, _ line: String) -> Bool {
        block(release).map { lines[$0].contains(line) } ?? false
    }

    /// Takes a key of a release away, with all below it.
    mutating func remove(_ release: MinorRelease, _ key: String) {
        guard let range = block(release), let found = lines[range].firstIndex(where: { $0.hasPrefix("  \(key):") })
        else { return }
        lines.removeSubrange(found..<end(of: found, indent: 2, in: range))
    }

    /// Puts the block of a new release behind that of the highest below it.
    mutating func insert(_ release: MinorRelease, _ block: [String]) {
        let below = releases.filter { $0 < release }.max()
        guard let below, let range = self.block(below) else { return }
        lines.insert(contentsOf: block, at: range.upperBound)
    }

    /// The releases that have a block.
    var releases: [MinorRelease] { lines.compactMap(Self.release) }

    /// A scalar as the files write it: quoted where YAML would take it for something else than text.
    static func quoted(_ text: String) -> String {
        let isOther = text.wholeMatch(
            of: /[0-9]+(\.[0-9]+)?|[0-9]{4}-[0-9]{2}-[0-9]{2}|yes|no|on|off|true|false|null|~|/
        )
        let isSpecial = text.firstMatch(of: /^[^A-Za-z0-9]|: | #|:$/)
        return isOther == nil && isSpecial == nil ? text : "'\(text.replacing("'", with: "''"))'"
    }

    private static func release(_ line: String) -> MinorRelease? {
        // Of fourteen hundred lines forty are worth a pattern.
        guard line.hasPrefix("- version:") else { return nil }
        return line.wholeMatch(of: /- version: '?(?<release>[0-9]+\.[0-9]+)'?/).flatMap {
            MinorRelease(String($0.release))
        }
    }

    private func block(_ release: MinorRelease) -> Range<Int>? {
        guard let start = lines.firstIndex(where: { Self.release($0) == release }) else { return nil }
        let next = lines[(start + 1)...].firstIndex { !$0.hasPrefix("  ") }
        return start..<(next ?? lines.count)
    }

    /// Where what belongs to a line ends; the elements of a list may stand as far left as their key.
    private func end(of line: Int, indent: Int, in range: Range<Int>) -> Int {
        let deeper = String(repeating: " ", count: indent + 1)
        let element = String(repeating: " ", count: indent) + "- "
        return lines[line + 1..<range.upperBound].firstIndex { !$0.hasPrefix(deeper) && !$0.hasPrefix(element) }
            ?? range.upperBound
    }

    /// Where the sources of a release begin: what is new stands before them.
    private func sources(in range: Range<Int>) -> Int? {
        lines[range].firstIndex { $0.hasPrefix("  sources:") || $0.hasPrefix("  source:") }
    }
}
