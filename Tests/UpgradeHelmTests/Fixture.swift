import Foundation
import Testing
import UpgradeCore

@testable import UpgradeHelm

/// What `Scripts/helm/releases.py fixtures` made with Helm 2's own protobuf modules.
struct Fixture: Sendable, CustomTestStringConvertible {
    /// The object of the API.
    var object: JSONValue
    /// What Helm 3 must hold, said by the same script a second time; `nil` for what cannot be converted.
    var helm3: JSONValue?
    /// What the reason must say.
    var reason: String

    var testDescription: String { object["metadata"]?["name"]?.string ?? "" }

    /// The object as the API gives it.
    var stored: StoredHelmObject {
        let isSecret = object["kind"]?.string == "Secret"
        let value = object["data"]?["release"]?.string ?? ""
        return StoredHelmObject(
            storage: isSecret ? .secret : .configMap,
            namespace: object["metadata"]?["namespace"]?.string ?? "",
            name: object["metadata"]?["name"]?.string ?? "",
            labels: object["metadata"]?["labels"]?.object?.compactMapValues(\.string) ?? [:],
            data: isSecret ? String(decoding: Base64.decode(value) ?? [], as: UTF8.self) : value
        )
    }

    static let convertible = read("convertible.json")
    static let broken = read("broken.json")

    static func named(_ name: String) throws -> Fixture {
        try #require(convertible.first { $0.testDescription == name })
    }

    private static func read(_ name: String) -> [Fixture] {
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures/\(name)")
        guard let data = try? Data(contentsOf: file), let all = JSONValue([UInt8](data))?.array else {
            preconditionFailure("\(file.path) is not a fixture")
        }
        return all.map { one in
            Fixture(object: one["object"] ?? one, helm3: one["helm3"], reason: one["reason"]?.string ?? "")
        }
    }
}

extension StoredHelmObject {
    /// The Secret that this becomes, as the API would give it back.
    func convertedSecret(run: String = "run1") throws -> (object: StoredHelmObject, manifest: JSONValue) {
        let codec = HelmFormat()
        let conversion = codec.record(self, compares: false).conversion(mark: run)
        let manifest = try #require(JSONValue(Array(try codec.converted(self, conversion).utf8)))
        let metadata = try #require(manifest["metadata"])
        let data = try #require(manifest["data"]?["release"]?.string.flatMap(Base64.decode))
        let object = StoredHelmObject(
            storage: .secret,
            namespace: try #require(metadata["namespace"]?.string),
            name: try #require(metadata["name"]?.string),
            labels: metadata["labels"]?.object?.compactMapValues(\.string) ?? [:],
            annotations: metadata["annotations"]?.object?.compactMapValues(\.string) ?? [:],
            data: String(decoding: data, as: UTF8.self)
        )
        return (object, manifest)
    }

    /// What Helm 3 would read in it.
    var helm3: JSONValue? {
        Base64.decode(data).flatMap { try? Gzip.unpack($0) }.flatMap { JSONValue($0) }
    }
}
