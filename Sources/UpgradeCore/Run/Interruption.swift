internal import Synchronization

/// The operator's wish to stop, told to everything that waits.
///
/// At the first wish no further action is begun and gates are no longer waited for; at the second the action in hand
/// is no longer waited for either. What was begun stays recorded as in doubt.
public final class Interruption: Sendable {
    private struct State {
        var level = 0
        var loss: LeaseLoss?
        var next = 0
        var waiters: [Int: (level: Int, resume: CheckedContinuation<Void, Never>)] = [:]
    }

    private let state = Mutex(State())

    /// Makes one that nobody has wished for.
    public init() {}

    /// How often the wish was told.
    public var level: Int {
        state.withLock { $0.level }
    }

    /// Why the cluster may not be changed any more, where that is what was told.
    public var loss: LeaseLoss? {
        state.withLock { $0.loss }
    }

    /// Tells that the lease is lost: the same as the first wish, with a reason; the first reason stays.
    public func lose(_ loss: LeaseLoss) {
        let isFirst = state.withLock { state in
            state.loss = state.loss ?? loss
            return state.level == 0
        }
        if isFirst { raise(to: 1) }
    }

    /// Tells the wish once more.
    public func raise() {
        raise(to: nil)
    }

    /// Tells a wish, unless one was told: for what may come more than once for one reason.
    public func raiseOnce() {
        raise(to: 1)
    }

    private func raise(to least: Int?) {
        let due = state.withLock { state in
            state.level = least.map { max(state.level, $0) } ?? state.level + 1
            let due = state.waiters.filter { $0.value.level <= state.level }
            for id in due.keys {
                state.waiters[id] = nil
            }
            return due.values.map(\.resume)
        }
        for waiter in due {
            waiter.resume()
        }
    }

    /// Returns when the wish was told `level` times, or the task is cancelled.
    public func reached(_ level: Int) async {
        let id = state.withLock { state in
            state.next += 1
            return state.next
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isDue = state.withLock { state in
                    if state.level >= level || Task.isCancelled { return true }
                    state.waiters[id] = (level, continuation)
                    return false
                }
                if isDue { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.waiters.removeValue(forKey: id)?.resume }?.resume()
        }
    }
}
