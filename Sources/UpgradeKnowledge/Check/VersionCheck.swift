public import UpgradeCore

/// Whether what a playbook states is supported on a day, and whether every component is in range of every other.
public struct VersionCheck: Hashable, Sendable {
    /// The cluster.
    public var cluster: String
    /// The day.
    public var day: CalendarDay
    /// Where the cluster stands, or begins.
    public var start: MinorRelease?
    /// Where it is to be.
    public var target: MinorRelease
    /// What was found, in the order of the path.
    public var findings: [Finding]
    /// Components that the playbook does not state, so that nothing can be said of them.
    public var notJudged: [String]

    /// Something that `versions check` says.
    public struct Finding: Hashable, Sendable, Encodable {
        /// Whether the check fails for it.
        public var isViolation: Bool
        /// Where on the path.
        public var at: String
        /// What is found.
        public var what: String
        /// The address of the fact that it follows from.
        public var fact: String
    }

    /// Checks a playbook.
    ///
    /// - Parameters:
    ///   - playbook: the playbook.
    ///   - knowledge: what is known, with the playbook's changes.
    ///   - day: the day to judge by.
    ///   - start: the release that the cluster runs; the lowest of the path where it is `nil`.
    public init(_ playbook: Playbook, knowledge: VersionKnowledge, on day: CalendarDay, from start: MinorRelease? = nil)
    {
        let points = StatedPoint.points(of: playbook, from: start)
        cluster = playbook.cluster
        self.day = day
        self.start = points.first?.kubernetes.first
        target = playbook.target
        notJudged = []
        if !points.contains(where: { $0.calico != nil }) { notJudged.append("Calico") }
        if !points.contains(where: { $0.helm != nil }) { notJudged.append("Helm") }
        var found: [Finding] = []
        if let start, points.first?.kubernetes != [start] {
            let stated = playbook.releases.keys.filter { $0 <= playbook.target }.sorted().map(\.description)
            found.append(
                Finding(
                    isViolation: true,
                    at: "at \(start)",
                    what: "the playbook states no path from Kubernetes \(start), only "
                        + stated.joined(separator: ", "),
                    fact: "kubernetes/\(start)"
                )
            )
        }
        for point in points {
            // Only where the cluster stays does upstream's support count; a transit is said, and passes.
            if let release = point.kubernetes.first, point.kubernetes.count == 1 {
                found.append(Self.support(release, knowledge, day, point, isTarget: release == playbook.target))
            }
            found += Self.components(point, knowledge, day)
        }
        findings = found.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    }

    /// Whether nothing is violated.
    public var isSupported: Bool { !findings.contains(where: \.isViolation) }

    private static func support(
        _ release: MinorRelease,
        _ known: VersionKnowledge,
        _ day: CalendarDay,
        _ point: StatedPoint,
        isTarget: Bool
    ) -> Finding {
        let fact = "kubernetes/\(release)"
        guard let found = known.kubernetes(release) else {
            let what = "nothing is known of Kubernetes \(release)"
            return Finding(isViolation: true, at: point.title, what: what, fact: "kubernetes")
        }
        let maintenance = found.maintenance(on: day)
        return Finding(
            isViolation: isTarget && !maintenance.isMaintained,
            at: point.title,
            what: "Kubernetes \(release) is \(maintenance)" + (isTarget ? "" : " (on the way)"),
            fact: maintenance == .unreleased ? "\(fact)/release-date" : "\(fact)/end-of-support"
        )
    }

    private static func components(_ point: StatedPoint, _ known: VersionKnowledge, _ day: CalendarDay) -> [Finding] {
        var findings: [Finding] = []
        func add(_ isViolation: Bool, _ what: String, _ fact: String) {
            findings.append(Finding(isViolation: isViolation, at: point.title, what: what, fact: fact))
        }
        func pair(_ name: String, _ version: PatchVersion, _ release: MinorRelease, _ level: SupportLevel?) {
            let fact = "\(name.lowercased())/\(version.release)/kubernetes"
            guard let level else {
                return add(true, "nothing is known of \(name) \(version.release)", name.lowercased())
            }
            add(level != .tested, "\(name) \(version) on Kubernetes \(release): \(level)", fact)
        }
        func released(_ name: String, _ version: PatchVersion, _ existence: Existence, _ state: Maintenance) {
            if case .never(let why) = existence {
                add(true, "\(name) \(version) was never released: \(why)", name.lowercased())
            }
            if state == .unreleased {
                let fact = "\(name.lowercased())/\(version.release)"
                add(true, "\(name) \(version.release) is not released on that day", fact)
            }
        }
        if let calico = point.calico {
            released(
                "Calico",
                calico,
                known.existence(calico: calico),
                known.maintenance(calico: calico.release, on: day)
            )
            for release in point.kubernetes {
                pair("Calico", calico, release, known.support(calico: calico.release, on: release, day: day))
            }
        }
        if let helm = point.helm {
            let state = known.maintenance(helm: helm.release, on: day)
            released("Helm", helm, known.existence(helm: helm), state)
            for release in point.kubernetes {
                pair("Helm", helm, release, known.support(helm: helm.release, on: release))
            }
            // Helm's makers mend only the newest minor: whoever follows a path is off it most of the time.
            if case .endOfSupport = state, point.kubernetes.count == 1 {
                add(false, "Helm \(helm.release) is \(state)", "helm/policy/maintenance")
            }
        }
        return findings
    }
}
