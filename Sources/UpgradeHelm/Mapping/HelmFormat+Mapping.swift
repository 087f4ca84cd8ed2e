internal import Foundation
internal import SwiftProtobuf
public import UpgradeCore
internal import UpgradeKnowledge

extension HelmFormat {
    /// Where the data of this program cannot be read, nothing is known to be written otherwise.
    private static let rules = (try? ObjectRewrites.all()) ?? ObjectRewrites(rules: [])

    /// The manifests of the revision that supersedes a deployed one, and of that one superseded.
    ///
    /// Only the APIs of the objects, the revision, the description and the statuses differ: whatever else is stored, known
    /// here or not, is taken over.
    /// - Throws: `HelmCodecError` where the object is not the one that was looked at, or must not be written.
    public func mapped(_ stored: StoredHelmObject, _ mapping: HelmMapping) throws(HelmCodecError) -> HelmRewrite {
        guard Digest.sha256(stored.data) == mapping.digest else { throw .changed }
        let rewrite = ManifestRewrite(moves: mapping.apis, rules: Self.rules)
        let contents: (next: String, superseded: String)
        do throws(Unreadable) {
            contents =
                try mapping.helm == 2
                ? Self.contents2(stored.data, mapping, rewrite) : Self.contents3(stored.data, mapping, rewrite)
        } catch {
            throw .unconvertible(error.why)
        }
        guard contents.next.utf8.count <= Self.largestSecret else {
            let size = contents.next.utf8.count >> 10
            throw .unconvertible("it takes \(size) KiB, and the API stores \(Self.largestSecret >> 10) KiB")
        }
        let mark = HelmMark(
            run: mapping.mark,
            source: "\(mapping.source.storage.rawValue)/\(mapping.source.path)",
            sourceDigest: mapping.digest,
            content: Digest.sha256(contents.next),
            origin: .mapping
        )
        let words = mapping.helm == 2 ? Words(status: "STATUS", version: "VERSION", isUpper: true) : Words()
        var labels = stored.labels
        labels[words.status] = words.value("superseded")
        let superseded = SecretManifest(
            helm: mapping.helm,
            mapping.source,
            contents.superseded,
            labels: labels,
            // Helm, too, takes the mark away when it supersedes a revision: it is no longer what a conversion wrote.
            annotations: HelmMark.removed(from: stored.annotations),
            version: stored.resourceVersion
        )
        labels[words.status] = words.value("deployed")
        labels[words.version] = String(mapping.next)
        labels["modifiedAt"] = nil
        labels["MODIFIED_AT"] = nil
        let created = SecretManifest(
            helm: mapping.helm,
            mapping.target,
            contents.next,
            labels: labels,
            annotations: HelmMark.removed(from: stored.annotations).merging(mark.annotations) { _, new in new },
            version: nil
        )
        return HelmRewrite(
            created: String(decoding: created.value.text, as: UTF8.self),
            superseded: String(decoding: superseded.value.text, as: UTF8.self),
            supersededDigest: Digest.sha256(contents.superseded)
        )
    }

    /// The objects of manifests that no other API can stand in for as they are written.
    static func fixed(_ manifests: [String]) -> [HelmFixed] {
        // Where to does not matter here; every rule is tried.
        let moves = rules.rules.map { APIMove(from: $0.apiVersion, kind: $0.kind, to: $0.apiVersion) }
        let rewrite = ManifestRewrite(moves: moves, rules: rules)
        return manifests.flatMap { rewrite.fixed($0) }
    }

    /// How Helm names the labels.
    ///
    /// - Source: helm v2.17 and v3.4 pkg/storage/driver/{cfgmaps,secrets}.go
    private struct Words {
        var status = "status"
        var version = "version"
        var isUpper = false

        func value(_ text: String) -> String { isUpper ? text.uppercased() : text }
    }

    // MARK: contents

    private static func contents2(
        _ data: String,
        _ mapping: HelmMapping,
        _ rewrite: ManifestRewrite
    ) throws(Unreadable) -> (next: String, superseded: String) {
        let old = try Release.message(data)
        var next = old
        next.version = Int32(clamping: mapping.next)
        next.info.description_p = mapping.words
        next.manifest = try text(old.manifest, rewrite)
        for index in next.hooks.indices { next.hooks[index].manifest = try text(old.hooks[index].manifest, rewrite) }
        var superseded = old
        superseded.info.status.code = .superseded
        return (try packed(next), try packed(superseded))
    }

    private static func packed(_ message: ProtoRelease) throws(Unreadable) -> String {
        do {
            let bytes: [UInt8] = try message.serializedBytes()
            return Base64.encode(Gzip.pack(bytes))
        } catch {
            throw Unreadable(why: "it cannot be written as a release of Helm 2")
        }
    }

    private static func contents3(
        _ data: String,
        _ mapping: HelmMapping,
        _ rewrite: ManifestRewrite
    ) throws(Unreadable) -> (next: String, superseded: String) {
        guard case .object(let old) = try Release.json(data), case .object(let info)? = old["info"] else {
            throw Unreadable(why: "its info is gone")
        }
        var next = old
        next["version"] = .integer(Int64(mapping.next))
        next["info"] = .object(info.merging(["description": .string(mapping.words)]) { _, new in new })
        next["manifest"] = .string(try text(old["manifest"]?.string ?? "", rewrite))
        if let hooks = old["hooks"]?.array {
            var all: [JSONValue] = []
            for hook in hooks {
                guard case .object(var fields) = hook, let manifest = fields["manifest"]?.string else {
                    all.append(hook)
                    continue
                }
                fields["manifest"] = .string(try text(manifest, rewrite))
                all.append(.object(fields))
            }
            next["hooks"] = .array(all)
        }
        var superseded = old
        superseded["info"] = .object(info.merging(["status": .string("superseded")]) { _, new in new })
        return (packed(next), packed(superseded))
    }

    private static func packed(_ fields: [String: JSONValue]) -> String {
        Base64.encode(Gzip.pack(JSONValue.object(fields).text))
    }

    private static func text(_ manifest: String, _ rewrite: ManifestRewrite) throws(Unreadable) -> String {
        do throws(HelmFixed) {
            return try rewrite.rewritten(manifest)
        } catch {
            throw Unreadable(why: "\(error.object.kind) \(error.object.name): \(error.why)")
        }
    }
}

extension HelmMapping {
    /// What `helm history` shows of the new revision.
    var words: String {
        let all = apis.map { "\($0.kind) of \($0.to) for \($0.from)" }.joined(separator: ", ")
        return "Rewritten by upgrader: \(all); older revisions name APIs that go away"
    }
}
