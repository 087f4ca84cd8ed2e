import Foundation
import Testing
import UpgradeTestSupport

@testable import UpgradeCore

/// Looks at conffiles and installs packages for real.
///
/// Real archives, and the dpkg and apt of this machine with a database, a cache and a repository of their own; conffiles
/// are files of the test's directory.
@Suite("conffiles, with real packages, dpkg and apt")
struct ConffileScriptTests {
    static let base = "# comment\nLEVEL=1\n#\nNAME=a\n#\nLAST=1\n"
    /// The package changes its end.
    static let next = "# comment\nLEVEL=1\n#\nNAME=a\n#\nLAST=2\n"
    /// The operator changes its beginning.
    static let changed = "# comment\nLEVEL=5\n#\nNAME=a\n#\nLAST=1\n"
    static let merged = "# comment\nLEVEL=5\n#\nNAME=a\n#\nLAST=2\n"
    /// The operator changes its end as well.
    static let conflicting = "# comment\nLEVEL=1\n#\nNAME=a\n#\nLAST=9\n"

    @Test(
        "what the operator has changed is kept, taken anew, or merged, as was decided; dpkg leaves the other beside it"
    )
    func decisions() async throws {
        let scene = try await Scene()
        try await scene.release("1-1", ["kept", "taken", "merged", "alone", "same"].map { ($0, Self.base) })
        try await scene.install("1-1")
        for name in ["kept", "taken", "merged"] { try scene.edit(name, Self.changed) }
        try scene.edit("same", Self.next)
        try await scene.release("2-1", ["kept", "taken", "merged", "alone", "same"].map { ($0, Self.next) })
        try await scene.keep("1-1")
        let found = try await scene.survey("2-1")
        #expect(found.archives.count == 1)
        #expect(found.contested.map(\.path) == ["kept", "taken", "merged"].map(scene.path))
        #expect(found.contested.allSatisfy { $0.merged != nil && $0.problem.isEmpty })
        #expect(found.contested.first?.difference == ["-LEVEL=5", "+LEVEL=1", "-LAST=1", "+LAST=2"])
        let installed = try await scene.install(
            "2-1",
            [("kept", .keep), ("taken", .take), ("merged", .merge)],
            found
        )
        #expect(installed.succeeded, "\(installed.output)")
        #expect(try await scene.version() == "2-1 installed")
        #expect(try scene.read("kept") == Self.changed)
        #expect(try scene.read("kept.dpkg-dist") == Self.next)
        #expect(try scene.read("taken") == Self.next)
        #expect(try scene.read("taken.dpkg-old") == Self.changed)
        #expect(try scene.read("merged") == Self.merged)
        #expect(try scene.read("merged.dpkg-bak") == Self.changed)
        #expect(try scene.read("alone") == Self.next, "only the package had changed it")
        #expect(try scene.names().filter { $0.hasPrefix("alone") || $0.hasPrefix("same") } == ["alone", "same"])
        #expect(try scene.names().filter { $0.hasSuffix(".dpkg-tmp") || $0.hasSuffix(".dpkg-new") } == [])
        #expect(try await scene.survey("2-1").contested == [], "what is installed is decided")
    }

    @Test("a merge that does not come out is told, and installing with it installs nothing")
    func conflict() async throws {
        let scene = try await Scene(edited: ["a"], to: Self.conflicting)
        try await scene.keep("1-1")
        let found = try await scene.survey("2-1")
        #expect(found.contested.map(\.merged) == [nil])
        #expect(found.contested.map(\.problem) == ["both have changed the same lines"])
        #expect(found.contested.map(\.difference) == [["-LAST=9", "+LAST=2"]])
        let refused = try await scene.install("2-1", [("a", .merge)], found)
        #expect(refused.outcome == .exited(3))
        #expect(try await scene.version() == "1-1 installed")
        #expect(try scene.read("a") == Self.conflicting)
        #expect(try scene.names() == ["a"])
    }

    @Test("without what the installed package brought nothing can be merged")
    func noBase() async throws {
        let scene = try await Scene(edited: ["a"])
        try await scene.forget("1-1")
        let found = try await scene.survey("2-1")
        #expect(found.contested.map(\.problem) == ["what the installed package brought is not kept on the host"])
    }

    @Test("cut off anywhere between the files and dpkg, the next look decides the same and the install ends the same")
    func cutOff() async throws {
        let scene = try await Scene(edited: ["taken", "merged"])
        try await scene.keep("1-1")
        let found = try await scene.survey("2-1")
        let choices: [(String, ConffileChoice)] = [("taken", .take), ("merged", .merge)]
        // The files are in place, and then apt does not come to anything.
        try await scene.refuseApt()
        #expect(try await !scene.install("2-1", choices, found).succeeded)
        #expect(try scene.read("merged") == Self.merged)
        try await scene.allowApt()
        let again = try await scene.survey("2-1")
        #expect(again.contested.map(\.path) == [scene.path("merged")], "the other is as the package brings it")
        #expect(again.contested.first?.merged == again.contested.first?.present)
        #expect(try await scene.install("2-1", [("merged", .merge)], again).succeeded)
        #expect(try scene.read("taken") == Self.next)
        #expect(try scene.read("merged") == Self.merged)
        #expect(try scene.read("merged.dpkg-bak") == Self.changed, "the operator's, not what was merged")
    }

