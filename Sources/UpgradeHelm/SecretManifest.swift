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
}

extension HelmMark {
    /// The annotations that hold it.
    private enum Key {
        static let run = "upgrader/converted-by"
        static let source = "upgrader/converted-from"
        static let sourceDigest = "upgrader/source-sha256"
        static let content = "upgrader/content-sha256"
    }

    var annotations: [String: String] {
        [Key.run: run, Key.source: source, Key.sourceDigest: sourceDigest, Key.content: content]
    }

    /// `nil` where not all are there.
    init?(_ annotations: [String: String]) {
        guard let run = annotations[Key.run], let source = annotations[Key.source],
            let sourceDigest = annotations[Key.sourceDigest], let content = annotations[Key.content]
        else { return nil }
        self.init(run: run, source: source, sourceDigest: sourceDigest, content: content)
    }
}
