/// Every side effect of ours that is still to be undone.
public struct Ledger: Hashable, Sendable, Codable {
    /// A side effect and the step that made it.
    public struct Entry: Hashable, Sendable, Codable {
        /// What is left on the cluster.
        public var effect: SideEffect
        /// The step that made it.
        public var key: StepKey

        /// Makes an entry.
        public init(effect: SideEffect, key: StepKey) {
            self.effect = effect
            self.key = key
        }
    }

    /// In the order they were made.
    public private(set) var entries: [Entry] = []

    /// Makes an empty ledger.
    public init() {}

    /// Enters what `action` leaves behind, and strikes out what it undoes.
    ///
    /// Called with the intent, before the action: what may have happened counts as ours until a look says otherwise.
    public mutating func note(intent action: Action, key: StepKey) {
        if let effect = action.sideEffect, !restores(action), !contains(effect) {
            entries.append(Entry(effect: effect, key: key))
        }
    }

    /// Strikes out what `action` has undone; called with its result.
    public mutating func note(result action: Action) {
        entries.removeAll { $0.effect.inverse == action }
        entries.removeAll { action.ends($0.effect) }
    }

    /// Whether the effect is ours.
    public func contains(_ effect: SideEffect) -> Bool {
        entries.contains { $0.effect == effect }
    }

    /// Strikes out one entry.
    public mutating func strike(_ effect: SideEffect) {
        entries.removeAll { $0.effect == effect }
    }

    private func restores(_ action: Action) -> Bool {
        entries.contains { $0.effect.inverse == action }
    }
}
