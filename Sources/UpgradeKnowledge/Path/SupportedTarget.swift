public import UpgradeCore

extension PathPlanner {
    /// Plans to the target of the policy: the newest release that upstream supports on a day and that every component
    /// allows.
    ///
    /// A component allows a release where one of its versions that is out on that day has it in its range.
    /// - Parameters:
    ///   - start: where the cluster is.
    ///   - day: the day.
    ///   - helm: what becomes of Helm.
    /// - Returns: the best path there.
    /// - Throws: `PathRefusal.nothingSupported` where no supported release is within reach.
    public func planToSupported(
        from start: ClusterPoint,
        on day: CalendarDay,
        helm: HelmUse = .automatic
    ) throws(PathRefusal) -> PathReport {
        var tried: [String] = []
        for release in knowledge.supportedKubernetes(on: day).sorted(by: >) {
            guard start.kubernetes <= release else {
                tried.append("\(release) is below what runs")
                continue
            }
            let request = PathRequest(from: start, to: PathGoal(kubernetes: release), helm: helm, day: day)
            do {
                let found = try search(request)
                let out = found.lattice.violations(found.path.end, .at(release))
                if out.isEmpty { return report(found, request) }
                tried.append("\(release): \(out.map(\.reason).joined(separator: "; "))")
            } catch {
                tried.append("\(release): \(error.text)")
            }
        }
        throw .nothingSupported(day, tried: tried)
    }
}

extension PathRefusal {
    /// Why, in one phrase.
    public var text: String {
        switch self {
        case .goesDown(let from, let to): "Kubernetes runs \(from) and cannot go down to \(to)"
        case .unknownRelease(let release, let newest):
            "nothing is known of Kubernetes \(release); the newest known is \(newest.map(\.description) ?? "none")"
        case .unreleased(let release, let day, let expected):
            "Kubernetes \(release) is not released on \(day)" + (expected.map { ", but expected on \($0)" } ?? "")
        case .notThere(let component):
            "the end names \(component.title), and where the path begins there is none, or its version is not known"
        case .startBreaks(let point, let rule): "\(point) breaks a rule: \(rule)"
        case .noPath(_, let reasons):
            reasons.isEmpty
                ? "every way breaks a rule" : reasons.map(\.description).joined(separator: "; ")
        case .nothingSupported(let day, let tried):
            tried.isEmpty
                ? "the data knows no release that upstream supports on \(day)" : tried.joined(separator: "\n       ")
        }
    }
}
