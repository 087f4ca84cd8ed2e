import Foundation
import Testing
import UpgradeCore
import UpgradeTestSupport

@Suite("The lock of a cluster's directory")
struct RunLockTests {
    /// A look shares the lock; a program that its parent is just starting has the parent's own.
    @Test("what holds the lock for a moment is waited for, and is no holder", arguments: [LOCK_SH, LOCK_EX])
    func looked(lock kind: Int32) async throws {
        let scratch = try ScratchDirectory()
        let path = scratch.path + "/lock"
        try scratch.write(Data("ann@desk (pid 7)".utf8), to: "lock")
        let looker = open(path, O_RDONLY | O_CLOEXEC)
        try #require(looker >= 0 && flock(looker, kind | LOCK_NB) == 0)
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
