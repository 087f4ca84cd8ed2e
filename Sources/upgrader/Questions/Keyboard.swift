internal import Foundation
internal import Synchronization

/// Reads lines that a person types, on a thread of its own: nothing of a run waits for a person's fingers.
struct Keyboard: Sendable {
    /// Where lines come from.
    var descriptor: Int32 = STDIN_FILENO

    /// The wish that nobody waits for the line any more.
    private final class Wish: Sendable {
        let isThere = Mutex(false)
    }

    /// How soon a wish is heard, in milliseconds; a person does not notice.
    private static let interval: Int32 = 50

    /// Whether a person sits at standard input and sees standard error: both are terminals, and the process is not in the
    /// background, where reading would stop it, and with it the heartbeat of its lease.
    static var isManned: Bool {
        isatty(STDIN_FILENO) == 1 && isatty(STDERR_FILENO) == 1 && isInFront(STDIN_FILENO)
    }

    /// Throws away what was typed before anything was asked.
    func forget() {
        guard isatty(descriptor) == 1, Self.isInFront(descriptor) else { return }
        _ = tcflush(descriptor, TCIFLUSH)
    }

    /// Waits for the next line.
    ///
    /// - Parameter end: the moment, in seconds since 1970, after which nobody waits for it.
    /// - Returns: the line without its end; `nil` at the end of input, past `end`, and when the task is cancelled.
    func line(until end: Double? = nil) async -> String? {
        let wish = Wish()
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                Thread.detachNewThread { [descriptor] in
                    continuation.resume(returning: Self.read(descriptor, wish, end))
                }
            }
        } onCancel: {
            wish.isThere.withLock { $0 = true }
        }
    }

    /// A byte at a time: what follows the line is for whoever reads next.
    private static func read(_ descriptor: Int32, _ wish: Wish, _ end: Double?) -> String? {
        var bytes: [UInt8] = []
        while !wish.isThere.withLock({ $0 }), end.map({ Date().timeIntervalSince1970 < $0 }) ?? true {
            var wanted = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            guard poll(&wanted, 1, interval) > 0 else { continue }
            // A process that was put into the background waits until it is fetched back.
            guard isatty(descriptor) != 1 || isInFront(descriptor) else {
                usleep(UInt32(interval) * 1000)
                continue
            }
            var byte: UInt8 = 0
            let count = Foundation.read(descriptor, &byte, 1)
            if count < 0, errno == EINTR || errno == EAGAIN { continue }
            guard count > 0 else { return bytes.isEmpty ? nil : String(decoding: bytes, as: UTF8.self) }
            if byte == UInt8(ascii: "\n") { return String(decoding: bytes, as: UTF8.self) }
            bytes.append(byte)
        }
        return nil
    }

    private static func isInFront(_ descriptor: Int32) -> Bool { tcgetpgrp(descriptor) == getpgrp() }
}
