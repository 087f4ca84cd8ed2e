import Foundation
import Testing
import UpgradeTestSupport

@testable import UpgradeHelm

/// What Helm's own library reads in values; `Scripts/helm/values.py` recorded it.
private struct RecordedValues: Sendable, CustomTestStringConvertible {
    static let path = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures/values.json").path

    var yaml: String
    /// `nil` where Helm refuses the text.
    var values: JSONValue?

    var testDescription: String { yaml.debugDescription }

    static let all: [RecordedValues] = {
        guard let data = FileManager.default.contents(atPath: path), let all = JSONValue([UInt8](data))?.array else {
            preconditionFailure("\(path) is not a fixture")
        }
        return all.map { RecordedValues(yaml: $0["yaml"]?.string ?? "", values: $0["values"]) }
    }()
}

extension JSONValue {
    /// With numbers as Go holds them: it reads every number of JSON as a `float64`.
    fileprivate var inGo: JSONValue {
        switch self {
        case .integer(let value): .number(Double(value))
        case .array(let values): .array(values.map(\.inGo))
        case .object(let values): .object(values.mapValues(\.inGo))
        case .null, .bool, .number, .string: self
        }
    }
}

@Suite("Values are read as Helm reads them")
struct ValuesTests {
    /// The Python that has Helm's library; `Scripts/helm/venv` makes it.
    private static let python =
        (ProcessInfo.processInfo.environment["HELM_VENV"]
            ?? "\(FileManager.default.currentDirectoryPath)/.build/helm-venv")
        + "/bin/python"

    @Test("what Helm's own library reads is read, and what it refuses is refused", arguments: RecordedValues.all)
    private func recorded(one: RecordedValues) throws {
        let found: JSONValue?
        do throws(YAMLValues.Failure) {
            found = .object(try YAMLValues.mapping(one.yaml))
        } catch {
            found = nil
        }
        #expect(found?.inGo == one.values?.inGo)
        guard let found else { return }
        // What is written must be JSON, and the same once more.
        #expect(JSONValue(found.text)?.inGo == found.inGo)
    }

    @Test("there is a text of every kind in the record")
    func kinds() {
        #expect(RecordedValues.all.count > 200)
        #expect(RecordedValues.all.count { $0.values == nil } > 20)
    }

    @Test(
        "the record is what the library answers today",
        .enabled(if: FileManager.default.isExecutableFile(atPath: python))
    )
    func current() async throws {
        let script = "\(FileManager.default.currentDirectoryPath)/Scripts/helm/values.py"
        let check = try await Program(Self.python, [script, "check", RecordedValues.path]).wait()
        #expect(check.code == 0, "\(check.errors)")
    }

    @Test("what Helm reads in one way or in another is refused, with the line and without the text")
    func ambiguous() {
        for text in ["a: s3cret\n1: a\n'1': b\n", "a: s3cret\n'1': b\n1: a\n", "x: 0\ntrue: a\n\"true\": b\n"] {
            #expect(throws: YAMLValues.Failure(why: "have two keys that are one in JSON", line: 3)) {
                _ = try YAMLValues.mapping(text)
            }
        }
        // Which of the two Go keeps is chance as well.
        #expect(throws: YAMLValues.Failure(why: "have two keys that are one in JSON", line: 2)) {
            _ = try YAMLValues.mapping("1: a\n1.0: b\n")
        }
    }

    @Test("a number that JSON does not have, and a key that is none, are refused by line")
    func refused() {
        let number = YAMLValues.Failure(why: "have a number that JSON cannot hold (.nan or .inf)", line: 2)
        #expect(throws: number) { _ = try YAMLValues.mapping("a: 1\nb: [.nan]\n") }
        let key = YAMLValues.Failure(why: "have a key that JSON cannot hold", line: 3)
        #expect(throws: key) { _ = try YAMLValues.mapping("a: 1\nb:\n  ~: 1\n") }
    }

    @Test("a key that stands twice with an anchor is refused, and so is a text that has the mark of this program")
    func unmarkable() {
        let twice = YAMLValues.Failure(why: "have a key twice", line: 1)
        #expect(throws: twice) { _ = try YAMLValues.mapping("&x a: 1\na: *x\n") }
        #expect(throws: twice) { _ = try YAMLValues.mapping("a: \"\u{E000}1\u{E000}\"\na: 2\n") }
    }

    @Test("a manifest is one document and has no key twice")
    func manifest() {
        #expect(throws: YAMLValues.Failure(why: "have a key twice", line: 1)) {
            _ = try YAMLValues.value("a: 1\na: 2\n")
        }
        #expect(throws: YAMLValues.Failure.self) { _ = try YAMLValues.value("a: 1\n---\nb: 2\n") }
    }
}
