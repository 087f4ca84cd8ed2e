internal import UpgradeCore
internal import UpgradeSteps

/// The titles of the steps that every playbook has.
enum StepCatalogue {
    /// Their ids, in the order of the alphabet.
    static var ids: [StepID] { StepCatalog.all.steps.keys.sorted { $0.description < $1.description } }

    /// What a step is for; `nil` for one that does not exist.
    static func title(of id: StepID) -> String? { StepCatalog.all.steps[id]?.title }
}
