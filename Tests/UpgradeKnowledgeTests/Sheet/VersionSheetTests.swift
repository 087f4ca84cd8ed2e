import Foundation
import Testing
import UpgradeCore
import UpgradeKnowledge

@Suite("The sheet of versions")
struct VersionSheetTests {
    private let sheet: VersionSheet

    init() throws {
        let known = try VersionKnowledge.embedded(overriding: [
            FactOverride(fact: "calico/3.7/kubernetes/evidence", value: "a|b <c>, \"d\"", source: "us", reason: "a < b")
        ])
        sheet = VersionSheet(known, on: try #require(CalendarDay("2020-11-15")))
    }

    @Test("every release of every component is a row, with a source and a date")
    func rows() {
        let counts = Dictionary(grouping: sheet.rows, by: \.component).mapValues(\.count)
        #expect(counts == ["kubernetes": 32, "etcd": 32, "calico": 40, "helm": 43, "helmfile": 5])
        #expect(Set(counts.keys) == Set(VersionSheet.components))
        for row in sheet.rows {
            #expect(!row.sources.isEmpty && !row.asOf.isEmpty && !row.version.isEmpty, "\(row)")
        }
    }

    @Test("CSV has the same number of columns in each line, and quotes what needs it")
    func csv() {
        let lines = sheet.csv.split(separator: "\n").map(String.init)
        #expect(lines.count == sheet.rows.count + 1)
        for line in lines {
            // Outside quotes a comma separates; within them it does not.
            let columns = line.split(separator: "\"", omittingEmptySubsequences: false).enumerated()
                .filter { $0.offset.isMultiple(of: 2) }.map(\.element).joined().count { $0 == "," }
            #expect(columns == SheetRow.titles.count - 1, "\(line)")
        }
        #expect(lines.contains { $0.contains("\"tested (a|b <c>, \"\"d\"\")\"") })
    }

    @Test("Markdown and HTML have one line a release, with nothing that breaks their tables")
    func tables() {
        let markdown = sheet.markdown.split(separator: "\n").filter { $0.hasPrefix("| ") }
        #expect(markdown.count == sheet.rows.count + VersionSheet.components.count)
        #expect(sheet.markdown.contains("tested (a\\|b &lt;c>, \"d\")"))
        let html = sheet.html.split(separator: "\n").filter { $0.hasPrefix("<tr><td>") }
        #expect(html.count == sheet.rows.count)
        #expect(sheet.html.contains("tested (a|b &lt;c&gt;, \"d\")"))
        #expect(sheet.html.contains("by the playbook: a &lt; b (us)"))
    }

    @Test("JSON has the rows and what the playbook changed")
    func json() throws {
        struct Document: Decodable {
            struct Row: Decodable {
                var component: String
                var version: String
                var support: String
            }

            var schema: Int
            var day: String
            var rows: [Row]
            var overrides: [FactOverride]
        }
        let document = try JSONDecoder().decode(Document.self, from: Data(try sheet.json.utf8))
        #expect(document.schema == 1)
        #expect(document.day == "2020-11-15")
        #expect(document.rows.count == sheet.rows.count)
        #expect(document.overrides.count == 1)
        let sixteen = document.rows.first { $0.component == "kubernetes" && $0.version == "1.16" }
        #expect(sixteen?.support == "out of support since 2020-09-02")
    }
}