    @Test("the same command, begun again after apt could not begin, goes past what is in place and installs")
    func begunAgain() async throws {
        let names = ["taken", "other", "merged"]
        let scene = try await Scene(edited: names)
        try await scene.keep("1-1")
        let found = try await scene.survey("2-1")
        let choices: [(String, ConffileChoice)] = [("taken", .take), ("other", .take), ("merged", .merge)]
        try await scene.refuseApt()
        #expect(try await !scene.install("2-1", choices, found).succeeded)
        try await scene.allowApt()
        let again = try await scene.install("2-1", choices, found)
        #expect(again.succeeded, "\(again.output)\(again.errorOutput)")
        #expect(try names.map(scene.read) == [Self.next, Self.next, Self.merged])
    }

    @Test("what was changed after the decision is neither overwritten nor installed over")
    func changedMeanwhile() async throws {
        let scene = try await Scene(edited: ["a", "b"])
        let found = try await scene.survey("2-1")
        try scene.edit("b", "mine\n")
        let refused = try await scene.install("2-1", [("a", .take), ("b", .take)], found)
        #expect(refused.outcome == .exited(3))
        #expect(try scene.read("a") == Self.changed, "all are looked at before the first is changed")
        #expect(try scene.read("b") == "mine\n")
        #expect(try await scene.version() == "1-1 installed")
    }

    @Test("a file that the operator has removed stays away under keep, and comes under take")
    func removed() async throws {
        for (choice, there) in [(ConffileChoice.keep, false), (.take, true)] {
            let scene = try await Scene()
            try await scene.release("1-1", [("a", Self.base)])
            try await scene.install("1-1")
            try FileManager.default.removeItem(atPath: scene.path("a"))
            try await scene.release("2-1", [("a", Self.next)])
            try await scene.keep("1-1")
            let found = try await scene.survey("2-1")
            #expect(found.contested.map(\.problem) == ["it was removed on the host"])
            #expect(try await scene.install("2-1", [("a", choice)], found).succeeded)
            #expect(try scene.names().contains("a") == there)
        }
    }

