import Testing
import UpgradeCore

@testable import UpgradeHelm

@Suite("A converted release is read back and compared part by part")
struct VerificationTests {
    @Test("what was converted has the same parts, read by another reader", arguments: Fixture.convertible)
    func same(fixture: Fixture) throws {
        let codec = HelmFormat()
        let record = codec.record(fixture.stored, compares: true)
        let secret = codec.secret(try fixture.stored.convertedSecret().object, compares: true)
        #expect(secret.problem == nil)
        #expect(secret.parts == record.parts)
        #expect(secret.parts.count > 12)
    }

    @Test(
        "each part that is changed is seen, and only that",
        arguments: [
            "manifest", "config", "hooks", "version", "namespace", "info.status", "info.notes", "info.description",
            "info.first_deployed", "info.deleted", "chart.values", "chart.templates", "chart.files", "chart.metadata",
        ]
    )
    func changed(part: String) throws {
        let codec = HelmFormat()
        let stored = try Fixture.named("rich.v12").stored
        var release = try Release.helm2(stored.data).release
        switch part {
        case "manifest": release.manifest += " "
        case "config": release.config["replicas"] = .integer(4)
        case "hooks": release.hooks[0].weight += 1
        case "version": release.version += 1
        case "namespace": release.namespace = "other"
        case "info.status": release.info.status = "failed"
        case "info.notes": release.info.notes += "."
        case "info.description": release.info.description += "."
        case "info.first_deployed": release.info.firstDeployed?.nanoseconds += 1
        case "info.deleted": release.info.deleted = Release.Time(seconds: 1, nanoseconds: 0)
        case "chart.values": release.chart.values["port"] = nil
        case "chart.templates": release.chart.templates[1].data.append(0)
        case "chart.files": release.chart.files.removeLast()
        default: release.chart.metadata = .object([:])
        }
        let data = Base64.encode(Gzip.pack(release.helm3.text))
        let secret = codec.secret(
            StoredHelmObject(storage: .secret, namespace: "blog", name: "x", data: data),
            compares: true
        )
        let record = codec.record(stored, compares: true)
        #expect(record.parts.filter { secret.parts[$0.key] != $0.value }.map(\.key) == [part])
    }

    @Test("a Secret that somebody changed is not ours any more; one that Helm wrote has no mark")
    func ours() throws {
        var (object, _) = try Fixture.named("rich.v12").stored.convertedSecret()
        object.data = try Fixture.named("s-failed.v1").stored.convertedSecret().object.data
        #expect(HelmFormat().secret(object, compares: false).isOurs == false)
        object.annotations = [:]
        #expect(HelmFormat().secret(object, compares: false).mark == nil)
    }

    @Test("what cannot be read back is named")
    func unreadable() {
        let secret = HelmFormat().secret(
            StoredHelmObject(storage: .secret, namespace: "blog", name: "x", data: "%%%"),
            compares: true
        )
        #expect(secret.problem == "what it holds is not base64")
    }

    @Test(
        "a moment survives the way through its text",
        arguments: [
            Release.Time(seconds: 0, nanoseconds: 0), Release.Time(seconds: 1_546_300_800, nanoseconds: 123_456_789),
            Release.Time(seconds: 951_782_399, nanoseconds: 500_000_000),
            Release.Time(seconds: -1, nanoseconds: 1), Release.Time(seconds: 4_102_444_800, nanoseconds: 0),
        ]
    )
    func moment(time: Release.Time) {
        #expect(Release.Time(.string(time.text)) == time)
    }

    @Test("a moment with another offset is the same moment")
    func offset() {
        #expect(
            Release.Time(.string("2019-01-01T02:00:00.5+02:00"))
                == Release.Time(seconds: 1_546_300_800, nanoseconds: 500_000_000)
        )
        #expect(Release.Time(.string("0001-01-01T00:00:00Z")) == nil)
        #expect(Release.Time(.string("")) == nil)
    }
}
