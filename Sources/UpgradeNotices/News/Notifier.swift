internal import Synchronization
public import UpgradeCore

/// Tells others how a run goes on, beside it: a receiver that is slow or dead costs the run nothing but a queue.
///
/// `notice` only queues. `deliver` sends, each receiver by itself, until `finish`, which waits for a few seconds at most.
public final class Notifier: RunObserver {
    private struct State {
        var folds: [NewsFold]
        /// By receiver: what it was to be told of and was not, or not yet, and why.
        var untold: [(count: Int, why: String)]
    }

    private let receivers: [NewsReceiver]
    private let state: Mutex<State>
    private let web: any WebClient
    private let now: @Sendable () -> Double
    private let closed = AsyncStream<Void>.makeStream()
    private let ended = AsyncStream<Void>.makeStream()

    /// Makes a notifier of the playbook's receivers.
    ///
    /// - Parameters:
    ///   - options: who is told.
    ///   - fold: makes news of what the run does, given how long a step waits before that is news.
    ///   - web: sends requests.
    ///   - now: the operator's clock in seconds since 1970.
    /// - Throws: `NoticeError` for a template that is none.
    public init(
        _ options: [NotificationOptions],
        fold: (Duration) -> NewsFold,
        web: any WebClient = CurlClient(),
        now: @escaping @Sendable () -> Double
    ) throws(NoticeError) {
        var receivers: [NewsReceiver] = []
        var folds: [NewsFold] = []
        for options in options {
            for way in options.ways {
                receivers.append(try NewsReceiver(options, way))
                folds.append(fold(options.blockedAfter))
            }
        }
        self.receivers = receivers
        state = Mutex(State(folds: folds, untold: folds.map { _ in (0, "it has not answered in time") }))
        self.web = web
        self.now = now
    }

    /// The run begins, or goes on.
    public func begin() {
        let now = now()
        tell { [$0.begin(at: now)] }
    }

    /// Queues what is news.
    public func notice(_ notice: RunNotice) {
        let now = now()
        tell { $0.take(notice, at: now) }
    }

    /// The run could not go on at all.
    public func broke(_ why: String) {
        let now = now()
        tell { [$0.broke(why, at: now)] }
    }

    /// Sends what is queued until `finish`, or until the task is cancelled.
    public func deliver() async {
        await withTaskGroup(of: Void.self) { group in
            for (index, receiver) in receivers.enumerated() {
                group.addTask { [self] in
                    for await news in receiver.queue.stream { await send(news, to: index) }
                }
            }
            let ticker = { @Sendable [self] in
                // A wait may be told once only; how long it has lasted is for the clock.
                while !Task.isCancelled {
                    try? await Task.sleep(for: .seconds(1))
                    let now = now()
                    tell { $0.tick(at: now) }
                }
            }
            group.addTask {
                await withTaskGroup(of: Void.self) { inner in
                    inner.addTask { await ticker() }
                    for await _ in self.closed.stream {}
                    inner.cancelAll()
                }
            }
        }
        ended.continuation.finish()
    }

    /// Takes no more news, and waits until all is sent, or for `limit`, or until `isOver` returns.
    ///
    /// - Returns: who was not told of how many events, one text each.
    public func finish(
        within limit: Duration,
        or isOver: (@Sendable () async -> Void)? = nil
    ) async -> [String] {
        for receiver in receivers { receiver.queue.continuation.finish() }
        closed.continuation.finish()
        if !receivers.isEmpty {
            await withTaskGroup(of: Void.self) { group in
                group.addTask { [self] in for await _ in ended.stream {} }
                group.addTask { try? await Task.sleep(for: limit) }
                if let isOver { group.addTask { await isOver() } }
                await group.next()
                group.cancelAll()
            }
        }
        return untold
    }

    private var untold: [String] {
        state.withLock { state in
            zip(receivers, state.untold).filter { $1.count > 0 }
                .map { "\($0.options.name) was not told of \($1.count) event\($1.count == 1 ? "" : "s"): \($1.why)" }
        }
    }

    private func tell(_ body: (inout NewsFold) -> [RunNews]) {
        state.withLock { state in
            for (index, receiver) in receivers.enumerated() {
                for news in body(&state.folds[index]) where receiver.options.events.contains(news.event) {
                    state.untold[index].count += 1
                    if case .dropped = receiver.queue.continuation.yield(news) {
                        state.untold[index].why = "more happened than it could be told of"
                    }
                }
            }
        }
    }

    // MARK: one event

    /// Tries until it is told, or the receiver's deadline has passed, or it refuses for good.
    private func send(_ news: RunNews, to index: Int) async {
        let receiver = receivers[index]
        let clock = ContinuousClock()
        let end = clock.now + receiver.options.deadline
        var pause = Duration.seconds(1)
        while !Task.isCancelled, clock.now < end {
            switch await receiver.send(news, web: web, deadline: min(.seconds(10), clock.now.duration(to: end))) {
            case .told: return state.withLock { $0.untold[index].count -= 1 }
            case .refused(let reason): return state.withLock { $0.untold[index].why = reason }
            case .later(let reason): state.withLock { $0.untold[index].why = reason }
            }
            try? await clock.sleep(until: min(clock.now + pause, end))
            pause *= 2
        }
    }
}
