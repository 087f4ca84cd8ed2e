import Foundation
import Testing
import UpgradeCore
import UpgradeTestSupport

@Suite("The lock of a cluster's directory")
struct RunLockTests {
    @Test("whoever looks who works there is waited for, and is not taken for a holder")
    func looked() async throws {
        let scratch = try ScratchDirectory()
        let path = scratch.path + "/lock"
        try scratch.write(Data("ann@desk (pid 7)".utf8), to: "lock")
        let looker = open(path, O_RDONLY | O_CLOEXEC)
        try #require(looker >= 0 && flock(looker, LOCK_SH | LOCK_NB) == 0)
        Thread.detachNewThread {
            usleep(100_000)
            close(looker)
        }
        let lock = try RunLock(clusterDirectory: scratch.path, holder: "ben@desk (pid 8)")
        #expect(try RunLock.holder(clusterDirectory: scratch.path) == "ben@desk (pid 8)")
        withExtendedLifetime(lock) {}
    }

    @Test("a directory in which nobody works has no holder, and looking makes nothing there")
    func nobody() throws {
        let scratch = try ScratchDirectory()
        #expect(try RunLock.holder(clusterDirectory: scratch.path) == nil)
        #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.path).isEmpty)
    }
}
