internal import Synchronization

/// Runs tasks on one thread, in an order that a seed decides, and lets simulated time pass when none can go on.
///
/// So lanes that are walked at once meet in every order, and in the same one for the same seed.
final class SeededExecutor: TaskExecutor {
    private struct Queue {
        var jobs: [UnownedJob] = []
        var dice: Dice
    }

    private let queue: Mutex<Queue>

    init(seed: UInt64) {
        queue = Mutex(Queue(dice: Dice(seed: seed)))
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.withLock { $0.jobs.append(job) }
    }

    /// Runs `body` to its end; `nil` when nothing can go on any more and it has not ended.
    func run<Value: Sendable>(
        _ clock: TortureClock,
        _ body: @escaping @Sendable () async -> Value
    ) -> Value? {
        let box = Box<Value>()
        let task = Task(executorPreference: self) {
            let value = await body()
            box.put(value)
        }
        while true {
            if let job = take() {
                job.runSynchronously(on: asUnownedTaskExecutor())
            } else if let value = box.value {
                return value
            } else if !clock.passToNextTimer() {
                task.cancel()
                while let job = take() { job.runSynchronously(on: asUnownedTaskExecutor()) }
                return box.value
            }
        }
    }

    private func take() -> UnownedJob? {
        queue.withLock { queue in
            guard !queue.jobs.isEmpty else { return nil }
            let index = queue.dice.roll(0...(queue.jobs.count - 1))
            return queue.jobs.remove(at: index)
        }
    }
}

private final class Box<Value: Sendable>: Sendable {
    private let stored = Mutex<Value?>(nil)

    var value: Value? { stored.withLock { $0 } }

    func put(_ value: Value) { stored.withLock { $0 = value } }
}
