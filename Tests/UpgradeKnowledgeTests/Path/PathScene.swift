import UpgradeCore
import UpgradeKnowledge

/// States and requests as a person types them, for the tests of paths.
struct PathScene {
    let planner: PathPlanner

    init() throws { planner = try .embedded() }

    /// The end that the policy names.
    static let target = "kubernetes=1.16,calico=3.16,helm=3.4"

    func point(_ text: String) throws -> ClusterPoint { try PointReading(planner.knowledge).point(text) }

    func goal(_ text: String) throws -> PathGoal { try PointReading(planner.knowledge).goal(text) }

    func plan(
        _ start: String,
        _ goal: String = target,
        helm: HelmUse = .automatic,
        conversion: ConversionPolicy = .anywhere,
        on day: String? = nil
    ) throws -> PathReport {
        try planner.plan(try request(start, goal, helm: helm, conversion: conversion, on: day))
    }

    func request(
        _ start: String,
        _ goal: String = target,
        helm: HelmUse = .automatic,
        conversion: ConversionPolicy = .anywhere,
        on day: String? = nil
    ) throws -> PathRequest {
        PathRequest(
            from: try point(start),
            to: try self.goal(goal),
            helm: helm,
            conversion: conversion,
            day: day.flatMap { CalendarDay($0) }
        )
    }

    func lattice(_ start: String, _ goal: String = target, helm: HelmUse = .automatic) throws -> Lattice {
        Lattice(try request(start, goal, helm: helm), knowledge: planner.knowledge, rules: planner.rules)
    }
}

extension PathReport {
    /// The moves, as a person reads them.
    var moves: [String] { path.steps.map(\.move.description) }

    var ids: [String] { violations.map(\.violation.id) }

    func alternative(_ id: String) -> PathAlternative? { alternatives.first { $0.id == id } }
}
