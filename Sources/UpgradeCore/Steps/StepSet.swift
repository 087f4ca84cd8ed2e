/// The steps that exist and the order in which a hop uses them.
///
/// UpgradeSteps makes the one that operators run; tests make small ones.
public struct StepSet: Sendable {
    /// The steps by id.
    public let steps: [StepID: any Step]
    /// The phases of a hop, in order, for a playbook; `isFirst` is true for the first hop of a plan.
    public let outline: @Sendable (_ hop: HopID, _ playbook: Playbook, _ isFirst: Bool) -> [PlannedPhase]

    /// Makes a set.
    public init(
        steps: [any Step],
        outline: @escaping @Sendable (_ hop: HopID, _ playbook: Playbook, _ isFirst: Bool) -> [PlannedPhase]
    ) {
        self.steps = Dictionary(uniqueKeysWithValues: steps.map { ($0.id, $0) })
        self.outline = outline
    }
}
