import Foundation
import Testing
import UpgradeTestSupport

/// A page of the repository in Markdown, as far as a test can hold it to its word.
struct DocsPage: Sendable, CustomTestStringConvertible {
    /// A fenced block.
    struct Block: Sendable {
        /// What stands behind the fence, such as `console` or `yaml`.
        var info: String
        /// The number of its first line, from 1.
        var line: Int
        var lines: [String]
    }

    /// Relative to the root of the repository.
    let path: String
    let text: String
    let blocks: [Block]
    /// The lines outside of fences, with their numbers.
    let prose: [(number: Int, text: String)]

    var testDescription: String { path }

    init(_ path: String) throws {
        self.path = path
        text = try String(contentsOfFile: "\(Golden.root)/\(path)", encoding: .utf8)
        var blocks: [Block] = []
        var prose: [(number: Int, text: String)] = []
        var open: Block?
        for (index, line) in text.components(separatedBy: "\n").enumerated() {
            if line.hasPrefix("```") {
                if let block = open {
                    blocks.append(block)
                    open = nil
                } else {
                    open = Block(info: String(line.dropFirst(3)), line: index + 2, lines: [])
                }
            } else if open != nil {
                open?.lines.append(line)
            } else {
                prose.append((index + 1, line))
            }
        }
        self.blocks = blocks + (open.map { [$0] } ?? [])
        self.prose = prose
    }

    /// Every page that is part of the repository.
    static func all() throws -> [DocsPage] {
        let skipped = [".build", ".git", "state/", "Tests/UpgradeKnowledgeTests/Fixtures"]
        let names = FileManager.default.enumerator(atPath: Golden.root)
        var pages: [DocsPage] = []
        while let name = names?.nextObject() as? String {
            if name == ".build" || name == ".git" { names?.skipDescendants() }
            guard name.hasSuffix(".md"), name == "state/README.md" || !skipped.contains(where: name.hasPrefix) else {
                continue
            }
            pages.append(try DocsPage(name))
        }
        return pages.sorted { $0.path < $1.path }
    }

    /// The pages that teach: README.md and those below docs/.
    static func taught() throws -> [DocsPage] {
        try all().filter { $0.path == "README.md" || $0.path.hasPrefix("docs/") }
    }

    /// Those of them with commands to run.
    static var sessions: [DocsPage] {
        get throws { try taught().filter { page in page.blocks.contains { $0.info == "console" } } }
    }

    /// What stands in backquotes in its prose; a span may go on in the next line.
    var spans: [String] {
        prose.map(\.text).joined(separator: "\n").matches(of: /`([^`]+)`/).map {
            String($0.output.1).replacing("\n", with: " ")
        }
    }

    /// The targets of its links that are no addresses, with a part behind `#` where there is one.
    var links: [String] {
        prose.map(\.text).joined(separator: "\n").replacing(/`[^`]+`/, with: "").matches(of: /\]\(([^)\s]+)\)/)
            .map { String($0.output.1) }.filter { !$0.contains("://") && !$0.hasPrefix("mailto:") }
    }

    /// The anchors of its headings, as GitHub makes them: lower case, without punctuation, words joined by dashes.
    var anchors: Set<String> {
        Set(
            prose.map(\.text).filter { $0.hasPrefix("#") }.map { line in
                let words = line.drop { $0 == "#" }.trimmingCharacters(in: .whitespaces).lowercased()
                return String(words.filter { $0.isLetter || $0.isNumber || " -_".contains($0) }).replacing(
                    " ",
                    with: "-"
                )
            }
        )
    }
}
