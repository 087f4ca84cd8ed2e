internal import Synchronization

/// Counts the effects of a process, says what strikes at each, and keeps the history of the world.
final class Fate: Sendable {
    private struct State {
        var effects = 0
        var pending: [Fault]
        var isDead = false
        var struck: [String: Int] = [:]
        var history: [String] = []
        var wishesCleanup = false
        var wishes = 0
        var delayed: [Fault.Kind] = []
        var operatorOffset = 0
    }

    private let state: Mutex<State>
    private let clock: TortureClock

    init(_ plan: FaultPlan, _ clock: TortureClock) {
        state = Mutex(State(pending: plan.faults))
        self.clock = clock
    }

    var isDead: Bool { state.withLock { $0.isDead } }
    var effects: Int { state.withLock { $0.effects } }
    var struck: [String: Int] { state.withLock { $0.struck } }
    var history: [String] { state.withLock { $0.history } }
    var isOver: Bool { state.withLock { $0.pending.isEmpty } }

    /// Counts an effect; what strikes at it.
    func effect(_ effect: Effect) -> [Fault.Kind] {
        let now = clock.now.elapsed.components.seconds
        return state.withLock { state in
            guard !state.isDead else { return [] }
            state.effects += 1
            let count = state.effects
            let due = state.pending.filter { $0.effect <= count && $0.kind.fits(effect) }
            guard !due.isEmpty else { return [] }
            state.pending.removeAll { $0.effect <= count && $0.kind.fits(effect) }
            for fault in due {
                state.struck[fault.kind.name, default: 0] += 1
                state.history.append("\(now) effect \(count): \(fault.kind)")
                if case .operatorClock(let offset) = fault.kind { state.operatorOffset = offset }
                if case .cleanup = fault.kind { state.wishesCleanup = true }
                if case .interrupt(let times) = fault.kind { state.wishes += times }
            }
            return due.map(\.kind)
        }
    }

    /// How far the operator's clock is off, in seconds.
    var operatorOffset: Double { Double(state.withLock { $0.operatorOffset }) }

    /// Keeps what strikes the cluster until the cluster is looked at next.
    func later(_ kind: Fault.Kind) {
        state.withLock { $0.delayed.append(kind) }
    }

    func takeDelayed() -> [Fault.Kind] {
        state.withLock { state in
            defer { state.delayed = [] }
            return state.delayed
        }
    }

    func note(_ text: String) {
        let now = clock.now.elapsed.components.seconds
        state.withLock { $0.history.append("\(now) \(text)") }
    }

    func die() {
        state.withLock { $0.isDead = true }
    }

    func revive() {
        state.withLock { state in
            state.isDead = false
            state.wishes = 0
        }
    }

    /// From now on nothing new goes wrong.
    func end() {
        state.withLock { $0.pending = [] }
    }

    func takeCleanup() -> Bool {
        state.withLock { state in
            defer { state.wishesCleanup = false }
            return state.wishesCleanup
        }
    }

    func takeWishes() -> Int {
        state.withLock { state in
            defer { state.wishes = 0 }
            return state.wishes
        }
    }
}
