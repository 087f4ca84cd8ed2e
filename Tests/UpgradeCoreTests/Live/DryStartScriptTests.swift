import Foundation
import Testing
import UpgradeTestSupport

@testable import UpgradeCore

/// Runs the dry-start for real: real packages, real running processes with the flags of a release, and stand-ins of the
/// next release's daemons that take exactly the flags which its binaries were recorded to take.
@Suite("dry-start, run by a real shell")
struct DryStartScriptTests {
    static let daemons = ["kube-apiserver", "kube-controller-manager", "kube-scheduler", "kubelet", "kube-proxy"]
    static let versions = ["1.12.10", "1.13.12", "1.14.10", "1.15.12", "1.16.15"]

    @Test("a flag that the next release has lost is named; without it the daemon starts", arguments: 0..<4)
    func removed(hop: Int) async throws {
        let scene = try await Scene(to: Self.versions[hop + 1])
        let from = try Recorded.flags(of: Self.versions[hop])
        var kept: [String: [String]] = [:]
        var lost: [String: [String]] = [:]
        for daemon in Self.daemons {
            let next = Set(scene.flags[daemon] ?? [])
            kept[daemon] = (from[daemon] ?? []).filter(next.contains)
            lost[daemon] = (from[daemon] ?? []).filter { !next.contains($0) }
            try #require((kept[daemon] ?? []).count > 20)
        }
        let started = try await scene.result(kept)
        #expect(started.archives == scene.packages)
        #expect(started.trials.map(\.unit) == Self.daemons)
        for trial in started.trials {
            #expect(trial.status == 0)
            #expect(trial.version == KubernetesVersion(scene.version))
        }
        let hit = lost.filter { !$0.value.isEmpty }
        #expect(!hit.isEmpty)
        let refused = try await scene.result(kept.merging(hit) { $0 + $1 })
        for trial in refused.trials {
            let first = hit[trial.unit]?.first
            #expect((trial.status == 255) == (first != nil), "\(trial)")
            if let first { #expect(trial.output == "unknown flag: \(first)") }
        }
    }

    @Test("nothing stays behind, and the running program keeps running")
    func clean() async throws {
        let scene = try await Scene(to: "1.15.12")
        _ = try await scene.result(["kubelet": ["--allow-privileged"]])
        #expect(try scene.bench.names.filter { $0.hasPrefix("upgrader-dry-start") } == [])
    }

    @Test("before the package is fetched nothing is tried; of another version it is not fetched")
    func fetching() async throws {
        let scene = try await Scene(to: "1.15.12")
        let other = PackageSpec(name: "kubernetes", version: try LiveScene.version("1.15.11-1"))
        #expect(try await scene.result(["kubelet": []], packages: [other]) == DryStartResult())
    }

    @Test("a program that is not of the package is named, and a unit that does not run is not tried")
    func elsewhere() async throws {
        let scene = try await Scene(to: "1.15.12")
        let found = try await scene.result(["kubelet": []], program: "elsewhere/wrapper")
        #expect(found.trials == [])
        #expect(found.elsewhere.keys.sorted() == ["kubelet"])
        #expect(found.elsewhere["kubelet"]?.hasSuffix("elsewhere/wrapper") == true)
    }

    @Test("what runs by a link of its package is tried by where the link of the new one leads")
    func link() async throws {
        let scene = try await Scene(to: "1.15.12")
        let found = try await scene.result(["kubelet": []], program: "elsewhere/kubelet", named: "links/kubelet")
        #expect(found.elsewhere == [:])
        #expect(found.trials.map(\.version) == [KubernetesVersion("1.15.12")])
    }

    @Test("older packages are put back from archives found by what they say, all of them or none")
    func downgraded() async throws {
        let bench = try HostScriptTests.Bench()
        // Says what is asked for of an archive that holds just that, and writes down what it is to install.
        try await bench.program("dpkg-deb", "#!/bin/sh\ncat \"$3\"\n")
        try await bench.program("dpkg", "#!/bin/sh\nprintf '%s\\n' \"$@\" >\"${0%/*}/../told\"\n")
        let kept = "\(bench.path)/kept"
        try await bench.run(
            "mkdir $1; printf a=1-1 >$1/a_1-1_amd64.deb; printf a=2-1 >$1/a_2-1_amd64.deb; printf b=1:1-1 >$1/b_1%3a1-1_all.deb",
            kept
        )
        #expect(try await bench.run(HostScripts.downgrade, kept, "a=1-1", "b=1:1-1").succeeded)
        let told = try bench.read("told").split(separator: "\n").map(String.init)
        #expect(
            told == [
                "--force-confdef", "--force-confold", "--install", "--", "\(kept)/a_1-1_amd64.deb",
                "\(kept)/b_1%3a1-1_all.deb",
            ]
        )
        try await bench.run("rm \"$1\"", "\(bench.path)/told")
        let missing = try await bench.run(HostScripts.downgrade, kept, "a=1-1", "b=2-1")
        #expect(missing.outcome == .exited(3))
        #expect(try !bench.names.contains("told"), "nothing is installed where one is missing")
    }

