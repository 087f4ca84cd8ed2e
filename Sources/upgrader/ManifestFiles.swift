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

    /// The objects of every `.yaml`, `.yml` and `.json` below a directory, or of one file, whatever its name.
    ///
    /// What could not be read is said: a file that is passed over in silence looks like one without findings.
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
        let below = names.compactMap { $0 as? String }.sorted().map { "\(path)/\($0)" }
        let manifests = below.filter { file in [".yaml", ".yml", ".json"].contains { file.hasSuffix($0) } }
        let given = (isDirectory.boolValue ? manifests : [path]).compactMap { file in
            switch objects(file) {
            case .success(let objects): return Given(path: file, objects: objects)
            case .failure(let reason):
                Output.note("note: \(file) is passed over: \(reason.text)")
                return nil
            }
        }
        if given.allSatisfy(\.objects.isEmpty) {
            Output.note("note: no object with apiVersion and kind is in \(path) (.yaml, .yml and .json are read there)")
        }
        return given
    }

    private struct Reason: Error {
        var text: String
    }

    private static func objects(_ file: String) -> Result<[ClusterObjects.Reference], Reason> {
        guard let data = FileManager.default.contents(atPath: file) else {
            return .failure(Reason(text: "it cannot be read"))
        }
        guard data.count <= sizeLimit else {
            return .failure(Reason(text: "it is larger than \(sizeLimit >> 20) MiB"))
        }
        guard file.hasSuffix(".json") else {
            return .success(ManifestText.references(String(decoding: data, as: UTF8.self)))
        }
        guard let objects = json(data) else { return .failure(Reason(text: "it is not a JSON object")) }
        return .success(objects)
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
