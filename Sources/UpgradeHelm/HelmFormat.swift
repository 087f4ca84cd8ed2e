public import UpgradeCore

/// What Helm 2 and Helm 3 store, read and written without either of them.
public struct HelmFormat: HelmCodec {
    /// > MaxSecretSize = 1 * 1024 * 1024, the sum of the values of a Secret
    /// (Kubernetes 1.12 pkg/apis/core/types.go)
    static let largestSecret = 1 << 20

    /// Above this a record is converted to see how large it becomes.
    ///
    /// Helm 3 packs the same texts as JSON, with templates and files in base64 once more. A repetition that gzip finds
    /// in a text is found in its base64 only at the same place of three, so a template takes at most about three times
    /// as much; eight leaves room.
    private static let certainlySmall = 128 << 10

    /// Makes the codec.
    public init() {}

    /// Tells of what Helm 2 stores.
    public func record(_ stored: StoredHelmObject, compares: Bool) -> HelmRecord {
        let source = HelmSource(storage: stored.storage, namespace: stored.namespace, name: stored.name)
        var record = HelmRecord(
            source: source,
            digest: Digest.sha256(stored.data),
            size: ByteCount(bytes: Int64(stored.data.utf8.count)),
            release: stored.labels["NAME"] ?? stored.name,
            revision: 0,
            namespace: ""
        )
        record.mark = HelmMark(stored.annotations)
        do {
            let (release, notes) = try Self.helm2(stored)
            record.release = release.name
            record.revision = release.version
            record.namespace = release.namespace
            record.status = release.info.status
            record.chart = release.chart.title
            record.notes = notes
            // What a superseded revision held is applied by nobody any more.
            if release.info.status != "superseded" {
                record.objects = ManifestText.references(release.manifest)
                record.hookObjects = release.hooks.flatMap { ManifestText.references($0.manifest) }
                record.templateObjects = release.chart.templateObjects
            }
            if release.info.status == "deployed" {
                record.fixed = Self.fixed([release.manifest] + release.hooks.map(\.manifest))
            }
            if compares { record.parts = release.digests }
            if stored.data.utf8.count > Self.certainlySmall { _ = try Self.packed(release) }
        } catch {
            record.problem = error.why
        }
        return record
    }

    /// Tells of what Helm 3 stores.
    public func secret(_ stored: StoredHelmObject, compares: Bool) -> HelmSecret {
        var secret = HelmSecret(
            namespace: stored.namespace,
            name: stored.name,
            mark: HelmMark(stored.annotations),
            digest: Digest.sha256(stored.data),
            release: stored.labels["name"] ?? "",
            revision: stored.labels["version"].flatMap { Int($0) } ?? 0,
            status: stored.labels["status"] ?? ""
        )
        secret.size = ByteCount(bytes: Int64(stored.data.utf8.count))
        let isDeployed = secret.status == "deployed"
        guard compares || isDeployed else { return secret }
        do {
            let release = try Release.helm3(stored.data)
            if compares { secret.parts = release.digests }
            secret.chart = release.chart.title
            guard isDeployed else { return secret }
            secret.objects = ManifestText.references(release.manifest)
            secret.hookObjects = release.hooks.flatMap { ManifestText.references($0.manifest) }
            secret.templateObjects = release.chart.templateObjects
            secret.fixed = Self.fixed([release.manifest] + release.hooks.map(\.manifest))
        } catch {
            secret.problem = error.why
        }
        return secret
    }

    /// The Secret that Helm 3 would keep, marked as ours.
    ///
    /// - Throws: `HelmCodecError` where the object is not the one that was looked at, or must not be written.
    public func converted(_ stored: StoredHelmObject, _ conversion: HelmConversion) throws(HelmCodecError) -> String {
        guard Digest.sha256(stored.data) == conversion.digest else { throw .changed }
        do {
            let (release, _) = try Self.helm2(stored)
            let data = try Self.packed(release)
            let manifest = SecretManifest(release, data, conversion, modified: stored.labels["MODIFIED_AT"])
            return String(decoding: manifest.value.text, as: UTF8.self)
        } catch {
            throw .unconvertible(error.why)
        }
    }

    private static func helm2(_ stored: StoredHelmObject) throws(Unreadable) -> (release: Release, notes: [String]) {
        let found = try Release.helm2(stored.data)
        let name = "\(found.release.name).v\(found.release.version)"
        guard name == stored.name else { throw Unreadable(why: "it holds \(name), which is not its name") }
        return found
    }

    /// > base64 of gzip of JSON  (helm v3.4 pkg/storage/driver/util.go, encodeRelease)
    private static func packed(_ release: Release) throws(Unreadable) -> String {
        let data = Base64.encode(Gzip.pack(release.helm3.text))
        guard data.utf8.count <= largestSecret else {
            let part = release.largestPart
            throw Unreadable(
                why: "as a Secret of Helm 3 it takes \(data.utf8.count >> 10) KiB, and the API stores "
                    + "\(largestSecret >> 10) KiB; the largest part is \(part.name) with \(part.size >> 10) KiB: deploy it "
                    + "without, or leave the revision out"
            )
        }
        return data
    }
}

extension Release {
    /// The digest of each part; enough of it to tell two apart.
    var digests: [String: String] {
        parts.mapValues { String(Digest.sha256($0.text).prefix(16)) }
    }
}

extension Release.Chart {
    /// The kinds that its templates name, each once.
    var templateObjects: [ClusterObjects.Reference] {
        var seen: Set<ClusterObjects.Reference> = []
        return templates.flatMap { ManifestText.references(String(decoding: $0.data, as: UTF8.self)) }
            .map { ClusterObjects.Reference(apiVersion: $0.apiVersion, kind: $0.kind) }
            .filter { seen.insert($0).inserted }
    }

    /// Name and version.
    var title: String {
        "\(metadata["name"]?.string ?? "")-\(metadata["version"]?.string ?? "")"
    }
}
