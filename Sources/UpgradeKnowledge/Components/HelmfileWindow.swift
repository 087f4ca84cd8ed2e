public import UpgradeCore

/// The releases of helmfile that work with the same releases of Helm.
public struct HelmfileWindow: Hashable, Sendable, Decodable {
    /// The releases of helmfile, as the source writes them.
    public var helmfile: String
    /// What kind of evidence there is; helmfile publishes no statement of support.
    public var evidence: String
    /// Between which versions it lies, and what it says.
    public var window: Window

    /// What a window says.
    public struct Window: Hashable, Sendable, Decodable {
        /// The first version of helmfile.
        public var first: PatchVersion
        /// The first version of helmfile that is no longer in it; `nil` for no end.
        public var below: PatchVersion?
        /// Whether it works with Helm 2.
        public var helm2: Answer
        /// The lowest minor of Helm 3 that works.
        public var helm3Min: MinorRelease
        /// The lowest minor of Helm 3 that works for releases which go through chartify.
        public var helm3MinWithChartify: MinorRelease?
        /// The highest minor of Helm 3 that its CI or images had; `nil` where that is not known.
        public var helm3MaxTested: MinorRelease?
        /// The versions of Helm 3 that do not work.
        public var helm3Broken: [PatchVersion]?
        /// The lowest versions of Helm 3 from which helmfile on; in order.
        public var helm3Minimums: [Minimum]?
        /// Whether the sources leave room for doubt.
        public var uncertain: Bool?

        enum CodingKeys: String, CodingKey {
            case first, below, helm2, uncertain
            case helm3Min = "helm3_min"
            case helm3MinWithChartify = "helm3_min_with_chartify"
            case helm3MaxTested = "helm3_max_tested"
            case helm3Broken = "helm3_broken"
            case helm3Minimums = "helm3_minimums"
        }
    }

    /// Whether something works.
    public enum Answer: String, Hashable, Sendable, Decodable {
        /// It works.
        case yes
        /// It does not.
        case no
        /// Nobody tries it any more.
        case untested
    }

    /// The lowest Helm 3 from some helmfile on.
    public struct Minimum: Hashable, Sendable, Decodable {
        /// The helmfile.
        public var from: PatchVersion
        /// The Helm.
        public var helm: PatchVersion
    }

    /// Whether a version of helmfile is in it.
    public func contains(_ version: PatchVersion) -> Bool {
        window.first <= version && window.below.map { version < $0 } ?? true
    }

    /// How well a version of helmfile in it works with a version of Helm.
    ///
    /// - Parameters:
    ///   - helmfile: a version in this window.
    ///   - helm: the version of Helm.
    ///   - usesChartify: whether a release is patched, or made from other than charts.
    /// - Returns: the level; one minor is added where a release of Helm is of a later major.
    public func support(
        helmfile: PatchVersion,
        helm: PatchVersion,
        usesChartify: Bool = false
    ) -> SupportLevel {
        if helm.release < MinorRelease(major: 3, minor: 0) {
            switch window.helm2 {
            case .yes: return .tested
            case .untested: return .beyondEvidence(1)
            case .no: return .knownBroken("helmfile \(helmfile) has no code for Helm 2")
            }
        }
        if window.helm3Broken?.contains(helm) == true {
            return .knownBroken("helmfile \(helmfile) fails on Helm \(helm) where a repository is there already")
        }
        let least = usesChartify ? window.helm3MinWithChartify ?? window.helm3Min : window.helm3Min
        if helm.release < least { return .knownBroken("helmfile \(helmfile) needs Helm \(least) or later") }
        if let minimum = window.helm3Minimums?.last(where: { $0.from <= helmfile })?.helm, helm < minimum {
            return .knownBroken("helmfile \(helmfile) needs Helm \(minimum) or later")
        }
        guard let most = window.helm3MaxTested else { return .minimumOnly }
        // A later major is further away than any minor of this one.
        guard helm.release.major == most.major else { return .beyondEvidence(helm.release.minor + most.minor + 1) }
        return most < helm.release ? .beyondEvidence(helm.release.minor - most.minor) : .tested
    }
}
