import Foundation
import Testing

@testable import UpgradeCore

/// What the commands of a package transaction make apt do: real archives, the dpkg and apt of this machine with a database,
/// a cache and a repository of their own.
@Suite("a package transaction, with real packages, dpkg and apt")
struct PackageTransactionScriptTests {
    private typealias Scene = ConffileScriptTests.Scene

    private func spec(_ name: String = "daemon") throws -> PackageSpec {
        PackageSpec(name: name, version: try LiveScene.version("2-1"))
    }

    @Test("a package on hold is fetched as it is, and installed between a lifted hold and one that is put back")
    func held() async throws {
        let scene = try await Scene()
        try await scene.release("1-1", [])
        try await scene.install("1-1")
        try await scene.hold("daemon")
        try await scene.release("2-1", [])
        let fetched = try await scene.perform(.download(host: "w1", packages: [try spec()]))
        #expect(fetched.succeeded, "\(fetched.output)")
        #expect(try await scene.held() == ["daemon"])
        #expect(try await scene.version() == "1-1 installed")
        let install = Action.install(host: "w1", packages: [try spec()])
        #expect(try await !scene.perform(install).succeeded, "apt was told of no hold to change")
        #expect(try await scene.perform(.unhold(host: "w1", package: "daemon")).succeeded)
        #expect(try await scene.perform(install).succeeded)
        #expect(try await scene.version() == "2-1 installed")
        #expect(try await scene.held() == [])
        #expect(try await scene.perform(.hold(host: "w1", package: "daemon")).succeeded)
        #expect(try await scene.held() == ["daemon"])
        let unknown = try await scene.perform(.hold(host: "w1", package: "no-such-package"))
        #expect(unknown.outcome == .exited(1))
    }

    @Test("what comes from the same source stays at its version until its own install")
    func siblings() async throws {
        let scene = try await Scene()
        // A package without a file of its own would disappear with the next one that has its directories (dpkg(1)).
        let release = { (version: String) in
            for name in ["daemon", "sibling"] {
                try await scene.release(version, [(name, version)], name: name, source: "one")
            }
        }
        try await release("1-1")
        for name in ["daemon", "sibling"] {
            let installed = try await scene.install("1-1", name: name)
            try #require(installed.succeeded, "\(installed.output)")
        }
        try await release("2-1")
        #expect(try await scene.perform(.install(host: "w1", packages: [try spec()])).succeeded)
        #expect(try await scene.version() == "2-1 installed")
        #expect(try await scene.version(of: "sibling") == "1-1 installed")
    }

    @Test("an archive that is not what the lists say, though of its size, is none, and is fetched anew")
    func otherArchive() async throws {
        let scene = try await Scene(edited: ["a"])
        let archive = "\(scene.bench.path)/cache/archives/daemon_2-1_all.deb"
        #expect(try await scene.survey("2-1").archives == [try spec()])
        let good = try Data(contentsOf: URL(filePath: archive))
        var text = String(decoding: good, as: UTF8.self)
        text.replace("LAST=2", with: "LAST=7")
        try #require(text.utf8.count == good.count)
        try Data(text.utf8).write(to: URL(filePath: archive))
        let look = { () async throws -> ConffileSurvey in
            let words = [scene.bench.path, "\(scene.bench.path)/kept", "daemon=2-1"]
            return try ConffileReading.survey(try await scene.bench.run(HostScripts.conffiles, words).text())
        }
        #expect(try await look().archives == [])
        #expect(try await scene.perform(.download(host: "w1", packages: [try spec()])).succeeded)
        #expect(try Data(contentsOf: URL(filePath: archive)) == good)
        #expect(try await look().archives == [try spec()])
    }

    @Test("apt's lists tell the archive of a version, whether it is installed or not")
    func archives() async throws {
        let scene = try await Scene()
        for version in ["1-1", "2-1"] { try await scene.release(version, []) }
        try await scene.install("1-1")
        let words = ["daemon=1-1", "daemon=2-1", "daemon=3-1"]
        let found = try HostReading.archives(try await scene.bench.run(HostScripts.archives, words).text())
        #expect(found.map { "\($0.package.name)=\($0.package.version)" } == ["daemon=1-1", "daemon=2-1"])
        for (archive, version) in zip(found, ["1-1", "2-1"]) {
            let path = "\(scene.bench.path)/repo/daemon_\(version)_all.deb"
            #expect(archive.sha256 == Digest.sha256(try Data(contentsOf: URL(filePath: path))))
        }
    }
}
