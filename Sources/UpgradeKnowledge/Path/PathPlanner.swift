public import UpgradeCore

/// Finds the best path from where a cluster is to where it goes, and says what it violates and why.
public struct PathPlanner: Sendable {
    /// What is known of releases.
    public var knowledge: VersionKnowledge
    /// What is known of paths.
    public var rules: PathRules

    /// Makes a planner.
    public init(knowledge: VersionKnowledge, rules: PathRules) {
        self.knowledge = knowledge
        self.rules = rules
    }

    /// The planner with the data that is part of the binary, and with what an operator changed or added.
    ///
    /// - Throws: `VersionDataError`; without changes a mistake of this program's makers, which a test excludes.
    public static func embedded(overriding overrides: [FactOverride] = []) throws(VersionDataError) -> PathPlanner {
        guard !overrides.isEmpty else { return PathPlanner(knowledge: try .embedded(), rules: try .embedded()) }
        return PathPlanner(
            knowledge: try .embedded(overriding: overrides),
            rules: try .embedded(overriding: overrides)
        )
    }

    /// Plans a request.
    ///
    /// - Throws: `PathRefusal` where no path keeps the rules.
    public func plan(_ request: PathRequest) throws(PathRefusal) -> PathReport {
        let search = try self.search(request)
        return report(search, request)
    }

    /// The best path of a request, and what it was found in.
    typealias Found = (path: UpgradePath, lattice: Lattice, parts: PathParts)

    /// Searches alone: to say what a path violates and which others there are takes a search for each.
    ///
    /// - Throws: `PathRefusal` where no path keeps the rules.
    func search(_ request: PathRequest) throws(PathRefusal) -> Found {
        let lattice = self.lattice(request)
        let parts = PathParts()
        try refuse(request, lattice)
        guard let path = lattice.cheapest(parts) else { throw .noPath(request, reasons: reasons(lattice)) }
        return (path, lattice, parts)
    }

    /// What there is to say of the best path.
    func report(_ found: Found, _ request: PathRequest) -> PathReport {
        let path = found.path
        return PathReport(
            asOf: min(knowledge.asOf, rules.asOf),
            request: request,
            path: path,
            violations: violations(of: found),
            whileFrozen: whileFrozen(path, found.lattice),
            unsupported: unsupported(path.releases, request.day),
            uncertain: path.releases.filter { knowledge.kubernetes($0)?.uncertain == true },
            undated: undated(path, request.day),
            alternatives: alternatives(to: path, request)
        )
    }

    func lattice(_ request: PathRequest) -> Lattice {
        Lattice(request, knowledge: knowledge, rules: rules)
    }

    /// The releases that upstream does not support on a day; none where no day is given.
    public func unsupported(_ releases: [MinorRelease], _ day: CalendarDay?) -> [UnsupportedRelease] {
        guard let day else { return [] }
        return releases.compactMap { release in
            let maintenance = knowledge.kubernetes(release)?.maintenance(on: day) ?? .unknown
            return maintenance.isMaintained ? nil : UnsupportedRelease(release: release, maintenance: maintenance)
        }
    }

    /// The versions that a path lands on and of which the data has no day, where the day asked for is before the data.
    private func undated(_ path: UpgradePath, _ day: CalendarDay?) -> [String] {
        guard let day else { return [] }
        return path.steps.compactMap { step in
            guard case .calico(_, let version) = step.move,
                knowledge.availability(calico: version, on: day) == .notKnown
            else { return nil }
            return "Calico \(version)"
        }
    }

    private func whileFrozen(_ path: UpgradePath, _ lattice: Lattice) -> [String] {
        path.states.reduce(into: []) { ids, state in
            guard let helm = state.point.helm, helm.isFrozen,
                let violation = lattice.violation(helm: HelmPoint(version: helm.version), state.place),
                !ids.contains(violation.id)
            else { return }
            ids.append(violation.id)
        }
    }

    /// The violations of a path, each once, with the proof that it is needed.
    private func violations(of found: Found) -> [ChargedViolation] {
        let (path, lattice, _) = found
        return charged(path.states, lattice).map { violation, states in
            let isStart = lattice.violations(path.start, .at(path.start.kubernetes)).contains { $0.id == violation.id }
            return ChargedViolation(
                violation: violation,
                states: states,
                proof: isStart ? .start : proof(of: violation, in: found)
            )
        }
    }

