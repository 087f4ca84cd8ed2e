import Foundation
import UpgradeTestSupport

/// A test that a page names: `` `SuiteTests` ``, or `` `SuiteTests`, "its name" ``, where `...` at the end stands for the rest of the name.
struct NamedTest: Hashable {
    /// The suite, which is the name of its file.
    var suite: String
    /// The test's name; `nil` where all of the suite is meant.
    var name: String?

    /// The tests that a text names, wrapped or not.
    static func all(in text: String) -> [NamedTest] {
        let line = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        return line.matches(of: /`([A-Za-z]+Tests?)`(?:, "([^"]+)")?/).map { match in
            NamedTest(suite: String(match.output.1), name: match.output.2.map(String.init))
        }
    }

    /// The sources of all tests by the names of their files: some suites of two modules have the same one.
    static func sources() throws -> [String: [String]] {
        var found: [String: [String]] = [:]
        let files = FileManager.default.enumerator(atPath: "\(Golden.root)/Tests")
        while let path = files?.nextObject() as? String {
            guard path.hasSuffix("Tests.swift") else { continue }
            let name = ((path as NSString).lastPathComponent as NSString).deletingPathExtension
            found[name, default: []].append(try String(contentsOfFile: "\(Golden.root)/Tests/\(path)", encoding: .utf8))
        }
        return found
    }

    /// Whether there is such a suite, with a test of that name.
    func isThere(in sources: [String: [String]]) -> Bool {
        guard let texts = sources[suite] else { return false }
        guard let name else { return true }
        let rest = " ..."
        guard name.hasSuffix(rest) else { return texts.contains { $0.contains("\"\(name)\"") } }
        // The rest begins with a word of its own.
        return texts.contains { text in
            text.ranges(of: "\"\(name.dropLast(rest.count))").contains {
                !text[$0.upperBound...].prefix(1).allSatisfy(\.isLetter)
            }
        }
    }
}
