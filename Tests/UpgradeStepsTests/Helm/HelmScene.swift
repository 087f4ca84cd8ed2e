import UpgradeCore

/// What the tests of the conversion are about.
enum HelmScene {
    static func record(
        _ release: String,
        _ revision: Int,
        in namespace: String = "shop",
        _ change: (inout HelmRecord) -> Void = { _ in }
    ) -> HelmRecord {
        var record = HelmRecord(
            source: HelmSource(storage: .configMap, namespace: "kube-system", name: "\(release).v\(revision)"),
            digest: "digest of \(release) \(revision)",
            size: ByteCount(bytes: 100),
            release: release,
            revision: revision,
            namespace: namespace,
            status: "deployed",
            parts: ["manifest": "m\(revision)", "config": "c"]
        )
        change(&record)
        return record
    }

    /// The Secret that the record becomes.
    static func secret(_ record: HelmRecord, _ change: (inout HelmSecret) -> Void = { _ in }) -> HelmSecret {
        var secret = HelmSecret(
            namespace: record.namespace,
            name: record.conversion(mark: "run1").secret,
            mark: HelmMark(
                run: "run1",
                source: "\(record.source.storage.rawValue)/\(record.source.path)",
                sourceDigest: record.digest,
                content: "content"
            ),
            digest: "content",
            release: record.release,
            revision: record.revision,
            status: record.status,
            parts: record.parts
        )
        change(&secret)
        return secret
    }
}