    /// Forbids a violation, and then each that stands in its place at the same cost, until a path costs more.
    private func proof(of violation: PathViolation, in found: Found) -> ChargedViolation.Proof {
        let path = found.path
        var forbidden: [PathViolation] = [violation]
        while let other = found.lattice.cheapest(without: Set(forbidden.map(\.id)), found.parts) {
            let likewise = charged(other.states, found.lattice).map(\.violation).filter { instead in
                instead.component == violation.component && instead.place == violation.place
                    && instead.distance == violation.distance && !forbidden.contains(instead)
            }
            guard other.cost.isLike(path.cost), !likewise.isEmpty else {
                return .dearer(other, likewise: Array(forbidden.dropFirst()))
            }
            forbidden += likewise
        }
        return .unsolvable
    }

    /// The violations of some states, each once with the number of states that have it, in order.
    func charged(_ states: [PathState], _ lattice: Lattice) -> [(violation: PathViolation, states: Int)] {
        var charged: [(violation: PathViolation, states: Int)] = []
        for violation in states.flatMap({ lattice.violations($0.point, $0.place) }) {
            if let index = charged.firstIndex(where: { $0.violation.id == violation.id }) {
                charged[index].states += 1
            } else {
                charged.append((violation, 1))
            }
        }
        return charged
    }

    private func refuse(_ request: PathRequest, _ lattice: Lattice) throws(PathRefusal) {
        let start = request.start.kubernetes
        let goal = request.goal.kubernetes
        guard start <= goal else { throw .goesDown(from: start, to: goal) }
        guard let newest = knowledge.kubernetes.last?.version, goal <= newest else {
            throw .unknownRelease(goal, newest: knowledge.kubernetes.last?.version)
        }
        if let known = knowledge.kubernetes(goal), known.maintenance(on: request.day ?? knowledge.asOf) == .unreleased {
            let expected = known.releaseDate ?? known.plannedReleaseDate
            throw .unreleased(goal, on: request.day ?? knowledge.asOf, expected: expected)
        }
        let absent: [(PathComponent, Bool)] = [
            (.calico, request.start.calico == nil && (request.goal.calico != nil || request.goal.datastore != nil)),
            (.helm, request.start.helm == nil && request.goal.helm != nil),
            (.helmfile, request.start.helmfile == nil && request.goal.helmfile != nil),
            (.etcd, request.start.etcd == nil && request.goal.etcd != nil),
        ]
        if let component = absent.first(where: \.1)?.0 { throw .notThere(component) }
        if let rule = lattice.broken(by: lattice.start) { throw .startBreaks(request.start, rule) }
    }

    /// Why no path is there: the rules that stop the moves on the way, from what can be reached.
    private func reasons(_ lattice: Lattice) -> [BrokenRule] {
        var wanted: [(PathMove, ClusterPoint)] = []
        let start = lattice.start
        if let version = lattice.request.goal.calico, let calico = start.calico, calico.version != version {
            for datastore in knowledge.calico(version.release)?.datastores ?? [calico.datastore] {
                var next = start
                next.calico = CalicoPoint(version: version, datastore: datastore)
                wanted.append((.calico(from: calico.version, to: version), next))
            }
        }
        if let version = lattice.request.goal.helm, let helm = start.helm, helm.version != version {
            var next = start
            next.helm = HelmPoint(version: version)
            let converts = helm.version.release.major != version.release.major
            let move: PathMove =
                converts
                ? .helmConversion(from: helm.version, to: version) : .helm(from: helm.version, to: version)
            wanted.append((move, next))
        }
        var reasons = wanted.compactMap { move, next in lattice.broken(by: move, from: start, to: next) }
        if let version = lattice.request.goal.etcd, let etcd = start.etcd,
            version < etcd.version
                || version.release != etcd.version.release && !rules.etcd.releases.contains(version.release)
        {
            reasons.append(BrokenRule(rules.rule(.etcdOneMinor)))
        }
        var end = start
        end.kubernetes = lattice.request.goal.kubernetes
        if let rule = lattice.broken(by: end) { reasons.append(rule) }
        return reasons.reduce(into: []) { list, rule in if !list.contains(rule) { list.append(rule) } }
    }
}

/// Why there is no path.
public enum PathRefusal: Error, Hashable, Sendable {
    /// The goal is below the start.
    case goesDown(from: MinorRelease, to: MinorRelease)
    /// Nothing is known of the release.
    case unknownRelease(MinorRelease, newest: MinorRelease?)
    /// The release is not out on the day.
    case unreleased(MinorRelease, on: CalendarDay, expected: CalendarDay?)
    /// The goal names a component of which the start has none, or none that is known.
    case notThere(PathComponent)
    /// What runs breaks a rule already.
    case startBreaks(ClusterPoint, BrokenRule)
    /// Every way breaks a rule.
    case noPath(PathRequest, reasons: [BrokenRule])
    /// No release that upstream supports on the day is one that every component allows.
    case nothingSupported(CalendarDay, tried: [String])
}
