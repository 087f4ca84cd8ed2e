/// Finds the objects of a text of manifests without understanding all of its YAML.
///
/// A template that does not parse still says its apiVersion; nothing of the text is kept.
public enum ManifestText {
    /// The objects in the order of the text, those of lists too.
    public static func references(_ text: String) -> [ClusterObjects.Reference] {
        var found: [ClusterObjects.Reference] = []
        var document: [Substring] = []
        for line in text.textLines {
            if line.hasPrefix("---") {
                found += references(inDocument: document)
                document = []
            } else {
                document.append(line)
            }
        }
        return found + references(inDocument: document)
    }

    /// In how many lines an apiVersion or a kind is left to a template, so that nothing is known of the object.
    public static func templates(_ text: String) -> Int {
        text.textLines.count { line in
            guard let colon = line.firstIndex(of: ":"), line[colon...].contains("{{") else { return false }
            let key = line[..<colon].drop { $0 == " " || $0 == "-" }
            return key == "apiVersion" || key == "kind"
        }
    }

    private static func references(inDocument lines: [Substring]) -> [ClusterObjects.Reference] {
        guard let top = reference(lines) else { return [] }
        guard top.kind.hasSuffix("List") else { return [top] }
        // The items of a list begin with a dash; each is read as a document of its own.
        var items: [[Substring]] = []
        var indent: Int?
        for line in lines {
            let depth = line.prefix { $0 == " " }.count
            if line.dropFirst(depth).hasPrefix("- "), indent == nil || indent == depth {
                indent = depth
                items.append([line.dropFirst(depth + 2)])
            } else if let indent, depth > indent, !items.isEmpty {
                items[items.count - 1].append(line.dropFirst(indent + 2))
            }
        }
        return items.compactMap(reference)
    }

    private static func reference(_ lines: [Substring]) -> ClusterObjects.Reference? {
        var values: [Substring: String] = [:]
        var isInMetadata = false
        for line in lines {
            guard let colon = line.firstIndex(of: ":") else { continue }
            let key = line[..<colon]
            if key == "apiVersion" || key == "kind" {
                values[key] = value(line[line.index(after: colon)...])
            } else if isInMetadata, key.trimmingNewlines() == "name", values["name"] == nil {
                values["name"] = value(line[line.index(after: colon)...])
            }
            if line.first != " ", line.first != "#" {
                isInMetadata = key == "metadata"
                // Looked for before: an expression is compiled each time that it is used.
                if isInMetadata, line[colon...].contains("{"),
                    let name = line[colon...].firstMatch(of: /[{,]\s*"?name"?:\s*["']?([^,}"'\s]+)/)
                {
                    values["name"] = String(name.1)
                }
            }
        }
        guard let version = values["apiVersion"], let kind = values["kind"], !version.contains("{{"),
            !kind.contains("{{")
        else { return nil }
        return ClusterObjects.Reference(apiVersion: version, kind: kind, name: values["name"] ?? "")
    }

    private static func value(_ text: Substring) -> String {
        let bare = text.prefix { $0 != "#" }.trimmingNewlines()
        return String(bare.drop { $0 == "\"" || $0 == "'" }.prefix { $0 != "\"" && $0 != "'" })
    }
}
