/// A step from behind which no rollback takes back what came before.
public struct PointOfNoReturn: Hashable, Sendable {
    /// The step.
    public var key: StepKey
    /// What cannot be taken back, and what is left to the operator.
    public var why: String

    /// Makes a value.
    public init(key: StepKey, why: String) {
        self.key = key
        self.why = why
    }
}

extension Plan {
    /// Where a run of this plan passes a point of no return: the first step of its kind in each hop, in order.
    ///
    /// A plan that takes another back has none: the upgrade that it takes back can be done anew.
    public func pointsOfNoReturn(_ steps: StepSet) -> [PointOfNoReturn] {
        guard takesBack == nil else { return [] }
        var passed: Set<StepKey> = []
        return keys.compactMap { key in
            guard let why = steps.steps[key.step]?.pointOfNoReturn else { return nil }
            let first = StepKey(hop: key.hop, phase: key.phase, step: key.step, target: .cluster)
            return passed.insert(first).inserted ? PointOfNoReturn(key: key, why: why) : nil
        }
    }
}
