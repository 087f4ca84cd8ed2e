internal import Foundation
internal import UpgradeCore

/// Reads the manifests that an operator gives by directory.
enum ManifestFiles {
    /// A file with the objects that it names.
    struct Given {
        /// The file.
        var path: String
        /// Its objects.
        var objects: [ClusterObjects.Reference]
        /// In how many places an apiVersion or a kind is left to a template.
        var templates = 0
    }

    /// No manifest is near it; a larger file is something else.
    private static let sizeLimit = 4 << 20

    /// The objects of every `.yaml`, `.yml` and `.json` below a directory, or of one file, whatever its name.
    ///
    /// What is not looked into is said: what is passed over in silence looks like a file without findings.
    /// - Throws: `Complaint` where there is nothing to read.
    static func read(_ path: String) throws -> [Given] {
        var isDirectory = ObjCBool(false)
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
            throw Complaint(
                FiveLines(
                    error: "the manifests \(path) cannot be read",
                    why: "there is no such file or directory",
                    state: "nothing was changed",
                    next: "name a directory of manifests, or leave --manifests out"
                ),
                .usage
            )
        }
        let given = (isDirectory.boolValue ? below(path) : [path]).compactMap { file in
            switch objects(file) {
            case .success(let text): return Given(path: file, objects: text.objects, templates: text.templates)
            case .failure(let reason):
                Output.note("note: \(file) is passed over: \(reason.text)")
                return nil
            }
        }
        for file in given where file.templates > 0 {
            let count = file.templates == 1 ? "an apiVersion or kind" : "\(file.templates) of apiVersion and kind"
            Output.note("note: \(file.path) leaves \(count) to a template; render it first, and give what comes out")
        }
        let empty = given.filter(\.objects.isEmpty)
        if !empty.isEmpty || given.isEmpty {
            let which = empty.isEmpty ? "" : ", such as \(empty[0].path)"
            let count = "\(empty.count) of \(given.count) files"
            Output.note("note: \(count) of \(path) name no object that could be read\(which)")
        }
        return given
    }

    /// The manifests below a directory, by name; directories that cannot be entered are said.
    private static func below(_ path: String) -> [String] {
        var names: [String] = []
        do {
            names = try FileManager.default.contentsOfDirectory(atPath: path).sorted()
        } catch {
            Output.note("note: \(path) is passed over: it cannot be read")
        }
        return names.flatMap { name -> [String] in
            let entry = "\(path)/\(name)"
            var found = stat()
            guard lstat(entry, &found) == 0 else { return [] }
            if found.st_mode & S_IFMT == S_IFDIR { return below(entry) }
            if found.st_mode & S_IFMT == S_IFLNK, stat(entry, &found) == 0, found.st_mode & S_IFMT == S_IFDIR {
                // It may lead back here, and round for ever.
                Output.note("note: \(entry) is passed over: it is a link to a directory")
                return []
            }
            return [".yaml", ".yml", ".json"].contains { name.hasSuffix($0) } ? [entry] : []
        }
    }

    private struct Reason: Error {
        var text: String
    }

    private static func objects(
        _ file: String
    ) -> Result<(objects: [ClusterObjects.Reference], templates: Int), Reason> {
        var entry = stat()
        guard stat(file, &entry) == 0 else { return .failure(Reason(text: "it cannot be read")) }
        guard entry.st_mode & S_IFMT == S_IFREG else { return .failure(Reason(text: "it is not a file")) }
        guard entry.st_size <= sizeLimit else {
            return .failure(Reason(text: "it is larger than \(sizeLimit >> 20) MiB"))
        }
        guard let data = FileManager.default.contents(atPath: file) else {
            return .failure(Reason(text: "it cannot be read"))
        }
        // Editors of other systems begin a text with a mark that is none of its own.
        let text = String(decoding: data, as: UTF8.self).trimmingPrefix("\u{FEFF}")
        // JSON is YAML: the name of a file says nothing.
        if let first = text.first(where: { !$0.isWhitespace }), first == "{" || first == "[" {
            guard let objects = json(Data(text.utf8)) else {
                return .failure(Reason(text: "it looks like JSON, and cannot be read as a manifest"))
            }
            return .success((objects, 0))
        }
        return .success((ManifestText.references(String(text)), ManifestText.templates(String(text))))
    }

    private struct Document: Decodable {
        struct Metadata: Decodable {
            var name: String?
        }
        var apiVersion: String?
        var kind: String?
        var metadata: Metadata?
        var items: [Document]?
    }

    private static func json(_ data: Data) -> [ClusterObjects.Reference]? {
        guard let document = try? JSONDecoder().decode(Document.self, from: data) else { return nil }
        return (document.items ?? [document]).compactMap { item in
            guard let version = item.apiVersion, let kind = item.kind else { return nil }
            return ClusterObjects.Reference(apiVersion: version, kind: kind, name: item.metadata?.name ?? "")
        }
    }
}
