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
        let scene = try await Scene()
        try await scene.release("1-1", [("a", Self.base)])
        try await scene.install("1-1")
        try scene.edit("a", Self.conflicting)
        try await scene.release("2-1", [("a", Self.next)])
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
        let scene = try await Scene()
        try await scene.release("1-1", [("a", Self.base)])
        try await scene.install("1-1")
        try scene.edit("a", Self.changed)
        try await scene.release("2-1", [("a", Self.next)])
        try await scene.forget("1-1")
        let found = try await scene.survey("2-1")
        #expect(found.contested.map(\.problem) == ["what the installed package brought is not kept on the host"])
    }

    @Test("cut off anywhere between the files and dpkg, the next look decides the same and the install ends the same")
    func cutOff() async throws {
        let scene = try await Scene()
        try await scene.release("1-1", [("taken", Self.base), ("merged", Self.base)])
        try await scene.install("1-1")
        for name in ["taken", "merged"] { try scene.edit(name, Self.changed) }
        try await scene.release("2-1", [("taken", Self.next), ("merged", Self.next)])
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

    @Test("what was changed after the decision is neither overwritten nor installed over")
    func changedMeanwhile() async throws {
        let scene = try await Scene()
        try await scene.release("1-1", [("a", Self.base), ("b", Self.base)])
        try await scene.install("1-1")
        for name in ["a", "b"] { try scene.edit(name, Self.changed) }
        try await scene.release("2-1", [("a", Self.next), ("b", Self.next)])
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

    @Test("no question is ever put, whether there is a terminal to put it on or not")
    func terminal() async throws {
        let scene = try await Scene()
        try await scene.release("1-1", [("a", Self.base), ("b", Self.base)])
        try await scene.install("1-1")
        for name in ["a", "b"] { try scene.edit(name, Self.changed) }
        try await scene.release("2-1", [("a", Self.next), ("b", Self.next)])
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
        let scene = try await Scene()
        let names = ["taken", "merged", "touched", "gone"]
        try await scene.release("1-1", names.map { ($0, Self.base) })
        try await scene.install("1-1")
        for name in names { try scene.edit(name, Self.changed) }
        try FileManager.default.removeItem(atPath: scene.path("gone"))
        try await scene.release("2-1", names.map { ($0, Self.next) })
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

    /// A database of dpkg, a repository and a cache, and a package `daemon` whose conffiles are files of the test.
    final class Scene {
        let bench: HostScriptTests.Bench

        init() async throws {
            bench = try HostScriptTests.Bench()
            for directory in [
                "etc", "log", "none", "db/info", "db/updates", "repo", "lists/partial", "cache/archives/partial",
                "kept",
            ] {
                try FileManager.default.createDirectory(
                    atPath: "\(bench.path)/\(directory)",
                    withIntermediateDirectories: true
                )
            }
            for file in ["db/status", "db/available", "db/diversions", "repo/Packages"] {
                try bench.write("", to: file)
            }
            for program in ["dpkg", "dpkg-query", "dpkg-divert"] {
                let log = program == "dpkg" ? "--log=/dev/null " : ""
                try await bench.program(
                    program,
                    "#!/bin/sh\nexec /usr/bin/\(program) --admindir='\(bench.path)/db' \(log)\"$@\"\n"
                )
            }
            try bench.write(
                """
                APT::Sandbox::User "root";
                Acquire::Languages "none";
                Dir::State "\(bench.path)";
                Dir::State::lists "lists";
                Dir::State::status "\(bench.path)/db/status";
                Dir::State::extended_states "\(bench.path)/extended_states";
                Dir::Cache "\(bench.path)/cache";
                Dir::Etc::sourcelist "\(bench.path)/sources.list";
                Dir::Etc::sourceparts "\(bench.path)/none";
                Dir::Etc::parts "\(bench.path)/none";
                Dir::Etc::preferencesparts "\(bench.path)/none";
                Dir::Log "\(bench.path)/log";
                Dir::Bin::dpkg "\(bench.path)/bin/dpkg";
                DPkg::Path "\(bench.path)/bin:/usr/sbin:/usr/bin:/sbin:/bin";
                """,
                to: "apt.conf"
            )
            try bench.write("deb [trusted=yes] copy:\(bench.path)/repo ./\n", to: "sources.list")
            try await allowApt()
            for program in ["apt-config", "apt-cache"] { try await wrap(program) }
        }

        func path(_ name: String) -> String { "\(bench.path)/etc/\(name)" }
        func edit(_ name: String, _ text: String) throws { try bench.write(text, to: "etc/\(name)") }
        func read(_ name: String) throws -> String { try bench.read("etc/\(name)") }
        func names() throws -> [String] {
            try FileManager.default.contentsOfDirectory(atPath: "\(bench.path)/etc").sorted()
        }

        private func wrap(_ program: String) async throws {
            try await bench.program(
                program,
                "#!/bin/sh\nAPT_CONFIG='\(bench.path)/apt.conf' exec /usr/bin/\(program) \"$@\"\n"
            )
        }

        func allowApt() async throws { try await wrap("apt-get") }
        func refuseApt() async throws { try await bench.program("apt-get", "#!/bin/sh\nexit 100\n") }

        /// Makes a package with conffiles, and publishes it.
        func release(_ version: String, _ conffiles: [(String, String)], name: String = "daemon") async throws {
            let tree = "build-\(name)-\(version)"
            for directory in ["DEBIAN", String(bench.path.dropFirst()) + "/etc"] {
                try FileManager.default.createDirectory(
                    atPath: "\(bench.path)/\(tree)/\(directory)",
                    withIntermediateDirectories: true
                )
            }
            let control = """
                Package: \(name)
                Version: \(version)
                Architecture: all
                Maintainer: none <n@example.org>
                Description: of a test

                """
            try bench.write(control, to: "\(tree)/DEBIAN/control")
            try bench.write(conffiles.map { path($0.0) + "\n" }.joined(), to: "\(tree)/DEBIAN/conffiles")
            for (file, text) in conffiles { try bench.write(text, to: "\(tree)\(bench.path)/etc/\(file)") }
            let made = try await bench.run(
                """
                cd "$1" && dpkg-deb -Znone --root-owner-group --build "$2" "repo/$3_$4_all.deb" && cd repo &&
                    dpkg-scanpackages --multiversion . >Packages && APT_CONFIG="$1/apt.conf" apt-get update
                """,
                bench.path,
                tree,
                name,
                version
            )
            try #require(made.succeeded, "\(made.output)")
        }

        /// As keep-packages leaves it.
        func keep(_ version: String) async throws {
            let kept = try await bench.run(HostScripts.keepArchives, "\(bench.path)/kept", "daemon=\(version)")
            try #require(kept.succeeded)
        }

        func forget(_ version: String) async throws {
            try await bench.run("rm -f -- \"$1\"/*_\"$2\"_*", "\(bench.path)/cache/archives", version)
        }

        /// What a host tells once apt has fetched the package.
        func survey(_ version: String) async throws -> ConffileSurvey {
            let fetched = try await bench.run(
                #"exec apt-get install -y --allow-change-held-packages --download-only -- "$1""#,
                "daemon=\(version)"
            )
            try #require(fetched.succeeded, "\(fetched.output)")
            let answer = try await bench.run(
                HostScripts.conffiles,
                [bench.path, "\(bench.path)/kept", "daemon=\(version)"]
            )
            #expect(try bench.names.filter { $0.hasPrefix("upgrader-conffiles") } == [])
            return try ConffileReading.survey(try answer.text())
        }

        /// The command of the action, with the directories of this test.
        func words(
            _ version: String,
            _ choices: [(String, ConffileChoice)] = [],
            _ found: ConffileSurvey? = nil,
            name: String = "daemon"
        ) -> [String] {
            guard let version = PackageVersion(version) else { return [] }
            let decisions = choices.map { file, choice in
                ConffileDecision(
                    package: name,
                    path: path(file),
                    choice: choice,
                    present: found?.contested.first { $0.path == path(file) }?.present
                )
            }
            let action = Action.install(
                host: "w1",
                packages: [PackageSpec(name: name, version: version)],
                conffiles: decisions.isEmpty ? nil : decisions
            )
            let places = [HostPlace.scratch: bench.path, HostPlace.rollback: "\(bench.path)/kept"]
            let playbook = Playbook(
                cluster: "c",
                target: MinorRelease(major: 1, minor: 13),
                releases: [:],
                hosts: [Host(name: "w1", roles: [.worker])]
            )
            return CommandRendering.commands(for: action, playbook: playbook).flatMap(\.command.words).map {
                places[$0] ?? $0
            }
        }

        @discardableResult
        func install(
            _ version: String,
            _ choices: [(String, ConffileChoice)] = [],
            _ found: ConffileSurvey? = nil,
            name: String = "daemon"
        ) async throws -> CommandResult {
            // As a job runs it: nobody there to answer.
            try await bench.run(#"exec "$@" </dev/null 2>&1"#, words(version, choices, found, name: name))
        }

        func version() async throws -> String {
            try await bench.run("dpkg-query -W -f '${Version} ${db:Status-Status}' daemon").output
        }

        func hold(_ name: String) async throws {
            try #require(try await bench.run("echo \"$1 hold\" | dpkg --set-selections", name).succeeded)
        }

        func held() async throws -> [String] {
            try await bench.run("dpkg-query -W -f '${db:Status-Want} ${Package}\\n' | sed -n 's/^hold //p'").output
                .split(separator: "\n").map(String.init).sorted()
        }
    }
}
