import Foundation
import Testing
import UpgradeTestSupport

@testable import UpgradeCore

@Suite("docs/reference/playbook.md")
struct PlaybookPageTests {
    @Test("has every key of the schema, with its form and default")
    func page() throws {
        let file = PlaybookTexts.directory.appending(path: "schema.json")
        let schema = try JSONDecoder().decode(PlaybookSchema.self, from: Data(contentsOf: file))
        let sections = try schema.places().filter { $0.schema.properties != nil }.filter { $0.section != "*" }
        var page = """
            # Every key of a playbook

            Made from `playbooks/schema.json` by the test `PlaybookPageTests`; the schema and the program are held
            against each other by `PlaybookSchemaTests`. Point your editor to the schema to be told while you write. How the keys are used
            is in [playbooks/default.yaml](../../playbooks/default.yaml), in the order of an upgrade.

            A key that is not here is refused, with its line and the one that was probably meant.

            """
        for section in sections {
            // Of several places with the same keys the first is enough: components stand below calico and helm.
            let title = section.section.isEmpty ? "The file" : section.section.replacing(".*", with: ".RELEASE")
            page += "\n## \(title)\n\n"
            if !section.section.isEmpty { page += (section.schema.description ?? "") + "\n\n" }
            page += "| key | form | default | what it is |\n|---|---|---|---|\n"
            for (key, child) in (section.schema.properties ?? [:]).sorted(by: { $0.key < $1.key }) {
                let isRequired = section.schema.required?.contains(key) ?? false
                let standard = try child.standard.map { "`\(try $0.json)`" } ?? (isRequired ? "*required*" : "")
                let path = section.section.isEmpty ? key : "\(section.section).\(key)"
                let form = try Self.form(child, path)
                page += "| `\(key)` | \(form) | \(standard) | \(Self.cell(child, schema)) |\n"
            }
        }
        page += "\n## Forms\n\n| form | what it is | pattern |\n|---|---|---|\n"
        for (name, form) in (schema.definitions ?? [:]).sorted(by: { $0.key < $1.key }) where form.properties == nil {
            let pattern = (form.pattern ?? "").replacing("|", with: "\\|")
            page += "| \(name) | \(form.description ?? "") | `\(pattern)` |\n"
        }
        try Golden.expect(page, matches: "docs/reference/playbook.md")
    }

    private static func cell(_ child: PlaybookSchema, _ schema: PlaybookSchema) -> String {
        let name = child.reference?.replacing("#/$defs/", with: "") ?? ""
        let text = child.description ?? schema.definitions?[name]?.description ?? ""
        return text.replacing("|", with: "\\|")
    }

    /// What a value must be, in a few words.
    private static func form(_ child: PlaybookSchema, _ path: String) throws -> String {
        let anchor = path.replacing(".", with: "")
        if let reference = child.reference {
            let name = reference.replacing("#/$defs/", with: "")
            return name.hasPrefix("component") ? "[\(name)](#\(anchor))" : "[\(name)](#forms)"
        }
        if let values = child.values { return values.map { "`\($0)`" }.joined(separator: ", ") }
        if child.properties != nil { return "[\(path)](#\(anchor))" }
        if case .schema(let each) = child.additional {
            return "by release: \(try form(each, path + ".RELEASE").lowercased(component: path))"
        }
        if let each = child.items.first { return "list of \(try form(each, path))" }
        let names = (child.type?.names ?? []).sorted().joined(separator: " or ")
        switch (child.minimum, child.maximum) {
        case (let low?, let high?): return "\(names), \(low) to \(high)"
        case (let low?, nil): return "\(names), from \(low)"
        default: return names
        }
    }
}

extension String {
    /// The anchor of a component's section is that of its heading, which is in lower case.
    fileprivate func lowercased(component path: String) -> String {
        let anchor = path.replacing(".", with: "")
        return replacing("(#\(anchor)RELEASE)", with: "(#\(anchor)release)")
    }
}
