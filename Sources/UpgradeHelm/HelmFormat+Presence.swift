public import UpgradeCore

extension HelmFormat {
    /// The objects of the manifest of a revision; hooks are none of them, and Helm itself stores them apart.
    public func manifest(_ stored: StoredHelmObject, helm: Int) -> HelmStoredManifest? {
        do {
            let release = try helm == 2 ? Release.helm2(stored.data).release : Release.helm3(stored.data)
            var manifest = HelmStoredManifest(
                release: release.name,
                revision: release.version,
                namespace: release.namespace
            )
            ManifestObjects(namespace: release.namespace).read(release.manifest, into: &manifest)
            return manifest
        } catch {
            return nil
        }
    }
}

/// Reads the objects of a text of manifests as Helm does, document by document.
struct ManifestObjects {
    /// That of the release: where an object names none, Helm puts it there.
    var namespace: String

    /// Takes every object; of a document that cannot be read its place is told, and none of its text.
    func read(_ text: String, into manifest: inout HelmStoredManifest) {
        for (number, document) in Self.documents(text).enumerated() {
            do {
                let fields = try YAMLValues.mapping(document)
                if !fields.isEmpty { take(.object(fields), into: &manifest, Self.place(document, number + 1)) }
            } catch {
                let line = error.line.map { ", line \($0)" } ?? ""
                manifest.problems.append(
                    "\(Self.place(document, number + 1)) of its manifest: its contents \(error.why)\(line)"
                )
            }
        }
    }

    private func take(_ value: JSONValue, into manifest: inout HelmStoredManifest, _ place: String) {
        let metadata = value["metadata"]
        guard let version = value["apiVersion"]?.string, let kind = value["kind"]?.string else {
            manifest.problems.append("\(place) of its manifest names no apiVersion and kind")
            return
        }
        if kind.hasSuffix("List"), let items = value["items"]?.array {
            for one in items { take(one, into: &manifest, place) }
            return
        }
        let annotations = metadata?["annotations"]
        // > const HookAnno = "helm.sh/hook"  (helm v2.17 pkg/hooks/hooks.go): whether it is there is for the hook to say
        if annotations?["helm.sh/hook"] != nil { return }
        guard let name = metadata?["name"]?.string, !name.isEmpty else {
            manifest.problems.append("\(place) of its manifest: its \(kind) has no name")
            return
        }
        let own = metadata?["namespace"]?.string ?? ""
        let labels = metadata?["labels"]?.object?.compactMapValues(\.string) ?? [:]
        manifest.objects.append(
            HelmStoredManifest.Object(
                object: HelmManifestObject(
                    apiVersion: version,
                    kind: kind,
                    namespace: own.isEmpty ? namespace : own,
                    name: name
                ),
                // > strings.ToLower(strings.TrimSpace(…)) == "keep"  (helm v2.17 pkg/tiller/resource_policy.go)
                isKept: annotations?["helm.sh/resource-policy"]?.string?.filter { $0 != " " }.lowercased() == "keep",
                owner: HelmOwnerLabel.of(labels)
            )
        )
    }

    /// The documents; a line that begins with three dashes begins one.
    private static func documents(_ text: String) -> [String] {
        var documents: [[Substring]] = [[]]
        // With its carriage return a line's end is one character, and another than the newline alone.
        for line in text.split(omittingEmptySubsequences: false, whereSeparator: { $0 == "\n" || $0 == "\r\n" }) {
            if line.hasPrefix("---") {
                documents.append([])
                // What stands behind the dashes belongs to the document.
                if line.count > 3 { documents[documents.count - 1].append(line.dropFirst(3)) }
            } else {
                documents[documents.count - 1].append(line)
            }
        }
        return documents.map { $0.joined(separator: "\n") }.filter { document in
            document.contains { !$0.isWhitespace }
        }
    }

    /// > # Source: web/templates/service.yaml  (helm v2.17 pkg/tiller/release_server.go)
    private static func place(_ document: String, _ number: Int) -> String {
        let source = document.split(separator: "\n").first { $0.hasPrefix("# Source: ") }?.dropFirst(10)
        return "document \(number)" + (source.map { " (\($0.prefix(200)))" } ?? "")
    }
}
