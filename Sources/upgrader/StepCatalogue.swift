internal import UpgradeCore
internal import UpgradeSteps

/// The titles of the steps that every playbook has.
enum StepCatalogue {
    /// What a step is for; `nil` for one that does not exist.
    static func title(of id: StepID) -> String? { StepCatalog.all.steps[id]?.title }
}
