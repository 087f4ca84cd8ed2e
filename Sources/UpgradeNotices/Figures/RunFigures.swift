public import UpgradeCore

/// The figures of a run, as a metrics system takes them: a value, without a clock.
///
/// Counters count from the beginning of the process, as counters do; the rest is how it stands.
public struct RunFigures: Sendable {
    /// Why a lane waits.
    enum WaitKind: String, CaseIterable {
        case drain, dpkg, reconnect, gate, question

        /// By the words of `ActionProgress.title`, which is what a transcript has.
        init?(words: String) {
            if words.hasPrefix("is blocked: ") {
                self = .drain
            } else if words.hasPrefix("waits for dpkg ") {
                self = .dpkg
            } else if words.hasPrefix("reconnects to ") {
                self = .reconnect
            } else if words == Transcript.Entry.asked {
                self = .question
            } else {
                return nil
            }
        }
    }

    private struct Lane {
        var key: StepKey
        var since: Double
        var wait: (kind: WaitKind, since: Double)?
    }

    private let cluster: String
    private var run: String
    private let hops: [HopID]
    private var steps: [HopID: Int] = [:]
    private var done: [HopID: Int] = [:]
    private var lanes: [StepKey: Lane] = [:]
    private var place: (hop: HopID, phase: PhaseID)?
    private var waits: [WaitKind: Int] = [:]
    private var retries = 0
    private var failures = 0
    private struct Looks {
        var healthy = 0
        var unhealthy = 0
        var isHealthy = true

        mutating func take(_ answer: APILook.Answer, _ count: Int) {
            switch answer {
            case .healthy: healthy += count
            case .unhealthy: unhealthy += count
            // What was not asked has said nothing.
            case .unknown: return
            }
            isHealthy = answer == .healthy
        }
    }

    private var looks: [String: Looks] = [:]
    private var apiLooks = Looks()
    private var state = "running"
    private var began: Double

    /// Makes the figures of a run that goes on from what is recorded.
    public init(plan: Plan, record: RunState, at time: Double) {
        cluster = plan.cluster
        run = record.header?.run ?? ""
        hops = plan.hops.map(\.id)
        for key in plan.keys {
            steps[key.hop, default: 0] += 1
            if record.done.contains(key) { done[key.hop, default: 0] += 1 }
        }
        began = time
    }

    /// Makes the figures of a run that another process may be at, from what that has recorded; counters count from its
    /// beginning.
    ///
    /// - Parameters:
    ///   - plan: what is to happen.
    ///   - history: the journal.
    ///   - transcript: what was waited for.
    ///   - availability: what its API servers answered.
    ///   - isHeld: whether a process works on it now.
    public init(
        plan: Plan,
        history: JournalReader.History,
        transcript: [Transcript.Entry],
        availability: [APISpan],
        isHeld: Bool
    ) {
        self.init(plan: plan, record: RunState(), at: history.records.first?.time ?? 0)
        run = history.state.header?.run ?? ""
        var waits = transcript[...]
        for (time, record) in history.records {
            while let wait = waits.first, wait.time <= time {
                take(wait)
                waits.removeFirst()
            }
            take(record, at: time)
        }
        for wait in waits { take(wait) }
        for span in availability { saw(span) }
        // What cleanup has undone is not done any more.
        done = [:]
        for key in history.state.done { done[key.hop, default: 0] += 1 }
        if history.state.stop == nil, !isHeld {
            state = "killed"
            lanes = [:]
        }
    }

    private mutating func take(_ record: Record, at time: Double) {
        switch record {
        case .started, .resumed:
            began = time
            lanes = [:]
            state = "running"
        case .begun(let key, let attempt): take(.stepBegan(key, attempt: attempt), at: time)
        case .intended(let key, _, _, let action): take(.actionBegan(key, action), at: time)
        case .acted(let key, _, _): lanes[key]?.wait = nil
        case .done(let key): take(.stepEnded(key, took: .zero, changed: false), at: time)
        case .failed(let key, _, let failure): take(.stepFailed(key, failure), at: time)
        case .stopped(let reason): take(RunNotice.stopped(reason), at: time)
        case .released(let key): lanes[key] = nil
        case .skipped(let key, _, _): lanes[key] = nil
        case .leased, .withdrawn, .undoing, .struck, .tookBack: break
        }
    }

    /// A transcript has no kinds of waits, only their words; what a wait is for they begin with.
    private mutating func take(_ entry: Transcript.Entry) {
        switch entry.event {
        case .gate: wait(entry.key, .gate, since: entry.time)
        case .waits(let text):
            if let kind = WaitKind(words: text) {
                wait(entry.key, kind, since: entry.time)
            } else if lanes[entry.key]?.wait?.kind == .question {
                lanes[entry.key] = nil
            }
        case .ran, .opened, .looked: break
        }
    }

    /// The API servers were looked at.
    public mutating func saw(_ span: APISpan) {
        apiLooks.take(span.api, span.looks)
        for (host, answer) in span.servers where answer != .unknown {
            looks[host, default: Looks()].take(answer, span.looks)
        }
    }

