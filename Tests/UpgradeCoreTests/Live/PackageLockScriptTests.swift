import Foundation
import Testing
import UpgradeTestSupport

@testable import UpgradeCore

@Suite("dpkg's lock, held by a real process")
struct PackageLockScriptTests {
    /// Takes a lock of fcntl(2) on a file, as apt and dpkg do, says so, and holds it until it is ended.
    static let holder = """
        use Fcntl;
        open(my $file, ">>", $ARGV[0]) or die "open: $!";
        my $lock = pack("s s l! l! i", F_WRLCK, 0, 0, 0, 0);
        fcntl($file, $ARGV[1] eq "wait" ? F_SETLKW : F_SETLK, $lock) or die "fcntl: $!";
        open(my $told, ">", "$ARGV[0].held") or die "told: $!";
        close($told);
        sleep 60;
        """

    @Test("the holder is told by name and pid, whichever of the locks it is, and nobody when it has ended")
    func held() async throws {
        let bench = try HostScriptTests.Bench()
        try await bench.program("dpkg", "#!/bin/sh\nexit 0\n")
        let locks = ["lock-frontend", "lock"].map { "\(bench.path)/\($0)" }
        for lock in locks { try bench.write("", to: String(lock.split(separator: "/").last ?? "")) }
        #expect(try await state(bench, locks).lockHolder == nil)
        for lock in locks {
            let process = try await hold(lock)
            #expect(try await state(bench, locks).lockHolder == "perl (pid \(process.pid))")
            process.signal(SIGKILL)
            _ = try await process.wait()
            #expect(try await state(bench, locks).lockHolder == nil)
        }
    }

    @Test("who waits for the lock as well is not taken for its holder")
    func waiting() async throws {
        let bench = try HostScriptTests.Bench()
        try await bench.program("dpkg", "#!/bin/sh\nexit 0\n")
        try bench.write("", to: "lock")
        let lock = "\(bench.path)/lock"
        let process = try await hold(lock)
        let second = try Program("/usr/bin/perl", ["-e", Self.holder, lock, "wait"])
        try await until { try String(contentsOfFile: "/proc/locks", encoding: .utf8).contains("-> POSIX") }
        #expect(try await state(bench, [lock]).lockHolder == "perl (pid \(process.pid))")
        withExtendedLifetime((process, second)) {}
    }

    @Test("who holds a file of the same number on another file system is not taken for its holder")
    func sameNumber() async throws {
        let bench = try HostScriptTests.Bench()
        try await bench.program("dpkg", "#!/bin/sh\nexit 0\n")
        for name in ["lock", "other"] { try bench.write("", to: name) }
        let process = try await hold("\(bench.path)/other")
        let number = try await bench.run("stat -c %i -- $1", "\(bench.path)/other").output
        try await bench.program("stat", "#!/bin/sh\necho \(number)\n")
        #expect(try await state(bench, ["\(bench.path)/other"]).lockHolder == "perl (pid \(process.pid))")
        #expect(try await state(bench, ["\(bench.path)/lock"]).lockHolder == nil)
    }

    private func hold(_ lock: String) async throws -> Program {
        let process = try Program("/usr/bin/perl", ["-e", Self.holder, lock, "now"])
        try await until { FileManager.default.fileExists(atPath: "\(lock).held") || process.hasEnded }
        try #require(!process.hasEnded)
        try FileManager.default.removeItem(atPath: "\(lock).held")
        return process
    }

    private func until(_ isSo: () throws -> Bool) async throws {
        for _ in 0..<600 where try !isSo() { try await Task.sleep(for: .milliseconds(50)) }
        try #require(try isSo())
    }

    private func state(_ bench: HostScriptTests.Bench, _ locks: [String]) async throws -> PackageSystemState {
        let answer = try await bench.run(HostScripts.packageSystem, locks)
        return try HostReading.packageSystem(Sections(try answer.text()))
    }
}
