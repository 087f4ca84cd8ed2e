public import UpgradeCore

/// What is to be said of the path that a playbook states.
public struct StatedCheck: Hashable, Sendable {
    /// The day of the data.
    public var asOf: CalendarDay
    /// The path.
    public var path: StatedPath
    /// Rules that it breaks, each with the move that breaks it; nothing lifts these.
    public var broken: [Broken]
    /// What is out of range on it.
    public var violations: [Violation]
    /// The releases on it that upstream no longer supports on the day.
    public var unsupported: [UnsupportedRelease]
    /// Acceptances of violations that the path does not have.
    public var idle: [Acceptance]
    /// The best path to the same end, or to another end of Calico and Helm where that is closer to all ranges; `nil` where
    /// there is none.
    public var best: UpgradePath?

    /// A rule that a stated move breaks.
    public struct Broken: Hashable, Sendable {
        /// The move; `nil` where what runs breaks it.
        public var move: PathMove?
        /// Where Kubernetes stands then.
        public var kubernetes: MinorRelease
        /// The rule.
        public var rule: BrokenRule
    }

    /// A component out of range on a stated path.
    public struct Violation: Hashable, Sendable {
        /// The violation.
        public var violation: PathViolation
        /// In how many states.
        public var states: Int
        /// The playbook's yes to it; `nil` where it gives none.
        public var acceptance: Acceptance?
        /// Whether the best path does without it.
        public var isAvoidable: Bool
    }

    /// Whether the plan may be carried out.
    public var isAllowed: Bool { broken.isEmpty && violations.allSatisfy { $0.acceptance != nil } }
}

extension PathPlanner {
    /// Holds what a playbook states against the lattice, from what runs.
    ///
    /// - Parameters:
    ///   - playbook: states the moves, and says yes to violations.
    ///   - detected: what runs.
    ///   - start: the release that the plan starts at.
    ///   - day: the day on which it is walked.
    /// - Returns: what it breaks, what it violates, and what the best path would be.
    public func check(
        _ playbook: Playbook,
        from detected: DetectedVersions,
        start: MinorRelease,
        day: CalendarDay?
    ) -> StatedCheck {
        let path = StatedPath(playbook, from: detected, start: start, knowledge: knowledge)
        let first = path.states.first?.point ?? ClusterPoint(kubernetes: start)
        var goal = PathGoal(kubernetes: playbook.target)
        if first.calico != nil { goal.calico = path.end?.calico?.version }
        if first.helm != nil { goal.helm = path.end?.helm?.version }
        let lattice = self.lattice(PathRequest(from: first, to: goal, helm: .active))
        var best = lattice.cheapest()
        // What cannot be in range at the stated end may be at another one.
        if best.map({ $0.cost.distance > 0 }) ?? true,
            let other = self.lattice(PathRequest(from: first, to: PathGoal(kubernetes: playbook.target), helm: .active))
                .cheapest(),
            best.map({ other.cost.distance < $0.cost.distance }) ?? true
        {
            best = other
        }
        let needed = Set(charged(best?.states ?? [], lattice).map(\.violation.id))
        let violations = charged(path.states, lattice).map { violation, states in
            StatedCheck.Violation(
                violation: violation,
                states: states,
                acceptance: playbook.accepted.first { $0.violation == violation.id },
                isAvoidable: best != nil && !needed.contains(violation.id)
            )
        }
        let ids = Set(violations.map(\.violation.id))
        return StatedCheck(
            asOf: min(knowledge.asOf, rules.asOf),
            path: path,
            broken: broken(path, first, lattice),
            violations: violations,
            unsupported: unsupported(releases(path), day),
            idle: playbook.accepted.filter { !ids.contains($0.violation) },
            best: best
        )
    }

    private func broken(_ path: StatedPath, _ first: ClusterPoint, _ lattice: Lattice) -> [StatedCheck.Broken] {
        if let rule = lattice.broken(by: first) {
            return [StatedCheck.Broken(move: nil, kubernetes: first.kubernetes, rule: rule)]
        }
        var found: [StatedCheck.Broken] = []
        for move in path.moves {
            // What one move broke, the next does not break again.
            guard let rule = lattice.broken(by: move.move, from: move.before, to: move.after),
                rule != lattice.broken(by: move.before)
            else { continue }
            found.append(StatedCheck.Broken(move: move.move, kubernetes: move.before.kubernetes, rule: rule))
        }
        // Of helmfile the cluster tells nothing: the first that the playbook names comes without a move.
        if let start = path.states.first(where: { $0.point.helmfile != nil })?.point,
            let rule = lattice.broken(by: start),
            !found.contains(where: { $0.rule == rule })
        {
            found.append(StatedCheck.Broken(move: nil, kubernetes: start.kubernetes, rule: rule))
        }
        return found
    }

    private func releases(_ path: StatedPath) -> [MinorRelease] {
        path.states.map(\.point.kubernetes).reduce(into: []) { list, release in
            if list.last != release { list.append(release) }
        }
    }
}
