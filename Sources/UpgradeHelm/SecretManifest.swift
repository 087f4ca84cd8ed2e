internal import UpgradeCore

/// The Secret in which Helm 3 keeps a revision, as this program makes it.
struct SecretManifest {
    let value: JSONValue

    /// - Source: helm v3.4 pkg/storage/driver/secrets.go, newSecretsObject: type and labels
    init(_ release: Release, _ data: String, _ conversion: HelmConversion, modified: String?) {
        let mark = HelmMark(
            run: conversion.mark,
            source: "\(conversion.source.storage.rawValue)/\(conversion.source.path)",
            sourceDigest: conversion.digest,
            content: Digest.sha256(data)
        )
        var labels: [String: JSONValue] = [
            "name": .string(release.name),
            "owner": .string("helm"),
            "status": .string(release.info.status),
            "version": .string(String(release.version)),
        ]
        // Seconds, as Helm writes them; Helm 2 has its own label for the last change of status.
        if let deployed = release.info.lastDeployed { labels["createdAt"] = .string(String(deployed.seconds)) }
        if let modified, Int64(modified) != nil { labels["modifiedAt"] = .string(modified) }
        value = .object([
            "apiVersion": .string("v1"),
            "kind": .string("Secret"),
            "type": .string("helm.sh/release.v1"),
            "metadata": .object([
                "name": .string(conversion.secret),
                "namespace": .string(conversion.namespace),
                "labels": .object(labels),
                "annotations": .object(mark.annotations.mapValues(JSONValue.string)),
            ]),
            "data": .object(["release": .string(Base64.encode(Array(data.utf8)))]),
        ])
    }

    /// An object of Helm 2 or 3 with other contents.
    ///
    /// `version` is the one that is replaced; `nil` for a new object.
    init(
        helm: Int,
        _ source: HelmSource,
        _ data: String,
        labels: [String: String],
        annotations: [String: String],
        version: String?
    ) {
        var metadata: [String: JSONValue] = [
            "name": .string(source.name),
            "namespace": .string(source.namespace),
            "labels": .object(labels.mapValues(JSONValue.string)),
            "annotations": .object(annotations.mapValues(JSONValue.string)),
        ]
        if let version { metadata["resourceVersion"] = .string(version) }
        var object: [String: JSONValue] = ["apiVersion": .string("v1"), "metadata": .object(metadata)]
        switch source.storage {
        case .configMap:
            object["kind"] = .string("ConfigMap")
            object["data"] = .object(["release": .string(data)])
        case .secret:
            object["kind"] = .string("Secret")
            object["data"] = .object(["release": .string(Base64.encode(Array(data.utf8)))])
            if helm == 3 { object["type"] = .string("helm.sh/release.v1") }
        }
        value = .object(object)
    }
}

extension HelmMark {
    /// The annotations that hold it.
    private enum Key {
        static let run = [Origin.conversion: "upgrader/converted-by", .mapping: "upgrader/mapped-by"]
        static let source = [Origin.conversion: "upgrader/converted-from", .mapping: "upgrader/mapped-from"]
        static let sourceDigest = "upgrader/source-sha256"
        static let content = "upgrader/content-sha256"
    }

    var annotations: [String: String] {
        [
            Key.run[origin, default: ""]: run, Key.source[origin, default: ""]: source,
            Key.sourceDigest: sourceDigest, Key.content: content,
        ]
    }

    /// Annotations without those of a mark.
    static func removed(from annotations: [String: String]) -> [String: String] {
        let keys = Array(Key.run.values) + Array(Key.source.values) + [Key.sourceDigest, Key.content]
        return annotations.filter { !keys.contains($0.key) }
    }

    /// `nil` where not all are there.
    init?(_ annotations: [String: String]) {
        let origin = Origin.allCases.first { Key.run[$0].map { annotations[$0] != nil } ?? false }
        guard let origin, let run = annotations[Key.run[origin, default: ""]],
            let source = annotations[Key.source[origin, default: ""]],
            let sourceDigest = annotations[Key.sourceDigest], let content = annotations[Key.content]
        else { return nil }
        self.init(run: run, source: source, sourceDigest: sourceDigest, content: content, origin: origin)
    }
}
