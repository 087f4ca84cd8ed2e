import Foundation
import Testing
import UpgradeCore
import UpgradeTestSupport

@testable import UpgradeHelm

@Suite("What a live cluster does to what Helm stores, call by call")
struct LiveHelmTests {
    private let api = SimulatedAPI()
    private let scratch: ScratchDirectory
    private let playbook: Playbook

    init() throws {
        scratch = try ScratchDirectory()
        playbook = try Scene().playbook
    }

    private func perform(_ action: Action, disk: any Disk = LocalDisk()) async throws {
        let cluster = LiveCluster(
            remote: api,
            playbook: playbook,
            localDirectory: scratch.path,
            disk: disk,
            helm: HelmFormat(),
            now: { 0 }
        )
        let key = try #require(StepKey("1.15-1.16/helm-before/helm-map@cluster"))
        try await cluster.perform(action, as: JobID(run: "run1", key: key, attempt: 1, index: 0)) { _ in }
    }

    private func data(_ key: String) throws -> StoredHelmObject {
        let object = try #require(api.objects[key])
        return try MappingTests.stored(
            String(decoding: object.text, as: UTF8.self),
            key.hasPrefix("secrets") ? .secret : .configMap
        )
    }

    @Test("a mapping whose answer is lost at any call, or that is done twice, ends the same", arguments: 0...3)
    func mapping(lost: Int) async throws {
        for helm in [2, 3] {
            let old = try helm == 2 ? MappingTests.second() : MappingTests.third()
            api.put(old, type: helm == 3 ? "helm.sh/release.v1" : nil)
            let mapping = MappingTests.mapping(old, helm: helm)
            api.lose(answerTo: lost)
            try await perform(.mapHelmRelease(mapping))
            let kind = mapping.source.storage.rawValue
            let new = try data("\(kind)/\(mapping.target.path)")
            let superseded = try data("\(kind)/\(mapping.source.path)")
            if helm == 2 {
                #expect(try Release.message(new.data).manifest.contains("apps/v1"))
                #expect(try Release.message(superseded.data).info.status.code == .superseded)
            } else {
                #expect(try Release.json(new.data)["manifest"]?.string?.contains("apps/v1") == true)
                #expect(superseded.labels["status"] == "superseded")
            }
            #expect(api.objects.count == (helm == 2 ? 2 : 4))
            // No word of any command holds contents.
            #expect(!api.calls.joined().contains { $0.contains("apps/v1") })
        }
    }

    @Test("a mapping of what somebody has changed since, or beside a revision that is not ours, changes nothing")
    func foreign() async throws {
        var old = try MappingTests.second()
        let mapping = MappingTests.mapping(old, helm: 2)
        var other = old
        other.name = "old.v4"
        api.put(old)
        api.put(other)
        let before = api.objects
        await #expect(throws: AccessError.self) { try await perform(.mapHelmRelease(mapping)) }
        #expect(api.objects == before)
        old.data = try Fixture.named("s-failed.v1").stored.data
        api.put(old)
        await #expect(throws: AccessError.self) { try await perform(.mapHelmRelease(mapping)) }
        #expect(try data("configmaps/kube-system/old.v4").data == other.data)
    }

    @Test("a retired record is on the operator's disk, mode 0600, before it is gone", arguments: 0...2)
    func retirement(lost: Int) async throws {
        let stored = try Fixture.named("kept.v2").stored
        api.put(stored, type: "Opaque")
        let source = HelmSource(storage: stored.storage, namespace: stored.namespace, name: stored.name)
        let one = HelmRetirement(source: source, digest: Digest.sha256(stored.data))
        api.lose(answerTo: lost)
        try await perform(.retireHelmRecord(one))
        #expect(api.objects.isEmpty)
        let path = scratch.path + "/" + one.localPath
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        #expect(attributes[.posixPermissions] as? Int == 0o600)
        let copy = try #require(JSONValue([UInt8](try Data(contentsOf: URL(filePath: path)))))
        #expect(copy["kind"]?.string == "Secret" && copy["metadata"]?["name"]?.string == "kept.v2")
        #expect(copy["data"]?["release"]?.string.flatMap(Base64.decode) == Array(stored.data.utf8))
        // Once more, as after a kill: it is gone and its copy is there.
        try await perform(.retireHelmRecord(one))
    }