    @Test("mode and owner stay, a link is followed, and what not everybody may read is not shown")
    func attributes() async throws {
        let scene = try await Scene()
        try await scene.release("1-1", [("a", Self.base)])
        try await scene.install("1-1")
        try scene.edit("elsewhere", Self.changed)
        try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: scene.path("elsewhere"))
        try FileManager.default.removeItem(atPath: scene.path("a"))
        try FileManager.default.createSymbolicLink(atPath: scene.path("a"), withDestinationPath: "elsewhere")
        try await scene.release("2-1", [("a", Self.next)])
        let found = try await scene.survey("2-1")
        #expect(found.contested.map(\.difference) == [[]])
        #expect(try await scene.install("2-1", [("a", .take)], found).succeeded)
        #expect(try FileManager.default.destinationOfSymbolicLink(atPath: scene.path("a")) == "elsewhere")
        #expect(try scene.read("elsewhere") == Self.next)
        let mode = try FileManager.default.attributesOfItem(atPath: scene.path("elsewhere"))[.posixPermissions] as? Int
        #expect(mode == 0o640)
    }

    @Test("what leads to something else than a regular file is refused, and nothing is put in its place")
    func noRegularFile() async throws {
        for make in [#"mkfifo "$1""#, #"mkdir "$1""#] {
            let scene = try await Scene()
            try await scene.release("1-1", [("a", Self.base)])
            try await scene.install("1-1")
            let other = scene.path("other")
            #expect(try await scene.bench.run(make, other).succeeded)
            try FileManager.default.removeItem(atPath: scene.path("a"))
            try FileManager.default.createSymbolicLink(atPath: scene.path("a"), withDestinationPath: "other")
            try await scene.release("2-1", [("a", Self.next)])
            let found = try await scene.survey("2-1")
            let refused = try await scene.install("2-1", [("a", .take)], found)
            #expect(refused.outcome == .exited(3), "\(refused.output)")
            let said = refused.output + refused.errorOutput
            #expect(said.contains("is not a regular file"), "\(said)")
            #expect(try await scene.version() == "1-1 installed")
            let isReplaced = #"test -f "$1" || { test -d "$1" && test -n "$(ls -A "$1")"; }"#
            #expect(try await !scene.bench.run(isReplaced, other).succeeded)
        }
    }

    @Test("no question is ever put, whether there is a terminal to put it on or not")
    func terminal() async throws {
        let scene = try await Scene(edited: ["a", "b"])
        let found = try await scene.survey("2-1")
        let words = scene.words("2-1", [("a", .keep), ("b", .take)], found)
        // script(1) gives it a terminal; timeout ends what would wait there for an answer.
        let line = words.map { "'" + $0.replacing("'", with: "'\\''") + "'" }.joined(separator: " ")
        let shown = try await scene.bench.run(#"timeout 60 script -qec "$1" /dev/null 2>&1"#, line)
        #expect(shown.succeeded, "\(shown.output)")
        #expect(!shown.output.contains("*** a") && !shown.output.contains("[default="))
        #expect(try await scene.version() == "2-1 installed")
        #expect(try scene.read("a") == Self.changed)
        #expect(try scene.read("b") == Self.next)
    }

    @Test("the way back puts the operator's files back where they are still as the install left them")
    func wayBack() async throws {
        let scene = try await Scene(edited: ["taken", "merged", "touched", "gone"])
        try FileManager.default.removeItem(atPath: scene.path("gone"))
        try await scene.keep("1-1")
        let found = try await scene.survey("2-1")
        let choices: [(String, ConffileChoice)] = [
            ("taken", .take), ("merged", .merge), ("touched", .take), ("gone", .take),
        ]
        #expect(try await scene.install("2-1", choices, found).succeeded)
        #expect(try scene.read("gone") == Self.next)
        try scene.edit("touched", "afterwards\n")
        let back = try await scene.bench.run(
            HostScripts.downgrade + " </dev/null 2>&1",
            "\(scene.bench.path)/kept",
            "daemon=1-1"
        )
        #expect(back.succeeded, "\(back.output)")
        #expect(try await scene.version() == "1-1 installed")
        #expect(try scene.read("taken") == Self.changed)
        #expect(try scene.read("merged") == Self.changed)
        #expect(try scene.read("touched") == "afterwards\n", "it is somebody else's by now")
        #expect(try !scene.names().contains("gone"))
        // The next hop's archives take the place of this one's, and so do its files.
        try await scene.keep("2-1")
        let left = try FileManager.default.contentsOfDirectory(atPath: "\(scene.bench.path)/kept/conffiles")
        #expect(left == [])
    }

    @Test("holds are as found: another package's stays, and a held package is neither installed nor released")
    func holds() async throws {
        let scene = try await Scene()
        try await scene.release("1-1", [("a", Self.base)])
        try await scene.release("1-1", [("other", Self.base)], name: "other")
        try await scene.install("1-1")
        try await scene.install("1-1", name: "other")
        try await scene.release("2-1", [("a", Self.next)])
        try await scene.hold("other")
        let found = try await scene.survey("2-1")
        #expect(try await scene.install("2-1", [], found).succeeded)
        #expect(try await scene.held() == ["other"])
        try await scene.hold("daemon")
        try await scene.release("3-1", [("a", Self.next)])
        _ = try await scene.survey("3-1")
        let refused = try await scene.install("3-1")
        #expect(refused.outcome == .exited(100))
        #expect(try await scene.version() == "2-1 installed")
        #expect(try await scene.held() == ["daemon", "other"])
    }

    @Test("of the installed packages it is told which conffiles were changed or removed, and which are obsolete")
    func configuration() async throws {
        let scene = try await Scene()
        try await scene.release("1-1", ["changed", "same", "old", "gone"].map { ($0, Self.base) })
        try await scene.install("1-1")
        try await scene.release("2-1", ["changed", "same", "gone"].map { ($0, Self.next) })
        _ = try await scene.survey("2-1")
        try await scene.install("2-1")
        try scene.edit("changed", Self.changed)
        try FileManager.default.removeItem(atPath: scene.path("gone"))
        let told = try await scene.bench.run(HostScripts.configuration, "package=daemon", "package=none")
        let found = try HostConfigurationReading.configuration(try told.text())
        let expected: [HostConfiguration.ChangedConffile] = [
            .init(state: .changed, package: "daemon", path: scene.path("changed")),
            .init(state: .changed, package: "daemon", path: scene.path("gone")),
            .init(state: .obsolete, package: "daemon", path: scene.path("old")),
        ]
        #expect(found.conffiles?.sorted { $0.path < $1.path } == expected)
    }

    @Test("a cut-off answer is no answer")
    func reading() {
        #expect(throws: ReadingError.unreadable("the end is missing")) { try ConffileReading.survey("archive a=1-1\n") }
        #expect(throws: ReadingError.self) { try ConffileReading.survey("archive a\nend\n") }
        #expect(throws: ReadingError.self) { try ConffileReading.survey(" words\nend\n") }
        #expect(throws: ReadingError.self) { try ConffileReading.survey("conffile a - x y z /p\nend\n") }
    }
}