    /// Takes what an observer is told.
    public mutating func take(_ notice: RunNotice, at time: Double) {
        switch notice {
        case .stepBegan(let key, let attempt):
            lanes[key] = Lane(key: key, since: time)
            place = (key.hop, key.phase)
            if attempt > 1 { retries += 1 }
        case .settling(let key, _):
            if lanes[key] == nil { lanes[key] = Lane(key: key, since: time) }
            place = (key.hop, key.phase)
        case .progress(let key, .blocked): wait(key, .drain, since: time)
        case .progress(let key, .packageLockHeld): wait(key, .dpkg, since: time)
        case .progress(let key, .reconnecting): wait(key, .reconnect, since: time)
        case .gateWaiting(let key, _, _, let elapsed, _): wait(key, .gate, since: time - elapsed / .seconds(1))
        case .actionBegan(let key, _), .actionEnded(let key, _, _), .gateOpened(let key, _): lanes[key]?.wait = nil
        case .stepEnded(let key, _, _):
            lanes[key] = nil
            done[key.hop, default: 0] += 1
        case .stepFailed(let key, _):
            lanes[key] = nil
            failures += 1
        case .stopped(let reason):
            lanes = [:]
            state =
                switch reason {
                case .completed: "completed"
                case .failed: "failed"
                case .interrupted: "interrupted"
                case .leaseLost: "lease-lost"
                case .reached, .outOfTime: "paused"
                }
        case .stepSkipped(let key, _), .answered(let key, _): lanes[key] = nil
        // Whoever watches from afar may be the one to wake who can answer.
        case .asking(let key, _): wait(key, .question, since: time)
        case .progress(_, .ran), .looked, .interrupted: break
        }
    }

    private mutating func wait(_ key: StepKey, _ kind: WaitKind, since: Double) {
        guard lanes[key]?.wait?.kind != kind else { return }
        if lanes[key] == nil { lanes[key] = Lane(key: key, since: since) }
        lanes[key]?.wait = (kind, since)
        waits[kind, default: 0] += 1
    }

    /// As text.
    ///
    /// - Source: prometheus/docs, instrumenting/exposition_formats.md; OpenMetrics 1.0.
    public func text(at time: Double, _ form: MetricsForm = .prometheus) -> String {
        var page = MetricsPage(labels: [("cluster", cluster), ("run", run)], form: form)
        page.family("upgrader_run_state", "gauge", "1 for how the run stands, 0 for the others.")
        for name in ["running", "completed", "paused", "interrupted", "lease-lost", "failed", "killed"] {
            page.sample([("state", name)], name == state ? 1 : 0)
        }
        page.family("upgrader_process_start_time_seconds", "gauge", "When this process took up the run.")
        page.sample([], began)
        page.family(
            "upgrader_updated_time_seconds",
            "gauge",
            "When this was written; an old one of a running run: it was killed."
        )
        page.sample([], time)
        page.family("upgrader_hop_steps", "gauge", "Steps of the plan.")
        for hop in hops { page.sample([("hop", hop.description)], Double(steps[hop] ?? 0)) }
        page.family("upgrader_hop_steps_done", "gauge", "Steps that are done.")
        for hop in hops { page.sample([("hop", hop.description)], Double(done[hop] ?? 0)) }
        page.family("upgrader_phase_active", "gauge", "1 for the phase in hand.")
        if let place, state == "running" {
            page.sample([("hop", place.hop.description), ("phase", place.phase.description)], 1)
        }
        page.family("upgrader_lanes", "gauge", "Targets in work.")
        page.sample([], Double(lanes.count))
        page.family("upgrader_lane_step_seconds", "gauge", "How long the step in hand of a target has taken.")
        for lane in sorted { page.sample(labels(lane), max(0, time - lane.since)) }
        page.family("upgrader_lane_wait_seconds", "gauge", "How long the step in hand has waited, and for what.")
        for lane in sorted {
            if let wait = lane.wait {
                page.sample(labels(lane) + [("for", wait.kind.rawValue)], max(0, time - wait.since))
            }
        }
        page.family("upgrader_waits_total", "counter", "Waits that were begun.")
        for kind in WaitKind.allCases { page.sample([("for", kind.rawValue)], Double(waits[kind] ?? 0)) }
        page.family("upgrader_step_retries_total", "counter", "Attempts at steps beyond the first.")
        page.sample([], Double(retries))
        page.family("upgrader_step_failures_total", "counter", "Attempts at steps that failed.")
        page.sample([], Double(failures))
        page.family("upgrader_api_server_up", "gauge", "Whether the API server was healthy when last looked at.")
        let hosts = looks.sorted { $0.key < $1.key }
        for (host, one) in hosts { page.sample([("host", host)], one.isHealthy ? 1 : 0) }
        page.family("upgrader_api_server_looks_total", "counter", "Looks at the API server, by what was found.")
        for (host, one) in hosts {
            page.sample([("host", host), ("healthy", "true")], Double(one.healthy))
            page.sample([("host", host), ("healthy", "false")], Double(one.unhealthy))
        }
        page.family("upgrader_api_looks_total", "counter", "Looks at the API: answered where any server was healthy.")
        page.sample([("answered", "true")], Double(apiLooks.healthy))
        page.sample([("answered", "false")], Double(apiLooks.unhealthy))
        page.end()
        return page.text
    }

    private var sorted: [Lane] { lanes.values.sorted { $0.key.description < $1.key.description } }

    private func labels(_ lane: Lane) -> [(String, String)] {
        [("target", lane.key.target.description), ("step", lane.key.step.description)]
    }
}