    @Test("the archives of the running version replace those of the one before, and a failure leaves them")
    func keeps() async throws {
        let bench = try HostScriptTests.Bench()
        try await bench.program("apt-get", "#!/bin/sh\necho new >kubernetes-node_1.13.12-1_amd64.deb\n")
        let kept = "\(bench.path)/rollback"
        try await bench.run(
            "mkdir $1; echo old >$1/kubernetes-node_1.12.10-1_amd64.deb; echo x >$1/other_1_all.deb",
            kept
        )
        #expect(try await bench.run(HostScripts.keepArchives, kept, "kubernetes-node=1.13.12-1").succeeded)
        let listed = try FileManager.default.contentsOfDirectory(atPath: kept).sorted()
        #expect(listed == ["kubernetes-node_1.13.12-1_amd64.deb", "other_1_all.deb"])
        try await bench.program("apt-get", "#!/bin/sh\necho half >kubernetes-node_1.14.10-1_amd64.deb; exit 100\n")
        #expect(try await !bench.run(HostScripts.keepArchives, kept, "kubernetes-node=1.14.10-1").succeeded)
        let after = try FileManager.default.contentsOfDirectory(atPath: kept).filter { !$0.hasPrefix(".part") }.sorted()
        #expect(after == listed)
    }

    @Test("a cut-off answer is no answer")
    func cutOff() {
        #expect(throws: ReadingError.unreadable("the end is missing")) {
            try DryStartReading.result("archive kubernetes-node=1.15.12-1\n")
        }
        #expect(throws: ReadingError.self) { try DryStartReading.result(" words\nend\n") }
        #expect(throws: ReadingError.self) { try DryStartReading.result("trial kubelet x\nend\n") }
    }

    /// A package with all daemons of a release in apt's cache, and a place for running ones.
    private final class Scene {
        let bench: HostScriptTests.Bench
        let version: String
        let flags: [String: [String]]
        let packages: [PackageSpec]

        init(to version: String) async throws {
            bench = try HostScriptTests.Bench()
            self.version = version
            flags = try Recorded.flags(of: version)
            packages = [PackageSpec(name: "kubernetes", version: try LiveScene.version("\(version)-1"))]
            let tree = "\(bench.path)/package"
            try await bench.program(
                "systemctl",
                "#!/bin/sh\ncat \"${0%/*}/../$3-$5\" 2>/dev/null || [ $3 != MainPID ] || echo MainPID=0\n"
            )
            try await bench.program("apt-config", "#!/bin/sh\necho \"cache='\(bench.path)/archives/'\"\n")
            for directory in [
                "archives", "package/DEBIAN", "package\(bench.path)/sbin", "sbin", "elsewhere",
                "package\(bench.path)/links",
            ] {
                try FileManager.default.createDirectory(
                    atPath: "\(bench.path)/\(directory)",
                    withIntermediateDirectories: true
                )
            }
            try bench.write(
                "Package: kubernetes\nVersion: \(version)-1\nArchitecture: all\nMaintainer: none <n@example.org>\n"
                    + "Description: stand-ins\n",
                to: "package/DEBIAN/control"
            )
            for daemon in DryStartScriptTests.daemons {
                try await bench.program(daemon, standIn(daemon))
                try FileManager.default.moveItem(
                    atPath: "\(bench.path)/bin/\(daemon)",
                    toPath: "\(tree)\(bench.path)/sbin/\(daemon)"
                )
            }
            try FileManager.default.createSymbolicLink(
                atPath: "\(tree)\(bench.path)/links/kubelet",
                withDestinationPath: "../sbin/kubelet"
            )
            let made = try await bench.run(
                "dpkg-deb -Znone -b \"$1\" \"$2\"",
                tree,
                "\(bench.path)/archives/kubernetes_\(version)-1_all.deb"
            )
            try #require(made.succeeded)
        }

        /// As the daemons of the path: all flags are parsed before the version is printed, and one that is not known ends it.
        private func standIn(_ daemon: String) -> String {
            """
            #!/bin/sh
            version=no
            for word in "$@"; do
                case $word in
                --version) version=yes ;;
                --*)
                    case ' \((flags[daemon] ?? []).joined(separator: " ")) ' in
                    *" ${word%%=*} "*) ;;
                    *)
                        echo "usage: of many lines" >&2
                        echo "unknown flag: ${word%%=*}" >&2
                        exit 255
                        ;;
                    esac
                    ;;
                esac
            done
            [ "$version" = yes ] && echo 'Kubernetes v\(version)'
            """
        }

        /// Starts daemons with flags, tries the package, and ends them.
        func result(
            _ flags: [String: [String]],
            packages: [PackageSpec]? = nil,
            program: String? = nil,
            named: String? = nil
        ) async throws -> DryStartResult {
            var running: [Program] = []
            for (daemon, flags) in flags {
                let path = "\(bench.path)/\(program ?? "sbin/\(daemon)")"
                try await bench.run("[ -e \"$1\" ] || cp /bin/dash \"$1\"", path)
                // It waits for a line that never comes.
                let words = ["-c", "read line", "it's \"quoted\""] + flags.map { "\($0)=a b" }
                let process = try Program(path, words, input: .silence)
                running.append(process)
                try bench.write("MainPID=\(process.pid)\n", to: "MainPID-\(daemon)")
                let unit = named.map {
                    "ExecStart={ path=\(bench.path)/\($0) ; argv[]=\($0) --v=2 ; ignore_errors=no }\n"
                }
                try bench.write(unit ?? "", to: "ExecStart-\(daemon)")
            }
            let words = (packages ?? self.packages).map { "\($0.name)=\($0.version)" } + DryStartScriptTests.daemons
            let answer = try await bench.run(HostScripts.dryStart, [bench.path] + words)
            #expect(running.allSatisfy { !$0.hasEnded })
            return try DryStartReading.result(try answer.text())
        }
    }

    /// Reads the recorded flags, a line each: this module does not know the types of version knowledge.
    private enum Recorded {
        static func flags(of version: String) throws -> [String: [String]] {
            let release = version.split(separator: ".").prefix(2).joined(separator: ".")
            let file = URL(filePath: #filePath).appending(
                path: "../../../../Sources/CVersionData/Data/accepted-flags.yaml"
            )
            var found: [String: [String]] = [:]
            var daemon = ""
            for line in try String(contentsOf: file.standardized, encoding: .utf8).split(separator: "\n") {
                if let match = line.wholeMatch(of: /[ ]{2}([a-z-]+):/) { daemon = String(match.1) }
                if let match = line.firstMatch(of: /- \{flag: (--[^,]+), accepted: \[([^\]]*)\]/),
                    match.2.contains("'\(release)'"), match.1 != "--version"
                {
                    found[daemon, default: []].append(String(match.1))
                }
            }
            return found
        }
    }
}
