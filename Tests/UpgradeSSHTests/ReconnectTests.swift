import Foundation
import Glibc
import Testing
import UpgradeCore
import UpgradeSSH
import UpgradeTestSupport

@Suite("Connections, again and again")
struct ReconnectTests {
    /// What a process holds of its machine.
    struct Footprint {
        let descriptors: Int
        let threads: Int
        /// What is allocated and not freed, in bytes, where a sanitizer counts that; resident memory elsewhere.
        let memory: Int

        /// Looks at this process.
        ///
        /// - Source: proc(5), /proc/pid/fd, /proc/pid/task, /proc/pid/statm: the second field, in pages.
        init() throws {
            descriptors = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count
            threads = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/task").count
            let pages = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8).split(separator: " ")
            memory = Self.allocated?() ?? (Int(pages[1]) ?? 0) * sysconf(Int32(_SC_PAGESIZE))
        }

        /// A sanitizer keeps what was freed from being used again, hundreds of megabytes of it: that is resident, and lost to nobody.
        ///
        /// - Source: compiler-rt, sanitizer/allocator_interface.h: bytes that the program has allocated and not freed
        static let allocated: (@Sendable () -> Int)? = dlsym(nil, "__sanitizer_get_current_allocated_bytes").map {
            symbol in
            let count = unsafeBitCast(symbol, to: (@convention(c) () -> Int).self)
            return { count() }
        }
    }

    // A process of its own, as below. Else a build for a sanitizer whose count is not found would go by what is resident, unnoticed.
    @Test("memory is counted by the sanitizer where there is one, and by the machine elsewhere")
    func counted() async throws {
        await #expect(processExitsWith: .success) {
            #expect((Footprint.allocated != nil) == ["address", "thread"].contains(TestPace.sanitizer))
            let before = try Footprint().memory
            let block = [UInt8](repeating: 1, count: 64 << 20)
            let grown = try Footprint().memory - before
            #expect(grown > 60 << 20, "\(grown >> 10) KiB for 64 MiB")
            #expect(block.last == 1)
        }
    }

    // A process of its own: in this one other suites open and close what they need.
    @Test("a thousand connections leave no descriptor, no thread and no memory behind")
    func thousand() async throws {
        await #expect(processExitsWith: .success) {
            // What it throws would end it with SIGILL, and nobody would see what it was.
            await #expect(throws: Never.self) { try await Self.connectAgainAndAgain() }
        }
    }

    private static func connectAgainAndAgain() async throws {
        try await SSHScene.withHost { remote, scene, daemon in
            func connect(_ times: Int) async throws {
                for _ in 0..<times {
                    try await expectRuns(remote, scene.host)
                    await remote.disconnect(scene.host)
                }
            }
            // What is made once, and what the allocator keeps for the next, is there by then.
            try await connect(200)
            let before = try Footprint()
            try await connect(800)
            let after = try Footprint()
            let grown = after.memory - before.memory
            let descriptors = "\(before.descriptors) to \(after.descriptors) descriptors"
            #expect(after.descriptors <= before.descriptors, "\(descriptors)")
            // Threads of the pools of Swift and libdispatch come and go.
            #expect(after.threads <= before.threads + 4, "\(before.threads) to \(after.threads) threads")
            // A session that is not freed is more than 20 KiB; 800 of them are 16 MiB.
            #expect(grown < 6 << 20, "\(grown >> 10) KiB more after 800 connections")
            let accepted = daemon.process.output.components(separatedBy: "Accepted publickey").count - 1
            #expect(accepted >= 1000, "\(accepted) connections")
        }
    }
}
