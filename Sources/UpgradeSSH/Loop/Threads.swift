import Glibc
import Synchronization

/// Threads for work that blocks: name look-up, key exchange, agents, hashing of files.
///
/// At most `limit` at a time; the rest waits in line. A thread takes the next piece of work or ends.
final class Threads: Sendable {
    private struct State {
        var waiting: [@Sendable () -> Void] = []
        var running = 0
        var handles: [pthread_t] = []
        var finished: [pthread_t] = []
    }

    private let state = Mutex(State())
    private let limit: Int

    /// Makes an empty group of threads.
    init(limit: Int) {
        self.limit = limit
    }

    /// Runs `work` on a thread of the group.
    func start(_ work: @escaping @Sendable () -> Void) {
        let finished = state.withLock { state in
            state.waiting.append(work)
            if state.running < limit {
                state.running += 1
                // Under the lock, which the thread takes first: it cannot end before its handle is kept.
                state.handles.append(startThread { [self] in runWaiting() })
            }
            defer { state.finished = [] }
            return state.finished
        }
        for thread in finished {
            joinThread(thread)
        }
    }

    /// Runs `work` on a thread of the group and waits for its result without holding a thread of the caller's pool.
    func run<Result: Sendable>(_ work: @escaping @Sendable () -> Result) async -> Result {
        await withCheckedContinuation { continuation in
            start { continuation.resume(returning: work()) }
        }
    }

    /// Waits until every thread has ended: libssh's thread-local state must be gone before the process exits
    /// (openssl#6214: a double free otherwise).
    func join() {
        while true {
            let threads = state.withLock { state in
                let all = state.finished + state.handles
                state.finished = []
                state.handles = []
                return all
            }
            if threads.isEmpty {
                return
            }
            for thread in threads {
                joinThread(thread)
            }
        }
    }

    private func runWaiting() {
        while let work = next() {
            work()
        }
    }

    private func next() -> (@Sendable () -> Void)? {
        state.withLock { state in
            guard !state.waiting.isEmpty else {
                state.running -= 1
                let myself = pthread_self()
                if let index = state.handles.firstIndex(where: { pthread_equal($0, myself) != 0 }) {
                    state.finished.append(state.handles.remove(at: index))
                }
                return nil
            }
            return state.waiting.removeFirst()
        }
    }
}

private final class ThreadBody {
    let body: @Sendable () -> Void

    init(_ body: @escaping @Sendable () -> Void) {
        self.body = body
    }
}

/// Starts a thread that runs `body`; the caller joins it.
func startThread(_ body: @escaping @Sendable () -> Void) -> pthread_t {
    let box = unsafe Unmanaged.passRetained(ThreadBody(body))
    var thread = pthread_t()
    let code = unsafe pthread_create(
        &thread,
        nil,
        { argument in
            if let argument = unsafe argument {
                unsafe Unmanaged<ThreadBody>.fromOpaque(argument).takeRetainedValue().body()
            }
            return nil
        },
        unsafe box.toOpaque()
    )
    precondition(code == 0, "no thread could be started: error \(code)")
    return thread
}

/// Waits for a thread to end.
func joinThread(_ thread: pthread_t) {
    _ = pthread_join(thread, nil)
}
