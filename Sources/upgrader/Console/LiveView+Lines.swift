internal import UpgradeCore

extension LiveView {
    /// The view as it is at `now`: at most `height` lines of at most `width` columns.
    ///
    /// What has no room is left out from the least to the most important: air, what lanes wait for, lanes, the foot.
    func lines(width: Int, height: Int, now: Duration) -> [LiveLine] {
        let width = max(1, width)
        let head = [rule(width), heading(width, now), bar(width), position]
        let foot = stop == nil ? gate(width) + [following] + noReturn + [interruptHelp] : []
        // On a small terminal every line counts; with this many there is room for air and still for history.
        let air = height >= 20 ? [LiveLine()] : []
        let fixed = head.count + foot.count + air.count * 2
        // At least a third of the screen is left to what stays above the view.
        let room = max(1, min(height - fixed, height * 2 / 3 - fixed))
        let work = lanes(width, room, now)
        let body = work.isEmpty ? [] : air + work
        let all = head + body + (foot.isEmpty ? [] : air) + foot
        return all.prefix(max(0, height)).map { $0.cut(to: width) }
    }

    // MARK: - Head

    private func rule(_ width: Int) -> LiveLine {
        LiveLine(String(repeating: "─", count: width), .faint)
    }

    private func heading(_ width: Int, _ now: Duration) -> LiveLine {
        let from = plan.from?.description ?? ""
        let to = plan.to?.description ?? ""
        return LiveLine(plan.cluster, .strong).with(plan.recovers == nil ? "  \(from) → \(to)" : "  cleanup by marks")
            .with(right: "elapsed \(now.onClock)" + (left.map { ", \($0)" } ?? ""), width: width)
    }

    private var left: String? { stop == nil ? timeLeft.text : nil }

    private func bar(_ width: Int) -> LiveLine {
        let count = places.keys.count
        let text = "  \(places.done) of \(count) steps"
        // A bar longer than this says no more.
        let length = max(0, min(100, width - text.columns - 2))
        // Full only when everything is done.
        let filled = count == 0 ? 0 : length * places.done / count
        return LiveLine("[").with(String(repeating: "█", count: filled), .good)
            .with(String(repeating: "░", count: length - filled), .faint).with("]").with(text)
    }

    private var position: LiveLine {
        switch stop {
        case .completed: return LiveLine("every step is done", .good)
        case .reached(let hop): return LiveLine("stopped after \(hop.from) → \(hop.to), as asked", .good)
        case .interrupted: return LiveLine("interrupted", .waiting)
        case .leaseLost: return LiveLine("stopped: the lease of the cluster is not this run's any more", .bad)
        case .outOfTime(let key, _): return LiveLine("paused: no time is left for \(key.target)", .waiting)
        case .failed(let keys):
            return LiveLine("stopped: \(keys.count == 1 ? "a step" : "\(keys.count) steps") failed", .bad)
        case nil: break
        }
        guard let place else { return LiveLine("nothing is left to do") }
        let hop = plan.hops[place.hop]
        let phase = hop.phases[place.phase]
        let line = LiveLine("hop \(place.hop + 1) of \(plan.hops.count): ")
            .with("\(hop.id.from) → \(hop.id.to)", .strong)
            .with("   phase \(place.phase + 1) of \(hop.phases.count): ")
            .with("\(phase.id)", .strong)
        let count = phase.lanes.count
        guard count > 1 else { return line }
        let batch = phase.batch < count ? ", \(phase.batch) at a time" : ""
        return line.with("   \(places.lanesDone(hop: place.hop, phase: place.phase)) of \(count) done\(batch)")
    }

    // MARK: - Foot

    /// What the gate that opened last measured: how much was to spare when the run went on.
    private func gate(_ width: Int) -> [LiveLine] {
        guard let lastGate, !lastGate.measured.isEmpty else { return [] }
        return [
            LiveLine("gate    ", .faint).with(name(lastGate.key)).with(" open  ", .good)
                .with(lastGate.measured.text, .faint).cut(to: width)
        ]
    }

    private var following: LiveLine {
        let line = LiveLine("next    ", .faint)
        if let next {
            return line.with(name(next)).with(titles[next.step].map { "  \($0)" } ?? "", .faint)
        }
        if isInterrupted { return line.with("nothing more is begun", .waiting) }
        if lanes.contains(where: \.isFailed) { return line.with("the run stops at the failure", .bad) }
        return line.with("nothing, this is the end")
    }

    private var noReturn: [LiveLine] {
        guard !isInterrupted, let (point, steps) = nearPointOfNoReturn else { return [] }
        let when = steps == 0 ? "now" : steps == 1 ? "after 1 step" : "after \(steps) steps"
        return [LiveLine("point of no return  ", .waiting).with("\(when): \(name(point.key)), \(point.why)", .waiting)]
    }

    /// The key of a step without what it shares with the place where the run is.
    private func name(_ key: StepKey) -> String {
        guard let place, plan.hops[place.hop].id == key.hop else { return "\(key)" }
        let isHere = plan.hops[place.hop].phases[place.phase].id == key.phase
        return isHere ? key.onTarget : "\(key.phase)/\(key.onTarget)"
    }

    private var interruptHelp: LiveLine {
        if isInterrupted {
            return LiveLine("Ctrl-C  ", .faint)
                .with("again stops waiting; `upgrader resume` follows what runs on", .waiting)
        }
        return LiveLine("Ctrl-C  lets the action in hand end and stops; `upgrader resume` goes on", .faint)
    }
}
