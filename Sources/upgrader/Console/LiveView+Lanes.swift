internal import UpgradeCore

extension LiveView {
    /// A line for each target in work and, as far as there is room, what it waits for below it.
    func lanes(_ width: Int, _ room: Int, _ now: Duration) -> [LiveLine] {
        let shown = stop == nil ? lanes : lanes.filter { !$0.isFailed }
        guard !shown.isEmpty else { return [] }
        let whys = shown.map { reasons($0, width, now) }
        // Where there is too little room, what is stuck comes first, and each of it says why before any says more.
        let urgent = shown.indices.sorted { (rank(shown[$0], now), $0) < (rank(shown[$1], now), $1) }
        let kept = min(whys.filter { !$0.isEmpty }.count, room / 3)
        let count = shown.count + kept <= room ? shown.count : max(1, room - 1 - kept)
        var left = max(0, room - count - (count < shown.count ? 1 : 0))
        let chosen = urgent.prefix(count)
        var told: [Int: Int] = [:]
        for most in [1, Int.max] {
            for index in chosen {
                let more = min(left, min(most, whys[index].count) - told[index, default: 0])
                told[index, default: 0] += more
                left -= more
            }
        }
        // Of a name as long as a quarter of the line the middle goes: the rest of the line says more.
        let targetWidth = min(max(6, width / 4), shown.map(\.shownTarget.columns).max() ?? 0)
        let stepWidth = min(max(8, width / 3), shown.map { "\($0.key.step)".columns }.max() ?? 0)
        var lines: [LiveLine] = []
        for index in chosen.sorted() {
            lines.append(line(shown[index], targetWidth, stepWidth, width, now))
            lines += whys[index].prefix(told[index, default: 0])
        }
        if count < shown.count {
            let stuck = urgent.dropFirst(count).filter { !whys[$0].isEmpty }.count
            let text = stuck == 0 ? "" : ", \(stuck) of them \(stuck == 1 ? "waits" : "wait")"
            lines.append(LiveLine("  and \(shown.count - count) more in work\(text)", .faint))
        }
        return lines
    }

    /// The smaller, the more an operator must see it.
    private func rank(_ lane: LiveLane, _ now: Duration) -> Int {
        switch lane.doing {
        case .failed: 0
        case .acting, .following, .looking: lane.hold(at: now) == nil ? 3 : 1
        case .waiting: 2
        case .left: 4
        }
    }

    private func line(
        _ lane: LiveLane,
        _ targetWidth: Int,
        _ stepWidth: Int,
        _ width: Int,
        _ now: Duration
    ) -> LiveLine {
        let (mark, style) = mark(lane, now)
        let target = lane.shownTarget.cutInTheMiddle(to: targetWidth).padded(to: targetWidth)
        let step = "\(lane.key.step)".padded(to: stepWidth)
        let line = LiveLine("\(mark) ", style).with(target, .strong).with("  \(step)  ").with(words(lane, now), style)
        return line.with(right: time(lane, now), width: width)
    }

    private func mark(_ lane: LiveLane, _ now: Duration) -> (String, LiveLine.Style) {
        switch lane.doing {
        case .left: return ("?", .waiting)
        case .looking, .following, .acting: return lane.hold(at: now) == nil ? ("▸", .plain) : ("◦", .waiting)
        case .waiting: return ("◦", .waiting)
        case .failed: return ("✗", .bad)
        }
    }

    private func words(_ lane: LiveLane, _ now: Duration) -> String {
        let attempt = lane.attempt > 1 ? ", attempt \(lane.attempt)" : ""
        switch lane.doing {
        case .looking: return "\(titles[lane.key.step] ?? "looks")\(attempt)"
        case .following(let action): return "follows what was begun before: \(action.title)"
        case .acting(let action):
            if case .pods(let hindrances) = lane.hold(at: now) {
                let pods = hindrances.count == 1 ? "a pod is" : "\(hindrances.count) pods are"
                return "\(action.title): \(pods) in the way"
            }
            return "\(action.title)\(attempt)"
        case .waiting: return "waits\(attempt)"
        case .left: return "left as it is; resume looks at it first"
        case .failed: return "failed"
        }
    }

    private func time(_ lane: LiveLane, _ now: Duration) -> String {
        switch lane.doing {
        case .waiting(_, _, let elapsed, let told, let deadline):
            "\((elapsed + (now - told)).onClock) of at most \(deadline.onClock)"
        case .left, .failed: ""
        case .looking, .following, .acting: (now - lane.since).onClock
        }
    }

    /// What a lane waits for, or why it failed.
    private func reasons(_ lane: LiveLane, _ width: Int, _ now: Duration) -> [LiveLine] {
        switch lane.doing {
        case .left: return []
        case .waiting(let unmet, let measured, _, _, _):
            return folded(unmet.why, width, .waiting) + folded(measured.text, width, .plain)
        case .failed(let why): return folded(why, width, .bad)
        case .looking, .following, .acting: break
        }
        switch lane.hold(at: now) {
        case .pods(let hindrances):
            return hindrances.flatMap { held($0.block.inTheWay, (now - $0.since).onClock, width) }
        case .other(let text, let since): return held(text, (now - since).onClock, width)
        case nil: return []
        }
    }

    /// What holds a lane, with for how long at the end of the first line.
    private func held(_ text: String, _ time: String, _ width: Int) -> [LiveLine] {
        let time = "for \(time)"
        var lines = folded(text, width - time.columns - 2, .waiting)
        if let first = lines.first { lines[0] = first.with(right: time, width: width, .waiting) }
        return lines
    }

    /// A reason in at most three lines: the whole of it stands in the history or in the journal.
    private func folded(_ text: String, _ width: Int, _ style: LiveLine.Style) -> [LiveLine] {
        text.folded(to: width - 4).prefix(3).map { LiveLine("    \($0)", style) }
    }
}

extension PodBlock {
    /// Who is held by what, shorter than `why`: the lane above says that these are pods in the way.
    fileprivate var inTheWay: String {
        let who = pod + (owner.map { " of \($0)" } ?? "")
        guard let budget else { return "\(who) is still ending" }
        return "\(who): budget \(budget) allows \(disruptionsAllowed)"
    }
}

extension Duration {
    /// The duration as on a clock: `0:07`, `12:05`, `1:02:05`.
    var onClock: String {
        let seconds = max(0, components.seconds)
        let two = { (value: Int64) in value < 10 ? "0\(value)" : "\(value)" }
        if seconds < 3600 { return "\(seconds / 60):\(two(seconds % 60))" }
        return "\(seconds / 3600):\(two(seconds % 3600 / 60)):\(two(seconds % 60))"
    }
}

extension LiveLane {
    /// The target without its domain, which says the same in every lane.
    fileprivate var shownTarget: String {
        let name = "\(key.target)"
        return name.contains { $0.isLetter } ? String(name.prefix { $0 != "." }) : name
    }
}
