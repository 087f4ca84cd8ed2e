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
    }

    /// No manifest is near it; a larger file is something else.
    private static let sizeLimit = 4 << 20

    /// The objects of every `.yaml`, `.yml` and `.json` below a directory, or of one file.
    ///
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
        let names = isDirectory.boolValue ? (FileManager.default.enumerator(atPath: path)?.allObjects ?? []) : []
        let files = isDirectory.boolValue ? names.compactMap { $0 as? String }.sorted().map { "\(path)/\($0)" } : [path]
        return files.filter { file in [".yaml", ".yml", ".json"].contains { file.hasSuffix($0) } }.compactMap { file in
            guard let data = FileManager.default.contents(atPath: file), data.count <= sizeLimit else { return nil }
            let text = String(decoding: data, as: UTF8.self)
            return Given(path: file, objects: file.hasSuffix(".json") ? json(data) : ManifestText.references(text))
        }
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

    private static func json(_ data: Data) -> [ClusterObjects.Reference] {
        // A file that is not JSON, or no manifest, names nothing.
        guard let document = try? JSONDecoder().decode(Document.self, from: data) else { return [] }
        return (document.items ?? [document]).compactMap { item in
            guard let version = item.apiVersion, let kind = item.kind else { return nil }
            return ClusterObjects.Reference(apiVersion: version, kind: kind, name: item.metadata?.name ?? "")
        }
    }
}
