import Foundation
import Testing
import UpgradeTestSupport

@testable import UpgradeCore

extension ConffileScriptTests {
    /// A database of dpkg, a repository and a cache, and a package `daemon` whose conffiles are files of the test.
    final class Scene {
        let bench: HostScriptTests.Bench

        /// A host with the package at 1-1, whose operator has changed these conffiles; 2-1, which changes them as well, is
        /// offered.
        convenience init(edited names: [String], to text: String = ConffileScriptTests.changed) async throws {
            try await self.init()
            try await release("1-1", names.map { ($0, ConffileScriptTests.base) })
            try await install("1-1")
            for name in names { try edit(name, text) }
            try await release("2-1", names.map { ($0, ConffileScriptTests.next) })
        }

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
            for program in ["apt-config", "apt-cache", "apt-mark"] { try await wrap(program) }
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
        func release(
            _ version: String,
            _ conffiles: [(String, String)],
            name: String = "daemon",
            source: String? = nil
        ) async throws {
            let tree = "build-\(name)-\(version)"
            for directory in ["DEBIAN", String(bench.path.dropFirst()) + "/etc"] {
                try FileManager.default.createDirectory(
                    atPath: "\(bench.path)/\(tree)/\(directory)",
                    withIntermediateDirectories: true
                )
            }
            let control = """
                Package: \(name)
                Source: \(source ?? name)
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
            return words(of: action)
        }

        /// The command of an action, with the directories of this test.
        func words(of action: Action) -> [String] {
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

        /// As a job carries an action out.
        @discardableResult
        func perform(_ action: Action) async throws -> CommandResult {
            try await bench.run(#"exec "$@" </dev/null 2>&1"#, words(of: action))
        }

        func version(of name: String = "daemon") async throws -> String {
            try await bench.run("dpkg-query -W -f '${Version} ${db:Status-Status}' \"$1\"", name).output
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
