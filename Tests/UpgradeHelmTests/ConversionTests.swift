import Foundation
import SwiftProtobuf
import Testing
import UpgradeCore

@testable import UpgradeHelm

@Suite("Helm 2 releases, made by Helm's own modules, become what Helm 3 holds")
struct ConversionTests {
    @Test("every field of every status is where Helm 3 looks for it", arguments: Fixture.convertible)
    func fields(fixture: Fixture) throws {
        let found = try #require(try fixture.stored.convertedSecret().object.helm3)
        let expected = try #require(fixture.helm3)
        for key in Set(expected.object?.keys.map { $0 } ?? []).union(found.object?.keys.map { $0 } ?? []) {
            #expect(found[key] == expected[key], "\(key)")
        }
    }

    @Test("the record tells names, revision, status and chart, and no contents")
    func record() throws {
        let stored = try Fixture.named("rich.v12").stored
        let record = HelmFormat().record(stored, compares: true)
        #expect(record.problem == nil)
        #expect(
            [record.release, record.namespace, record.status, record.chart] == [
                "rich", "blog", "deployed", "web-1.2.3",
            ]
        )
        #expect(record.revision == 12)
        #expect(record.source == HelmSource(storage: .configMap, namespace: "kube-system", name: "rich.v12"))
        #expect(record.objects.map(\.kind) == ["ConfigMap"])
        let all = String(decoding: try JSONEncoder().encode(record), as: UTF8.self)
        for secret in ["pa\"ss", "Grüße", "registry.example.org", "Visit"] {
            #expect(!all.contains(secret), "\(secret)")
        }
    }

    @Test("what Helm 3 has no place for is named")
    func notes() throws {
        let record = HelmFormat().record(try Fixture.named("rich.v12").stored, compares: false)
        #expect(
            record.notes == [
                "a hook at crd-install: Helm 3 does not run it", "a test that has to fail: Helm 3 does not run it",
                "the list of its resources is left out: Helm 3 asks the cluster",
            ]
        )
        #expect(HelmFormat().record(try Fixture.named("s-deployed.v1").stored, compares: false).notes == [])
    }

    @Test("a field that Helm 2.17 does not have is named, not lost in silence")
    func unknownField() throws {
        var message = try Release.message(try Fixture.named("s-deployed.v1").stored.data)
        // Field 99 with the value 1: key (99 << 3) | 0 as a varint.
        message = try ProtoRelease(serializedBytes: try message.serializedBytes() as [UInt8] + [0x98, 0x06, 0x01])
        let stored = Self.stored(message)
        #expect(
            HelmFormat().record(stored, compares: false).notes
                == ["fields that Helm 2.17 does not have are left out: release"]
        )
    }

    @Test("the Secret has Helm 3's type, name and labels, and says what it was made from")
    func secret() throws {
        let stored = try Fixture.named("rich.v12").stored
        let (object, manifest) = try stored.convertedSecret(run: "run7")
        #expect(manifest["type"]?.string == "helm.sh/release.v1")
        #expect(object.name == "sh.helm.release.v1.rich.v12")
        #expect(object.namespace == "blog")
        #expect(
            object.labels == [
                "name": "rich", "owner": "helm", "status": "deployed", "version": "12", "createdAt": "1547337600",
                "modifiedAt": "1547337600",
            ]
        )
        let secret = HelmFormat().secret(object, compares: false)
        #expect(secret.isOurs)
        #expect(secret.mark?.run == "run7")
        #expect(secret.mark?.source == "configmaps/kube-system/rich.v12")
        #expect(secret.mark?.sourceDigest == HelmFormat().record(stored, compares: false).digest)
    }

    @Test("the same release always becomes the same Secret")
    func same() throws {
        let stored = try Fixture.named("rich.v12").stored
        #expect(try stored.convertedSecret().manifest == stored.convertedSecret().manifest)
    }

    @Test("what cannot be read is named with the reason, and the reason holds no contents", arguments: Fixture.broken)
    func broken(fixture: Fixture) throws {
        let record = HelmFormat().record(fixture.stored, compares: true)
        let problem = try #require(record.problem)
        #expect(problem.contains(fixture.reason))
        #expect(!problem.contains("hunter2"))
        #expect(throws: HelmCodecError.unconvertible(problem)) {
            _ = try HelmFormat().converted(fixture.stored, record.conversion(mark: "run1"))
        }
    }

    @Test("a release that would pass 1 MiB as a Secret is refused, with its largest part")
    func tooLarge() throws {
        var message = try Release.message(try Fixture.named("s-deployed.v1").stored.data)
        message.chart.files = [
            .with {
                $0.typeURL = "big.bin"
                $0.value = Data(Noise.bytes(800 << 10))
            }
        ]
        let record = HelmFormat().record(Self.stored(message), compares: false)
        let problem = try #require(record.problem)
        #expect(problem.hasPrefix("as a Secret of Helm 3 it takes 1"))
        #expect(problem.contains("the API stores 1024 KiB; the largest part is file big.bin of its chart with 800 KiB"))
    }

    @Test("a release that nearly fills a Secret is converted")
    func nearlyTooLarge() throws {
        var message = try Release.message(try Fixture.named("s-deployed.v1").stored.data)
        message.chart.files = [
            .with {
                $0.typeURL = "big.bin"
                $0.value = Data(Noise.bytes(560 << 10))
            }
        ]
        let object = try Self.stored(message).convertedSecret().object
        #expect(object.data.utf8.count > 740 << 10)
        #expect(object.data.utf8.count <= 1 << 20)
    }

    @Test("what was changed since it was looked at is not converted")
    func changed() throws {
        var stored = try Fixture.named("s-deployed.v1").stored
        let conversion = HelmFormat().record(stored, compares: false).conversion(mark: "run1")
        stored.data = try Fixture.named("s-failed.v1").stored.data
        #expect(throws: HelmCodecError.changed) { _ = try HelmFormat().converted(stored, conversion) }
    }

    /// The object in which Tiller would keep the message.
    static func stored(_ message: ProtoRelease) -> StoredHelmObject {
        let bytes: [UInt8] = (try? message.serializedBytes()) ?? []
        return StoredHelmObject(
            storage: .configMap,
            namespace: "kube-system",
            name: "\(message.name).v\(message.version)",
            data: Base64.encode(Gzip.pack(bytes))
        )
    }
}

/// Bytes that nobody can pack.
enum Noise {
    static func bytes(_ count: Int) -> [UInt8] {
        var state: UInt64 = 88_172_645_463_325_252
        return (0..<count).map { _ in
            // xorshift64 (Marsaglia 2003)
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return UInt8(truncatingIfNeeded: state)
        }
    }
}
