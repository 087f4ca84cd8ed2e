import Foundation
import SwiftProtobuf
import Testing
import UpgradeCore

@testable import UpgradeHelm

@Suite("A deployed release is written anew with the APIs that stay")
struct MappingTests {
    private let codec = HelmFormat()

    /// `old.v3` of the fixtures names extensions/v1beta1; its deployment gets labels, as a real one has.
    static func second() throws -> StoredHelmObject {
        var message = try Release.message(try Fixture.named("old.v3").stored.data)
        message.manifest = ManifestRewriteTests.deployment
        message.hooks = [
            .with {
                $0.name = "web"
                $0.kind = "Deployment"
                $0.manifest = ManifestRewriteTests.deployment
            }
        ]
        var stored = ConversionTests.stored(message)
        stored.labels = [
            "NAME": "old", "OWNER": "TILLER", "STATUS": "DEPLOYED", "VERSION": "3", "CREATED_AT": "1",
            "MODIFIED_AT": "2",
        ]
        stored.annotations = ["team": "shop"]
        stored.resourceVersion = "41"
        return stored
    }

    /// The same as Helm 3 keeps it after a conversion.
    static func third() throws -> StoredHelmObject {
        var stored = try second().convertedSecret().object
        stored.resourceVersion = "42"
        return stored
    }

    static func mapping(_ stored: StoredHelmObject, helm: Int) -> HelmMapping {
        HelmMapping(
            helm: helm,
            source: HelmSource(storage: stored.storage, namespace: stored.namespace, name: stored.name),
            digest: Digest.sha256(stored.data),
            release: "old",
            revision: 3,
            next: 4,
            apis: [APIMove(from: "extensions/v1beta1", kind: "Deployment", to: "apps/v1")],
            mark: "run1"
        )
    }

    /// A manifest as the API would give it back.
    static func stored(_ manifest: String, _ storage: HelmStorage) throws -> StoredHelmObject {
        let value = try #require(JSONValue(Array(manifest.utf8)))
        let data = try #require(value["data"]?["release"]?.string)
        let metadata = try #require(value["metadata"])
        return StoredHelmObject(
            storage: storage,
            namespace: try #require(metadata["namespace"]?.string),
            name: try #require(metadata["name"]?.string),
            labels: metadata["labels"]?.object?.compactMapValues(\.string) ?? [:],
            annotations: metadata["annotations"]?.object?.compactMapValues(\.string) ?? [:],
            resourceVersion: metadata["resourceVersion"]?.string ?? "",
            data: storage == .secret ? String(decoding: try #require(Base64.decode(data)), as: UTF8.self) : data
        )
    }

    @Test("of Helm 2, only APIs, revision, description and statuses differ")
    func helm2() throws {
        let old = try Self.second()
        let rewrite = try codec.mapped(old, Self.mapping(old, helm: 2))
        let created = try Self.stored(rewrite.created, .configMap)
        #expect(created.name == "old.v4")
        let labels = ["NAME": "old", "OWNER": "TILLER", "STATUS": "DEPLOYED", "VERSION": "4", "CREATED_AT": "1"]
        #expect(created.labels == labels)
        var before = try Release.message(old.data)
        let after = try Release.message(created.data)
        #expect(after.manifest.contains("apiVersion: apps/v1 ") && after.manifest.contains("matchLabels"))
        #expect(after.hooks[0].manifest == after.manifest)
        before.version = 4
        before.manifest = after.manifest
        before.hooks[0].manifest = after.manifest
        before.info.description_p = after.info.description_p
        #expect(before == after)
        let record = codec.record(created, compares: false)
        #expect(record.mark?.origin == .mapping && record.mark?.sourceDigest == Digest.sha256(old.data))
        #expect(record.mark?.content == record.digest && record.fixed == [])

        let superseded = try Self.stored(rewrite.superseded, .configMap)
        #expect(superseded.resourceVersion == "41" && superseded.name == "old.v3")
        #expect(superseded.labels == old.labels.merging(["STATUS": "SUPERSEDED"]) { _, new in new })
        #expect(superseded.annotations == ["team": "shop"])
        var expected = try Release.message(old.data)
        expected.info.status.code = .superseded
        #expect(try Release.message(superseded.data) == expected)
        #expect(rewrite.supersededDigest == Digest.sha256(superseded.data))
    }

    @Test("of Helm 3, what this program does not know is taken over as well")
    func helm3() throws {
        var old = try Self.third()
        var fields = try #require(try Release.json(old.data).object)
        fields["later"] = .object(["field": .array([.number(0.5)])])
        old.data = Base64.encode(Gzip.pack(JSONValue.object(fields).text))
        let rewrite = try codec.mapped(old, Self.mapping(old, helm: 3))
        let created = try Self.stored(rewrite.created, .secret)
        #expect(created.name == "sh.helm.release.v1.old.v4")
        #expect(created.labels["status"] == "deployed" && created.labels["version"] == "4")
        let after = try #require(try Release.json(created.data).object)
        #expect(after["later"] == fields["later"] && after["config"] == fields["config"])
        #expect(after["chart"] == fields["chart"] && after["version"] == .integer(4))
        #expect(after["info"]?["status"]?.string == "deployed")
        #expect(after["info"]?["first_deployed"] == fields["info"]?["first_deployed"])
        let secret = codec.secret(created, compares: false)
        #expect(secret.isOurs && secret.mark?.origin == .mapping)
        let web = ClusterObjects.Reference(apiVersion: "apps/v1", kind: "Deployment", name: "web")
        #expect(secret.objects.contains(web))

        let superseded = try Self.stored(rewrite.superseded, .secret)
        #expect(superseded.labels["status"] == "superseded")
        // It is no longer what the conversion wrote, and so has no mark of one.
        #expect(codec.secret(superseded, compares: false).mark == nil)
        #expect(try Release.json(superseded.data)["info"]?["status"]?.string == "superseded")
    }

    @Test("what was changed since is not mapped, and what cannot be rewritten is named")
    func refused() throws {
        var old = try Self.second()
        let mapping = Self.mapping(old, helm: 2)
        old.data = try Fixture.named("rich.v12").stored.data
        #expect(throws: HelmCodecError.changed) { _ = try codec.mapped(old, mapping) }
        let bare = try Fixture.named("old.v3").stored
        #expect(
            throws: HelmCodecError.unconvertible(
                "Deployment old-web: spec.selector is missing: apps/v1 demands a selector; extensions/v1beta1 put the "
                    + "labels of the template there where none was given"
            )
        ) { _ = try codec.mapped(bare, Self.mapping(bare, helm: 2)) }
        // Known before anything is written.
        #expect(codec.record(bare, compares: false).fixed.map(\.object.name) == ["old-web"])
    }

    @Test("the kinds that hooks and templates name are told, without what they hold")
    func places() throws {
        let record = codec.record(try Fixture.named("rich.v12").stored, compares: false)
        #expect(Set(record.hookObjects.map(\.kind)) == ["ConfigMap"])
        #expect(record.templateObjects.map(\.kind) == ["ConfigMap"])
        #expect(record.templateObjects.allSatisfy { $0.name.isEmpty })
    }
}
