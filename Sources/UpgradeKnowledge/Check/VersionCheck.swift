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
    /// The pairs of components of which nothing can be said, as the playbook does not state both.
    public var notJudged: [String]

    /// Something that `versions check` says.
    public struct Finding: Hashable, Sendable, Encodable {
        /// Whether the check fails for it.
        public var isViolation: Bool
        /// Whether the data cannot say; the check does not fail for it.
        public var isUncertain = false
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
        notJudged = Self.notJudged(points)
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
            // Where the cluster stands and where it is to be, upstream's support counts; a transit is said, and passes.
            if let release = point.kubernetes.first, point.kubernetes.count == 1 {
                let stay: Stay? = release == playbook.target ? .target : release == start ? .start : nil
                found.append(Self.support(release, knowledge, day, point, stay))
                // What the cluster runs already is there, whatever its package is called now.
                let isStart = point.kubernetes == points.first?.kubernetes
                let isAlone = points.allSatisfy { $0.kubernetes == point.kubernetes }
                if !isStart || isAlone, let version = playbook.releases[release] {
                    found += Self.patch(version, knowledge, day, point)
                }
            }
            found += Self.components(point, knowledge, day)
        }
        findings = found.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    }

    /// Whether nothing is violated.
    public var isSupported: Bool { !findings.contains(where: \.isViolation) }

    /// Where a cluster stays, so that upstream's support counts.
    private enum Stay: String {
        case start = " (where the cluster stands)"
        case target = ""
    }

    private static func notJudged(_ points: [StatedPoint]) -> [String] {
        let calico = points.contains { $0.calico != nil } ? nil : "Calico with Kubernetes"
        let helm = points.contains { $0.helm != nil } ? nil : "Helm with Kubernetes"
        let helmfile = points.contains { $0.helmfile != nil } ? [] : ["helmfile with Helm"]
        // A playbook has no place for the versions of these; the cluster is asked about them by plan and check.
        return [calico, helm].compactMap { $0 } + ["etcd with Kubernetes", "etcd with Calico"] + helmfile
            + ["container runtime with Kubernetes"]
    }

    private static func patch(
        _ package: PackageVersion,
        _ known: VersionKnowledge,
        _ day: CalendarDay,
        _ point: StatedPoint
    ) -> [Finding] {
        guard let version = PatchVersion(package.upstream), known.kubernetes(version.release) != nil else { return [] }
        return existence(
            "Kubernetes",
            version,
            known.existence(kubernetes: version),
            known.availability(kubernetes: version, on: day),
            "kubernetes/\(version.release)/last-patch",
            point
        )
    }

    /// What is to be said of a version that never was, is not out yet, or of which nobody knows.
    private static func existence(
        _ name: String,
        _ version: PatchVersion,
        _ existence: Existence,
        _ availability: Availability,
        _ fact: String,
        _ point: StatedPoint
    ) -> [Finding] {
        let what: String
        if case .never(let why) = existence {
            what = "\(name) \(version) was never released: \(why)"
        } else {
            switch availability {
            case .released: return []
            case .unreleased: what = "\(name) \(version) is not released on that day"
            case .notKnown:
                what = "whether \(name) \(version) is released on that day is not known"
                return [Finding(isViolation: false, isUncertain: true, at: point.title, what: what, fact: fact)]
            }
        }
        return [Finding(isViolation: true, at: point.title, what: what, fact: fact)]
    }

    private static func support(
        _ release: MinorRelease,
        _ known: VersionKnowledge,
        _ day: CalendarDay,
        _ point: StatedPoint,
        _ stay: Stay?
    ) -> Finding {
        let fact = "kubernetes/\(release)"
        guard let found = known.kubernetes(release) else {
            let what = "nothing is known of Kubernetes \(release)"
            return Finding(isViolation: true, at: point.title, what: what, fact: "kubernetes")
        }
        let maintenance = found.maintenance(on: day)
        return Finding(
            isViolation: stay != nil && !maintenance.isMaintained,
            at: point.title,
            what: "Kubernetes \(release) is \(maintenance)" + (stay?.rawValue ?? " (on the way)"),
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
        func released(_ name: String, _ version: PatchVersion, _ existence: Existence, _ state: Availability) {
            let isNever = if case .never = existence { true } else { false }
            let fact = isNever ? name.lowercased() : "\(name.lowercased())/\(version.release)"
            findings += Self.existence(name, version, existence, state, fact, point)
        }
        if let calico = point.calico {
            if known.calico(calico.release) != nil {
                let state = known.availability(calico: calico, on: day)
                released("Calico", calico, known.existence(calico: calico), state)
            }
            for release in point.kubernetes {
                pair("Calico", calico, release, known.support(calico: calico.release, on: release, day: day))
            }
        }
        for helm in [point.helm, point.helm3].compactMap({ $0 }) {
            if let helmfile = point.helmfile {
                let (isFine, text) = known.judgement(of: helmfile, with: helm)
                let window = known.helmfile.first { $0.contains(helmfile) }.map { "/\($0.helmfile)" } ?? ""
                add(!isFine, text, "helmfile/compat\(window)")
            }
            let state = known.maintenance(helm: helm.release, on: day)
            if known.helm(helm.release) != nil {
                let availability = known.availability(helm: helm, on: day)
                released("Helm", helm, known.existence(helm: helm), availability)
            }
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
