internal import Foundation
internal import UpgradeCore

extension VersionSheet {
    /// Comma-separated values with a head line.
    ///
    /// - Source: RFC 4180; lines end in a line feed alone, as everything else here.
    public var csv: String {
        ([SheetRow.titles] + rows.map(\.columns)).map { columns in
            columns.map { column in
                let needsQuotes = column.contains { $0 == "," || $0 == "\"" || $0.isNewline }
                return needsQuotes ? "\"\(column.replacing("\"", with: "\"\""))\"" : column
            }.joined(separator: ",")
        }.joined(separator: "\n")
    }

    /// A document for programs.
    ///
    /// - Throws: never in practice; what the encoder throws.
    public var json: String {
        get throws {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            let document = Document(schema: 1, day: day.description, rows: rows, overrides: overrides)
            return String(decoding: try encoder.encode(document), as: UTF8.self)
        }
    }

    /// One table a component.
    public var markdown: String {
        var lines = ["# Versions, on \(day)"]
        for component in Self.components {
            let titles = SheetRow.titles.dropFirst()
            lines += ["", "## \(component)", "", "| \(titles.joined(separator: " | ")) |"]
            lines.append("|" + String(repeating: "---|", count: titles.count))
            lines += rows.filter { $0.component == component }.map { row in
                "| "
                    + row.columns.dropFirst().map { $0.replacing("|", with: "\\|").replacing("<", with: "&lt;") }
                    .joined(separator: " | ") + " |"
            }
        }
        return (lines + changes.map { "- " + $0.replacing("<", with: "&lt;") }).joined(separator: "\n")
    }

    /// A page that needs nothing else.
    public var html: String {
        var lines = [
            "<!DOCTYPE html>", "<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Versions, on \(day)</title>",
            "<style>body{font-family:sans-serif}table{border-collapse:collapse}",
            "th,td{border:1px solid #999;padding:2px 6px;text-align:left;vertical-align:top}</style></head><body>",
            "<h1>Versions, on \(day)</h1>",
        ]
        for component in Self.components {
            lines += ["<h2>\(component)</h2>", "<table>"]
            lines.append("<tr>" + SheetRow.titles.dropFirst().map { "<th>\($0)</th>" }.joined() + "</tr>")
            lines += rows.filter { $0.component == component }.map { row in
                "<tr>" + row.columns.dropFirst().map { "<td>\(Self.escaped($0))</td>" }.joined() + "</tr>"
            }
            lines.append("</table>")
        }
        lines += changes.map { "<p>\(Self.escaped($0))</p>" }
        return (lines + ["</body></html>"]).joined(separator: "\n")
    }

    /// What an operator changed, one sentence each.
    private var changes: [String] {
        overrides.isEmpty
            ? [] : [""] + overrides.map { "\($0.fact) is \($0.value) by the playbook: \($0.reason) (\($0.source))" }
    }

    private struct Document: Encodable {
        var schema: Int
        var day: String
        var rows: [SheetRow]
        var overrides: [FactOverride]
    }

    private static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
    }
}
