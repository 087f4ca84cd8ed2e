import Foundation
import Testing

@testable import UpgradeCore

@Suite("packages are built on a builder")
struct PackageBuildTests {
    private let sum = String(repeating: "a", count: 64)

    private var record: String {
        """
        {"component": "helm", "version": "2.16.12", "package_version": "2.16.12-1",
         "debs": [{"file": "helm_2.16.12-1_amd64.deb", "sha256": "\(sum)"}]}
        """
    }

    private func perform(
        _ scene: LiveScene,
        digest: String = "d1",
        into directory: String = "/nowhere"
    ) async throws(AccessError) -> PackageBuild.Ending {
        try await build(scene, digest: digest).perform(into: directory)
    }

    private func build(_ scene: LiveScene, digest: String = "d1", options: [String] = []) -> PackageBuild {
        PackageBuild(
            PackageBuild.Subject(
                component: "helm",
                version: "2.16.12",
                archive: "/local/packaging.tar",
                digest: digest,
                options: options
            ),
            on: Host(name: "build1", roles: []),
            remote: scene.remote,
            connect: .seconds(60),
            clock: scene.clock,
            report: scene.reports.add
        )
    }

    /// A directory that the test owns, for what is copied.
    private final class Directory {
        let path = NSTemporaryDirectory() + "upgrader-packages-\(UUID().uuidString)"
        deinit { try? FileManager.default.removeItem(atPath: path) }
    }

    @Test("the program travels along, the job is followed, each package is copied, the record last")
    func built() async throws {
        let directory = Directory()
        let scene = try LiveScene(
            .job("build1", "inactive", "none"),
            .job("build1", "inactive", "none"),
            .on("build1", "send /local/packaging.tar /tmp/upgrader-packaging-d1.tar"),
            .on("build1", "upgrader-start-job"),
            .job("build1", "active", "begun"),
            .job("build1", "inactive", "ended 0"),
            .on("build1", "upgrader-package-records", record),
            .on("build1", "copy /var/lib/upgrader/packages/helm-2.16.12-", sum)
        )
        let ending = try await perform(scene, into: directory.path)
        scene.remote.expectFinished()
        let record = "\(directory.path)/helm_2.16.12-1.json"
        #expect(ending == .built(["\(directory.path)/helm_2.16.12-1_amd64.deb", record]))
        #expect(try String(contentsOfFile: record, encoding: .utf8) == self.record)
    }

    @Test("a build that runs is followed: nothing is sent and nothing is started a second time")
    func running() async throws {
        let directory = Directory()
        let scene = try LiveScene(
            .job("build1", "active", "begun"),
            .lost("build1", "upgrader-job-status"),
            .job("build1", "active", "begun"),
            .job("build1", "inactive", "ended 0"),
            .on("build1", "upgrader-package-records", record),
            .on("build1", "copy", sum)
        )
        _ = try await perform(scene, into: directory.path)
        scene.remote.expectFinished()
        #expect(scene.reports.all == [.reconnecting(host: "build1", reason: "reset by peer")])
    }

    @Test("a build that has ended well is only copied")
    func again() async throws {
        let directory = Directory()
        let scene = try LiveScene(
            .job("build1", "inactive", "ended 0"),
            .job("build1", "inactive", "ended 0"),
            .on("build1", "upgrader-package-records", record),
            .on("build1", "copy", sum)
        )
        _ = try await perform(scene, into: directory.path)
        scene.remote.expectFinished()
    }

    @Test("a build that has failed, or whose builder was restarted, is begun anew", arguments: ["ended 10", "begun"])
    func anew(before: String) async throws {
        let scene = try LiveScene(
            .job("build1", "inactive", before),
            .on("build1", "upgrader-forget-job"),
            .job("build1", "inactive", "none"),
            .on("build1", "send"),
            .on("build1", "upgrader-start-job"),
            .job("build1", "inactive", "ended 10\nerror: refused, wrong-checksum: helm.tar.gz")
        )
        #expect(
            try await perform(scene)
                == .refused(status: 10, output: "error: refused, wrong-checksum: helm.tar.gz")
        )
        scene.remote.expectFinished()
    }

    @Test("a package that is not what the build has recorded leaves no record")
    func changedOnTheWay() async throws {
        let directory = Directory()
        let scene = try LiveScene(
            .job("build1", "inactive", "ended 0"),
            .job("build1", "inactive", "ended 0"),
            .on("build1", "upgrader-package-records", record),
            .on("build1", "copy", String(repeating: "b", count: 64)),
            .on("build1", "upgrader-forget-job")
        )
        await #expect(throws: AccessError.self) { try await perform(scene, into: directory.path) }
        #expect(!FileManager.default.fileExists(atPath: "\(directory.path)/helm_2.16.12-1.json"))
        // Asked for again, it is not copied once more for ever.
        scene.remote.expectFinished()
    }

    @Test(
        "a record of something else, or one whose files lead elsewhere, is refused",
        arguments: [
            ("helm\"", "helm3\""), ("2.16.12\",", "2.17.0\","), ("helm_2", "../helm_2"),
            ("\"debs\": [{", "\"debs\": [ {}, {"),
        ]
    )
    func foreignRecord(old: String, new: String) async throws {
        let scene = try LiveScene(
            .job("build1", "inactive", "ended 0"),
            .job("build1", "inactive", "ended 0"),
            .on("build1", "upgrader-package-records", record.replacing(old, with: new)),
            .on("build1", "upgrader-forget-job")
        )
        await #expect(throws: AccessError.self) { try await perform(scene) }
        scene.remote.expectFinished()
    }

    @Test("another tree, another version or another option is another build")
    func names() throws {
        let scene = try LiveScene()
        let names = [
            build(scene).unit, build(scene, digest: "d2").unit,
            build(scene, options: ["--unverified", "signature"]).unit,
        ]
        #expect(Set(names).count == 3)
        #expect(names.allSatisfy { $0.hasPrefix("upgrader-package-helm-2.16.12-") })
    }

    @Test("the job builds what was sent, and nothing that was changed on the way")
    func script() async throws {
        let bench = try HostScriptTests.Bench()
        try await bench.run("mkdir $1/packaging && printf '#!/bin/sh\\necho \"$@\"' >$1/packaging/package", bench.path)
        try await bench.run("chmod 755 $1/packaging/package && tar -C $1/packaging -cf $1/sent.tar .", bench.path)
        let sent = "\(bench.path)/sent.tar"
        let digest = try await bench.run("sha256sum <$1 | cut -d ' ' -f 1", sent).output.trimmingNewlines()
        let place = "\(bench.path)/packages/helm-2.16.12-x"
        let words = ["helm", "2.16.12", "--proxy", "http://p:1"]
        try await bench.run("cp $1 $1.kept", sent)
        let built = try await bench.run(HostScripts.packageBuild, [sent, digest, place] + words)
        #expect(built.output == "build helm 2.16.12 --proxy http://p:1 --output \(place)/out --work \(place)/work\n")
        #expect(!FileManager.default.fileExists(atPath: sent))
        try await bench.run("cp $1.kept $1 && mkdir -p $2/work && echo y >>$1", sent, place)
        let refused = try await bench.run(HostScripts.packageBuild, [sent, digest, place] + words)
        #expect(refused.outcome == .exited(10))
        #expect(refused.output.isEmpty)
        #expect(FileManager.default.fileExists(atPath: "\(place)/work"))
    }
}
