import Foundation
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
        /// Resident memory, in bytes.
        let memory: Int

        /// Looks at this process.
        ///
        /// - Source: proc(5), /proc/pid/fd, /proc/pid/task, /proc/pid/statm: the second field, in pages.
        init() throws {
            descriptors = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count
            threads = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/task").count
            let pages = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8).split(separator: " ")
            memory = (Int(pages[1]) ?? 0) * sysconf(Int32(_SC_PAGESIZE))
        }
    }

    // A process of its own: in this one other suites open and close what they need.
    @Test("a thousand connections leave no descriptor, no thread and no memory behind")
    func thousand() async throws {
        await #expect(processExitsWith: .success) {
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
}
