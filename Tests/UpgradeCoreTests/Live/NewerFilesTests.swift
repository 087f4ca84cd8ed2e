import Foundation
import Testing
import UpgradeTestSupport

@testable import UpgradeCore

/// Which files are newer than the start of a unit: the script itself, with a systemctl that is none and real files.
@Suite("script of files that are newer than a unit")
struct NewerFilesTests {
    typealias Bench = HostScriptTests.Bench

    /// A unit that has become active `seconds` ago, of a unit file, a drop-in and two environments, which this
    /// systemd shows under `key`.
    private func bench(
        seconds: Int,
        reload: String = "no",
        key: String = "EnvironmentFiles"
    ) async throws -> Bench {
        let bench = try Bench()
        let path = bench.path
        for name in ["calico.service", "drop-in.conf", "environment", "some more"] { try bench.write("", to: name) }
        let old = try await bench.run("touch -d '1 hour ago' -- \"$@\"", "\(path)/calico.service", "\(path)/some more")
        try #require(old.succeeded)
        try await bench.program(
            "systemctl",
            """
            #!/bin/sh
            up=$(cut -d ' ' -f 1 /proc/uptime | tr -d .)
            echo "ActiveEnterTimestampMonotonic=$(((up - \(seconds) * 100) * 10000))"
            echo 'FragmentPath=\(path)/calico.service'
            echo 'DropInPaths=\(path)/drop-in.conf \(path)/absent.conf'
            echo '\(key)=\(path)/environment (ignore_errors=yes)'
            echo '\(key)=\(path)/some more (ignore_errors=no)'
            echo 'NeedDaemonReload=\(reload)'
            """
        )
        return bench
    }

    private func newer(_ bench: Bench, _ packages: [String]) async throws -> [String] {
        let result = try await bench.run(CalicoNodeScripts.newerFiles, ["calico-node"] + packages)
        try #require(result.succeeded, "\(result.errorOutput)")
        return result.output.split(separator: "\n").map { String($0).replacing("\(bench.path)/", with: "") }
    }

    @Test("what was written since the unit became active is told, the rest is not")
    func files() async throws {
        let bench = try await bench(seconds: 1800)
        #expect(try await newer(bench, ["coreutils"]) == ["drop-in.conf", "environment"])
        let long = try await self.bench(seconds: 7200)
        #expect(try await newer(long, []) == ["calico.service", "drop-in.conf", "environment", "some more"])
    }

    @Test("a unit file that systemd has not read anew is newer whatever its time, and is told once")
    func unread() async throws {
        let old = try await bench(seconds: 1800, reload: "yes")
        #expect(try await newer(old, []) == ["calico.service", "drop-in.conf", "environment"])
        let long = try await bench(seconds: 7200, reload: "yes")
        #expect(try await newer(long, []) == ["calico.service", "drop-in.conf", "environment", "some more"])
    }

    @Test("older systemds call the files of environments otherwise")
    func older() async throws {
        let bench = try await bench(seconds: 1800, key: "EnvironmentFile")
        #expect(try await newer(bench, []) == ["drop-in.conf", "environment"])
    }

    @Test("a file of the same moment is newer, one that was there before a start is not")
    func moment() async throws {
        let bench = try await bench(seconds: 0)
        _ = try await bench.run("sleep 0.2")
        #expect(try await newer(bench, []) == [])
        let frozen = "#!/bin/sh\ncat '\(bench.path)/answer'\n"
        let answer = "systemctl >\"$1/answer\"; touch -- \"$1/environment\""
        try #require(try await bench.run(answer, bench.path).succeeded)
        try await bench.program("systemctl", frozen)
        #expect(try await newer(bench, []) == ["environment"])
    }

    @Test("dpkg's list of a package counts, also of one that may be there for several architectures")
    func packages() async throws {
        let bench = try await bench(seconds: 1_600_000_000)
        let told = try await newer(bench, ["coreutils", "libc6", "no-such-package"])
        #expect(told.contains("/var/lib/dpkg/info/coreutils.list"))
        #expect(told.contains { $0.hasPrefix("/var/lib/dpkg/info/libc6:") })
        #expect(!told.contains { $0.contains("no-such-package") })
    }

    @Test("a systemctl that fails is no answer")
    func fails() async throws {
        let bench = try Bench()
        try await bench.program("systemctl", "#!/bin/sh\nexit 1\n")
        #expect(try await !bench.run(CalicoNodeScripts.newerFiles, "calico-node").succeeded)
    }
}
