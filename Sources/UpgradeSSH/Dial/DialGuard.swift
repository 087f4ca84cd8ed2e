import Glibc
import Synchronization

/// Ends a dial from outside: whatever its thread waits for, host or agent, ends at once.
///
/// Keeps duplicates of the sockets in use, because the originals may be closed, and their numbers used again, by
/// libssh at any moment.
final class DialGuard: Sendable {
    private struct State {
        var sockets: [Int32] = []
        var isAborted = false
    }

    private let state = Mutex(State())

    deinit {
        release()
    }

    /// Whether the dial was ended from outside.
    var isAborted: Bool {
        state.withLock { $0.isAborted }
    }

    /// Puts a socket under the guard.
    func watch(_ socket: Int32) {
        let copy = fcntl(socket, F_DUPFD_CLOEXEC, 0)
        guard copy >= 0 else { return }
        state.withLock { state in
            state.sockets.append(copy)
            if state.isAborted {
                _ = shutdown(copy, Int32(SHUT_RDWR))
            }
        }
    }

    /// Ends the dial.
    func abort() {
        state.withLock { state in
            state.isAborted = true
            for socket in state.sockets {
                _ = shutdown(socket, Int32(SHUT_RDWR))
            }
        }
    }

    /// Lets go of the sockets; the dial is over.
    func release() {
        state.withLock { state in
            for socket in state.sockets {
                close(socket)
            }
            state.sockets = []
        }
    }
}
