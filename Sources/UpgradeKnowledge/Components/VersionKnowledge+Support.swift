public import UpgradeCore

extension VersionKnowledge {
    /// What is known of a release of Kubernetes.
    public func kubernetes(_ release: MinorRelease) -> KubernetesRelease? { kubernetes.first { $0.version == release } }

    /// What is known of a release of Calico.
    public func calico(_ release: MinorRelease) -> CalicoRelease? { calico.first { $0.version == release } }

    /// What is known of a release of Helm.
    public func helm(_ release: MinorRelease) -> HelmRelease? { helm.first { $0.version == release } }

    /// The releases of Kubernetes that upstream supports on a day.
    public func supportedKubernetes(on day: CalendarDay) -> [MinorRelease] {
        kubernetes.filter { $0.maintenance(on: day).isMaintained }.map(\.version)
    }

    /// How well a release of Calico works with one of Kubernetes.
    ///
    /// - Parameters:
    ///   - calico: the release of Calico; one of which nothing is known is as far out as the nearest that is known.
    ///   - kubernetes: the release of Kubernetes.
    ///   - datastore: where Calico keeps its data; with `nil`, rules about a datastore are not asked.
    ///   - etcd: the minor of etcd that Calico's data is in; with `nil`, rules about etcd are not asked.
    ///   - day: what the list of tested releases said on that day; with `nil`, at the end.
    /// - Returns: the level; `nil` when nothing is known of that Calico.
    public func support(
        calico: MinorRelease,
        on kubernetes: MinorRelease,
        datastore: CalicoDatastore? = nil,
        etcd: MinorRelease? = nil,
        day: CalendarDay? = nil
    ) -> SupportLevel? {
        guard let release = self.calico(calico) else { return nil }
        let broken = calicoConstraints.first {
            $0.effect == .broken
                && $0.concerns(calico: calico, kubernetes: kubernetes, datastore: datastore, etcd: etcd)
        }
        if let broken { return .knownBroken("\(broken.id): \(broken.rule)") }
        if let floor = calicoFloors.last(where: { $0.calicoFrom <= calico }), kubernetes <= floor.doesNotWorkThrough {
            return .knownBroken(floor.text)
        }
        switch release.kubernetes.level {
        case .tested:
            let distance = release.kubernetes.tested(on: day)?.distance(to: kubernetes) ?? 0
            return distance == 0 ? .tested : .beyondEvidence(distance)
        case .minimumOnly, .ci, .none:
            guard let newest = release.kubernetes.newestNamed, newest < kubernetes else { return .minimumOnly }
            return .beyondEvidence(kubernetes.minor - newest.minor)
        }
    }

    /// How well a release of Helm works with one of Kubernetes; `nil` when nothing is known of that Helm.
    public func support(helm: MinorRelease, on kubernetes: MinorRelease) -> SupportLevel? {
        guard let distance = self.helm(helm)?.kubernetes.distance(to: kubernetes) else { return nil }
        return distance == 0 ? .tested : .beyondEvidence(distance)
    }

    /// How well a version of helmfile works with a version of Helm; `nil` when nothing is known of that helmfile.
    public func support(helmfile: PatchVersion, helm: PatchVersion, usesChartify: Bool = false) -> SupportLevel? {
        self.helmfile.first { $0.contains(helmfile) }?
            .support(helmfile: helmfile, helm: helm, usesChartify: usesChartify)
    }

    /// What there is to say of a helmfile with a Helm, and whether that is what its makers have tested or ask for.
    func judgement(of helmfile: PatchVersion, with helm: PatchVersion) -> (isFine: Bool, text: String) {
        let level = support(helmfile: helmfile, helm: helm)
        let words = level.map { "\($0)" } ?? "nothing is known of that helmfile"
        return (level == .tested || level == .minimumOnly, "helmfile \(helmfile) with Helm \(helm): \(words)")
    }

    /// The documented ways from one version of Calico to another.
    public func calicoEdges(
        from: PatchVersion,
        to: PatchVersion,
        datastore: CalicoDatastore,
        kubernetes: MinorRelease
    ) -> [CalicoUpgradeEdge] {
        calicoEdges.filter { $0.leads(from: from, to: to, datastore: datastore, kubernetes: kubernetes) }
    }

    /// Whether the makers of Helm mend a release on a day: of each major, the newest minor alone.
    ///
    /// - Source: the policy in helm.yaml.
    public func maintenance(helm release: MinorRelease, on day: CalendarDay) -> Maintenance {
        guard let found = helm(release) else { return .unknown }
        guard found.first.date <= day else { return .unreleased }
        let later = helm.filter { $0.version.major == release.major && release < $0.version && $0.first.date <= day }
        if let next = later.min(by: { $0.version < $1.version }) { return .endOfSupport(since: next.first.date) }
        guard release.major == 2 else { return .maintained(until: nil) }
        let end = helmPolicy.helm2MaintainedUntil
        return day <= end ? .maintained(until: end) : .endOfSupport(since: end)
    }

    /// Whether the makers of Calico publish anything about maintenance: they do not, only whether it is released.
    public func maintenance(calico release: MinorRelease, on day: CalendarDay) -> Maintenance {
        guard let found = calico(release) else { return .unknown }
        return found.releaseDate <= day ? .unknown : .unreleased
    }

    /// Whether a version of Helm was ever released.
    public func existence(helm version: PatchVersion) -> Existence {
        if let never = helmNeverReleased.first(where: { $0.version == version }) { return .never(never.why) }
        let newest = helm.last { $0.version.major == version.release.major }
        return existence(version, last: helm(version.release)?.last.tag, newest: newest?.version)
    }

    /// Whether a version of Calico was ever released.
    public func existence(calico version: PatchVersion) -> Existence {
        let newest = calico.last { $0.version.major == version.release.major }
        return existence(version, last: calico(version.release)?.lastPatch, newest: newest?.version)
    }

    /// Whether a version of Kubernetes was ever released.
    public func existence(kubernetes version: PatchVersion) -> Existence {
        let last = kubernetes(version.release)?.lastPatch
        // A supported release gets further patches, so that one beyond the data is no mistake.
        let oldestOpen = kubernetes.first { $0.endOfSupport.map { asOf <= $0 } ?? true }?.version
        guard let oldestOpen, version.release < oldestOpen else {
            return last.map { version <= $0 } == true ? .known : .notKnown
        }
        return existence(version, last: last, newest: oldestOpen)
    }

    // A minor release below the newest is closed: what lies beyond its last patch was never made.
    private func existence(_ version: PatchVersion, last: PatchVersion?, newest: MinorRelease?) -> Existence {
        guard let last else { return .notKnown }
        if version <= last { return .known }
        guard let newest, version.release < newest else { return .notKnown }
        return .never("the last of \(version.release) is \(last)")
    }
}

/// Whether a version was ever released.
public enum Existence: Hashable, Sendable {
    /// It is within what is known.
    case known
    /// It never was, and why that is known.
    case never(String)
    /// The data does not reach it.
    case notKnown
}
