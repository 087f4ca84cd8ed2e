extension Observation {
    /// What the deployed Helm releases hold.
    ///
    /// - Throws: `StepError.notObserved` when the step did not ask.
    public func helmManifests() throws(StepError) -> [HelmManifest] {
        guard case .helmManifests(let value) = answers[.helmManifests] else { throw missing("Helm manifests") }
        return value
    }

    /// Every release of Helm 2 and 3.
    ///
    /// - Throws: `StepError.notObserved` when the step did not ask for exactly this.
    public func helmReleases(compares: Bool) throws(StepError) -> HelmInventory {
        guard case .helmReleases(let value) = answers[.helmReleases(compares: compares)] else {
            throw missing("Helm releases")
        }
        return value
    }

    /// Which objects of the manifests of deployed releases there are.
    ///
    /// - Throws: `StepError.notObserved` when the step did not ask.
    public func helmPresence() throws(StepError) -> HelmPresence {
        guard case .helmPresence(let value) = answers[.helmPresence] else { throw missing("objects of Helm releases") }
        return value
    }

    /// Which version a program of Helm's says that it is.
    ///
    /// - Throws: `StepError.notObserved` when the step did not ask for exactly this.
    public func helmVersion(of program: HelmProgram, on host: String) throws(StepError) -> HelmProgramVersion {
        guard case .helmVersion(let value) = answers[.helmVersion(host: host, of: program)] else {
            throw missing("version of \(program.title) \(host)")
        }
        return value
    }
}
