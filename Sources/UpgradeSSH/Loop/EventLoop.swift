import CLibSSH
import Glibc
import Synchronization

/// A thread that waits for sockets and timers and runs the actors that live on it.
///
/// Nothing that runs here may block. One SSH session and all its channels belong to one loop, which is what libssh
/// asks for: a session is used by one thread at a time.
final class EventLoop: SerialExecutor {
    private enum Item {
        case job(UnownedJob)
        case closure(@Sendable () -> Void)
    }

    private struct State {
        var items: [Item] = []
        var handlers: [Int32: @Sendable (Readiness) -> Void] = [:]
        var timers = TimerTable()
        var isStopping = false
        var thread: pthread_t?
    }

    /// What a descriptor is ready for, or is watched for.
    struct Readiness: OptionSet {
        let rawValue: UInt32
        static let readable = Readiness(rawValue: 1)
        static let writable = Readiness(rawValue: 2)
    }

    private let state = Mutex(State())
    private let poller: Int32
    private let alarm: Int32

    /// Makes a loop and starts its thread.
    init() {
        poller = epoll_create1(Int32(EPOLL_CLOEXEC))
        alarm = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
        precondition(poller >= 0 && alarm >= 0, "no descriptors left for an event loop")
        control(EPOLL_CTL_ADD, alarm, .readable)
        // Under the lock, which the thread takes first: it cannot run before its handle is known.
        state.withLock { $0.thread = startThread { [self] in run() } }
    }

    deinit {
        Glibc.close(poller)
        Glibc.close(alarm)
    }

    /// Runs the queue until it is empty, ends the thread and waits for it; must not be called on the loop.
    func stop() {
        let thread = state.withLock { state -> pthread_t? in
            guard !state.isStopping else { return nil }
            state.isStopping = true
            return state.thread
        }
        wake()
        if let thread {
            joinThread(thread)
        }
    }

    /// Runs `closure` on the loop, after everything that is queued.
    func execute(_ closure: @escaping @Sendable () -> Void) {
        append(.closure(closure))
    }

    /// Calls `closure` on the loop at the given time.
    func schedule(at instant: ContinuousClock.Instant, _ closure: @escaping @Sendable () -> Void) -> TimerTable.ID {
        let (id, isFirst) = state.withLock { $0.timers.add(at: instant, closure) }
        if isFirst, !isOnLoop {
            wake()
        }
        return id
    }

    /// Forgets a timer; one that has fired already is no error.
    func cancel(_ timer: TimerTable.ID?) {
        guard let timer else { return }
        state.withLock { $0.timers.remove(timer) }
    }

    /// Calls `handler` on the loop whenever the descriptor is ready.
    func watch(_ descriptor: Int32, for interest: Readiness, _ handler: @escaping @Sendable (Readiness) -> Void) {
        state.withLock { $0.handlers[descriptor] = handler }
        control(EPOLL_CTL_ADD, descriptor, interest)
    }

    /// Changes what a descriptor is watched for.
    func rewatch(_ descriptor: Int32, for interest: Readiness) {
        control(EPOLL_CTL_MOD, descriptor, interest)
    }

    /// Stops watching a descriptor; one that was closed meanwhile is no error.
    func unwatch(_ descriptor: Int32) {
        state.withLock { _ = $0.handlers.removeValue(forKey: descriptor) }
        control(EPOLL_CTL_DEL, descriptor, [])
    }

    // MARK: SerialExecutor

    func enqueue(_ job: consuming ExecutorJob) {
        append(.job(UnownedJob(job)))
    }

    func checkIsolated() {
        precondition(isOnLoop, "not on the event loop")
    }

    func isIsolatingCurrentContext() -> Bool? {
        isOnLoop
    }

    // MARK: Private

    private var isOnLoop: Bool {
        state.withLock { state in
            guard let thread = state.thread else { return false }
            return pthread_equal(thread, pthread_self()) != 0
        }
    }

    private func append(_ item: Item) {
        let wasEmpty = state.withLock { state in
            state.items.append(item)
            return state.items.count == 1
        }
        if wasEmpty {
            wake()
        }
    }

    private func wake() {
        eventfd_write(alarm, 1)
    }

    private func control(_ operation: Int32, _ descriptor: Int32, _ interest: Readiness) {
        var event = unsafe epoll_event()
        unsafe event.events =
            (interest.contains(.readable) ? EPOLLIN.rawValue : 0)
            | (interest.contains(.writable) ? EPOLLOUT.rawValue : 0)
        unsafe event.data.fd = descriptor
        _ = unsafe epoll_ctl(poller, operation, descriptor, &event)
    }

    private func run() {
        var events = unsafe [epoll_event](repeating: epoll_event(), count: 64)
        while true {
            let (items, due, isStopping) = state.withLock { state in
                let items = state.items
                state.items.removeAll(keepingCapacity: true)
                return (items, state.timers.takeDue(now: .now), state.isStopping)
            }
            for item in items {
                switch item {
                case .job(let job): unsafe job.runSynchronously(on: asUnownedSerialExecutor())
                case .closure(let closure): closure()
                }
            }
            for closure in due {
                closure()
            }
            if isStopping, items.isEmpty {
                return
            }
            let wait = state.withLock { state in
                state.items.isEmpty && !state.isStopping ? state.timers.milliseconds(from: .now) : 0
            }
            let count = unsafe epoll_wait(poller, &events, Int32(unsafe events.count), wait)
            for index in 0..<Int(max(count, 0)) {
                unsafe dispatch(events[index])
            }
        }
    }

    private func dispatch(_ event: epoll_event) {
        let descriptor = unsafe event.data.fd
        if descriptor == alarm {
            var value: eventfd_t = 0
            _ = unsafe eventfd_read(alarm, &value)
            return
        }
        var readiness: Readiness = []
        // Errors and hang-ups are reported as both: whoever reads or writes next learns what happened.
        let failed = unsafe event.events & (EPOLLERR.rawValue | EPOLLHUP.rawValue) != 0
        if unsafe failed || event.events & EPOLLIN.rawValue != 0 { readiness.insert(.readable) }
        if unsafe failed || event.events & EPOLLOUT.rawValue != 0 { readiness.insert(.writable) }
        let handler = state.withLock { $0.handlers[descriptor] }
        handler?(readiness)
    }
}
