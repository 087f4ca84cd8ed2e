internal import UpgradeCore

/// Who may undo what a run has left on the cluster, and why it is not undone by hand.
struct Undoing {
    /// Where the run is kept.
    let place: RunPlace
    /// Whether the run is a restore of etcd that has moved data and has not come to its end: cleanup refuses it then.
    let isPulledApart: Bool

    /// Why an effect is not undone by hand, and the command that does it; `nil` where a hand breaks nothing.
    func caution(_ effect: SideEffect) -> (why: String, by: String)? {
        if let other = place.takenBackBy {
            return ("what takes this run back works with it, and undoes it at its end", resume(other))
        }
        if isPulledApart { return effect.isMadeToWait ? (EtcdRestoration.halfMoved, resume(place.directory)) : nil }
        return effect.caution.map { ($0, "upgrader cleanup") }
    }

    private func resume(_ directory: String) -> String { "upgrader resume \(ShellQuoting.join([directory]))" }
}

extension RunStory {
    /// Whether the run, a restore, has begun to put other data in the place of a member's of etcd.
    var hasMovedEtcd: Bool {
        attempts.values.joined().flatMap(\.deeds).contains { deed in
            if case .swapEtcd = deed.action { true } else { false }
        }
    }
}

extension SideEffect {
    /// Whether it keeps a daemon down.
    fileprivate var isMadeToWait: Bool {
        switch self {
        // A timer starts apt and no daemon.
        case .mask(_, let unit), .pause(_, let unit): !unit.hasSuffix(".timer")
        case .cordon, .liftedHold, .updateStrategy, .templateImage, .templateVariable, .silence, .calicoPaused: false
        }
    }
}
