internal import Foundation
internal import Synchronization

/// Writes on a thread of its own, in order: whoever stops reading holds that thread, and never a run.
final class Outlet: Sendable {
    private struct Entry {
        var text: String
        var descriptor: Int32
    }

    private struct State {
        var queue: [Entry] = []
        /// How many lines found the queue full.
        var leftOut = 0
        /// Where they would have gone.
        var leftOutOf: Int32 = -1
        /// Where the thread writes now.
        var busy: Int32?
        /// Counts the threads: one that was given up finds another number here when it comes back.
        var thread = 0
        /// Where nobody reads any more.
        var gone: Set<Int32> = []
        /// Why a write failed, by where to.
        var errors: [Int32: Int32] = [:]
        var isHurried = false
    }

    /// Some minutes of a run; about 100 KB.
    static let limit = 1000

    private let state = Mutex(State())
    private let grace: Duration

    /// Makes an outlet with nothing to write.
    ///
    /// - Parameter grace: how long a reader has once the operator wants to leave.
    init(grace: Duration = .seconds(1)) {
        self.grace = grace
        // A reader that has gone is an error of the write, not the end of the process: a run has to record its end.
        _ = signal(SIGPIPE, SIG_IGN)
    }

    /// Whether all was written, or nobody is left to read it.
    var isIdle: Bool {
        state.withLock { $0.busy == nil }
    }

    /// Why what was meant for a file is not all in it; `nil` where it is, and where a reader has gone, who wanted no more.
    func loss(of descriptor: Int32) -> String? {
        guard let error = state.withLock({ $0.errors[descriptor] }), [ENOSPC, EDQUOT, EFBIG, EIO].contains(error) else {
            return nil
        }
        return String(cString: strerror(error))
    }

    /// Takes a text to be written; returns at once.
    ///
    /// - Parameters:
    ///   - text: is written as it is.
    ///   - descriptor: where to.
    ///   - mayBeLeftOut: whether it is dropped when the queue is full; how many were is then written instead.
    func put(_ text: String, to descriptor: Int32, mayBeLeftOut: Bool = false) {
        let thread = state.withLock { state -> Int? in
            // Once full, not before there is room for many: every line taken would be followed by a note otherwise.
            let limit = state.leftOut > 0 ? Self.limit / 2 : Self.limit
            if mayBeLeftOut, state.queue.count >= limit {
                state.leftOut += 1
                state.leftOutOf = descriptor
                return nil
            }
            Self.tellLeftOut(&state)
            state.queue.append(Entry(text: text, descriptor: descriptor))
            guard state.busy == nil else { return nil }
            state.busy = descriptor
            return state.thread
        }
        if let thread { start(thread) }
    }

    /// Says that the operator wants to leave: `flush` then waits for no reader that has stopped.
    func hurry() {
        state.withLock { $0.isHurried = true }
    }

    /// Waits until all was written; after `hurry` no longer than the grace, and then only gives up what is stuck.
    func flush() async {
        while !isIdle, !state.withLock({ $0.isHurried }) {
            await Self.pause()
        }
        if await !isIdle(within: grace), let thread = state.withLock({ Self.abandon(&$0) }) {
            start(thread)
            _ = await isIdle(within: grace)
        }
    }

    private func isIdle(within time: Duration) async -> Bool {
        let end = ContinuousClock.now + time
        while !isIdle {
            if ContinuousClock.now > end { return false }
            await Self.pause()
        }
        return true
    }

    /// Short for a person; nothing else is done meanwhile.
    private static func pause() async {
        // A cancelled sleep ends early; the grace ends the wait all the same.
        try? await Task.sleep(for: .milliseconds(5))
    }

    private static func tellLeftOut(_ state: inout State) {
        guard state.leftOut > 0 else { return }
        let text = "\(state.leftOut) lines are left out here: nobody read them in time; the journal has everything\n"
        state.queue.append(Entry(text: text, descriptor: state.leftOutOf))
        state.leftOut = 0
    }

    /// Gives up the descriptor that is stuck; the number of the next thread when there is something for another one.
    private static func abandon(_ state: inout State) -> Int? {
        guard let stuck = state.busy else { return nil }
        state.gone.insert(stuck)
        state.queue.removeAll { $0.descriptor == stuck }
        state.thread += 1
        state.busy = state.queue.first?.descriptor
        return state.busy == nil ? nil : state.thread
    }

    /// A thread lives while there is something to write: between two lines of a run none is needed.
    private func start(_ thread: Int) {
        Thread.detachNewThread { [self] in
            while let entry = next(thread) {
                if let error = Self.write(entry.text, to: entry.descriptor) {
                    state.withLock { state in
                        state.gone.insert(entry.descriptor)
                        state.errors[entry.descriptor] = error
                    }
                }
            }
        }
    }

    private func next(_ thread: Int) -> Entry? {
        state.withLock { state in
            guard state.thread == thread else { return nil }
            if state.queue.isEmpty { Self.tellLeftOut(&state) }
            state.queue.removeAll { state.gone.contains($0.descriptor) }
            guard !state.queue.isEmpty else {
                state.busy = nil
                return nil
            }
            let entry = state.queue.removeFirst()
            state.busy = entry.descriptor
            return entry
        }
    }

    /// The error that kept the text from being written; `nil` for none.
    private static func write(_ text: String, to descriptor: Int32) -> Int32? {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
            if count >= 0 {
                rest = rest.dropFirst(count)
            } else if errno == EAGAIN {
                // Whoever shares the descriptor may have made it so.
                var wanted = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                _ = poll(&wanted, 1, -1)
            } else if errno != EINTR {
                return errno
            }
        }
        return nil
    }
}
