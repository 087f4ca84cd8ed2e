public import UpgradeCore

/// Makes news of what a run's observer is told: a value, without a clock and without a receiver.
public struct NewsFold: Sendable {
    private struct Wait {
        var since: Double
        var why: String
        var isTold = false
    }

    private let head: RunNews
    private let blockedAfter: Double
    private let hops: [HopID]
    private var left: [HopID: Int] = [:]
    private var waits: [StepKey: Wait] = [:]
    private var failures: [StepKey: String] = [:]
    private var done: Int
    private var count = 0

    /// Makes a fold that goes on from what is recorded.
    ///
    /// - Parameters:
    ///   - plan: the plan of the run.
    ///   - record: what was done before.
    ///   - isResumed: whether another process has begun the run.
    ///   - blockedAfter: how long a step waits before that is news.
    public init(plan: Plan, record: RunState, isResumed: Bool, blockedAfter: Duration) {
        head = RunNews(
            event: .started,
            time: 0,
            number: 0,
            cluster: plan.cluster,
            run: record.header?.run ?? "",
            from: plan.from?.description ?? "",
            to: plan.to?.description ?? "",
            done: 0,
            steps: plan.keys.count,
            operatorName: record.header?.holder ?? "",
            reason: record.header.map { Redaction.redact($0.reason) } ?? "",
            isResumed: isResumed
        )
        self.blockedAfter = blockedAfter / .seconds(1)
        hops = plan.hops.map(\.id)
        for key in plan.keys where !record.isBehind(key) { left[key.hop, default: 0] += 1 }
        done = record.done.count
    }

    /// The process begins to work on the run.
    public mutating func begin(at time: Double) -> RunNews {
        news(.started, at: time)
    }

    /// Takes what an observer is told.
    public mutating func take(_ notice: RunNotice, at time: Double) -> [RunNews] {
        switch notice {
        case .progress(let key, .blocked(let blocks)):
            // Without the verb of the title: the sentence that it becomes a part of has one.
            wait(key, blocks.map(\.why).joined(separator: "; "), since: time)
            return tick(at: time)
        case .progress(let key, let progress) where progress.isWait:
            wait(key, progress.title, since: time)
            return tick(at: time)
        case .gateWaiting(let key, let unmet, _, let elapsed, _):
            wait(key, unmet.why, since: time - elapsed / .seconds(1))
            return tick(at: time)
        case .actionBegan(let key, _), .actionEnded(let key, _, _):
            waits[key] = nil
            return []
        case .stepFailed(let key, let failure):
            waits[key] = nil
            failures[key] = failure.why
            return []
        case .stepEnded(let key, _, _):
            waits[key] = nil
            done += 1
            return passed(key, at: time)
        case .asking(let key, let failure):
            wait(key, "the operator is asked what becomes of it: \(failure.why)", since: time)
            return []
        case .answered(let key, _):
            waits[key] = nil
            return []
        case .stepSkipped(let key, _):
            return passed(key, at: time)
        case .stopped(let reason):
            return [stopped(reason, at: time)]
        case .progress, .stepBegan, .settling, .looked, .gateOpened, .interrupted:
            return []
        }
    }

    /// Time has passed: tells of steps that have waited for too long, each once.
    public mutating func tick(at time: Double) -> [RunNews] {
        var found: [RunNews] = []
        for (key, wait) in waits.sorted(by: { $0.key.description < $1.key.description })
        where !wait.isTold && time - wait.since >= blockedAfter {
            waits[key]?.isTold = true
            var one = news(.blocked, at: time)
            one.hop = key.hop.description
            one.step = key.description
            one.why = wait.why
            one.waited = time - wait.since
            found.append(one)
        }
        return found
    }

    /// The run could not go on at all.
    public mutating func broke(_ why: String, at time: Double) -> RunNews {
        var one = news(.stopped, at: time)
        one.why = Redaction.redact(why)
        return one
    }

    private mutating func wait(_ key: StepKey, _ why: String, since: Double) {
        let before = waits[key]
        waits[key] = Wait(
            since: min(before?.since ?? since, since),
            why: Redaction.redact(why),
            isTold: before?.isTold ?? false
        )
    }

    private mutating func passed(_ key: StepKey, at time: Double) -> [RunNews] {
        failures[key] = nil
        guard let before = left[key.hop] else { return [] }
        left[key.hop] = before - 1
        guard before == 1 else { return [] }
        var one = news(.hopDone, at: time)
        one.hop = key.hop.description
        return [one]
    }

    private mutating func stopped(_ reason: StopReason, at time: Double) -> RunNews {
        if case .completed = reason { return news(.finished, at: time) }
        var one = news(.stopped, at: time)
        switch reason {
        case .completed, .interrupted: one.why = "it was interrupted"
        case .leaseLost(let loss): one.why = loss.why
        case .outOfTime(let key, let needs):
            one.why = "no time was left for \(key.target), which may take \(needs.text)"
        case .reached(let hop): one.why = "\(hop) is done, as asked"
        case .failed(let keys):
            one.step = keys.first?.description
            one.hop = keys.first?.hop.description
            let whys = keys.prefix(3).map { "\($0): \(Redaction.redact(failures[$0] ?? "failed"))" }
            one.why = whys.joined(separator: "; ") + (keys.count > 3 ? "; and \(keys.count - 3) more" : "")
        }
        return one
    }

    private mutating func news(_ event: NotificationOptions.Event, at time: Double) -> RunNews {
        count += 1
        var one = head
        one.event = event
        one.time = time
        one.number = count
        one.done = done
        return one
    }
}