    @Test("a record that was changed, or is gone without a copy, is not retired")
    func notRetired() async throws {
        let stored = try Fixture.named("kept.v2").stored
        let source = HelmSource(storage: stored.storage, namespace: stored.namespace, name: stored.name)
        await #expect(throws: AccessError.self) {
            try await perform(.retireHelmRecord(HelmRetirement(source: source, digest: Digest.sha256(stored.data))))
        }
        api.put(stored)
        await #expect(throws: AccessError.self) {
            try await perform(.retireHelmRecord(HelmRetirement(source: source, digest: "another")))
        }
        #expect(api.objects.count == 1)
    }

    @Test("what was copied and cannot be read back as it was is not removed")
    func forgetfulDisk() async throws {
        let stored = try Fixture.named("kept.v2").stored
        api.put(stored)
        let source = HelmSource(storage: stored.storage, namespace: stored.namespace, name: stored.name)
        let one = HelmRetirement(source: source, digest: Digest.sha256(stored.data))
        let before = api.objects
        for kept in [nil, Array("{\"metadata\":{\"name\":\"kept.v2\"},\"data\":{}}".utf8), Array("{".utf8)] {
            await #expect(throws: AccessError.self) {
                try await perform(.retireHelmRecord(one), disk: OtherDisk(kept: kept))
            }
            #expect(api.objects == before)
        }
        try await perform(.retireHelmRecord(one))
        #expect(api.objects.isEmpty)
    }

    @Test("a converted Secret is removed while Helm 2 has what it was made from, and not after", arguments: 0...3)
    func removal(lost: Int) async throws {
        let stored = try Fixture.named("rich.v12").stored
        let (secret, _) = try stored.convertedSecret()
        let conversion = HelmFormat().record(stored, compares: false).conversion(mark: "run1")
        let key = "configmaps/\(conversion.source.path)"
        api.put(secret, type: "helm.sh/release.v1")
        await #expect(throws: AccessError.self) { try await perform(.removeHelmSecret(conversion)) }
        var damaged = stored
        damaged.data = "%%%"
        api.put(damaged)
        await #expect(throws: AccessError.self) { try await perform(.removeHelmSecret(conversion)) }
        #expect(api.objects.count == 2)
        // Helm 2 has changed it since: the newer one stays.
        damaged.data = try Fixture.named("s-failed.v1").stored.data
        damaged.name = "s-failed.v1"
        api.put(damaged)
        var other = conversion
        other.source.name = damaged.name
        api.lose(answerTo: lost)
        try await perform(.removeHelmSecret(other))
        #expect(Set(api.objects.keys) == [key, "configmaps/\(other.source.path)"])
        // Once more, as after a kill.
        try await perform(.removeHelmSecret(other))
    }

    @Test("a Secret that somebody has changed since its conversion is not removed")
    func changedRemoval() async throws {
        let stored = try Fixture.named("rich.v12").stored
        var (secret, _) = try stored.convertedSecret()
        let conversion = HelmFormat().record(stored, compares: false).conversion(mark: "run1")
        api.put(stored)
        secret.data = try Fixture.named("s-failed.v1").stored.convertedSecret().object.data
        api.put(secret, type: "helm.sh/release.v1")
        await #expect(throws: AccessError.self) { try await perform(.removeHelmSecret(conversion)) }
        #expect(api.objects.count == 2)
    }

    @Test("what cannot be copied is not removed")
    func fullDisk() async throws {
        let stored = try Fixture.named("kept.v2").stored
        api.put(stored)
        // A file where the directory has to be.
        #expect(FileManager.default.createFile(atPath: scratch.path + "/helm2", contents: nil))
        let source = HelmSource(storage: stored.storage, namespace: stored.namespace, name: stored.name)
        await #expect(throws: AccessError.self) {
            try await perform(.retireHelmRecord(HelmRetirement(source: source, digest: Digest.sha256(stored.data))))
        }
        #expect(api.objects.count == 1)
    }
}

/// Simulated, not real: a disk that takes every file and has another one in its place.
private struct OtherDisk: Disk {
    let kept: [UInt8]?

    func read(_ path: String) throws(JournalError) -> [UInt8]? { kept }
    func append(to path: String) throws(JournalError) -> any DiskFile { Taken() }
    func overwrite(_ path: String) throws(JournalError) -> any DiskFile { Taken() }
    func create(_ path: String) throws(JournalError) -> any DiskFile { Taken() }
    func rename(_ path: String, to newPath: String) throws(JournalError) {}
    func remove(_ path: String) {}
    func syncDirectory(of path: String) throws(JournalError) {}
    func makeDirectory(_ path: String) throws(JournalError) {}
    func names(in directory: String) -> [String] { [] }

    private final class Taken: DiskFile {
        func write(_ bytes: [UInt8]) throws(JournalError) {}
        func truncate(to size: Int) throws(JournalError) {}
        func sync() throws(JournalError) {}
    }
}
