internal import ArgumentParser
internal import UpgradeCore
internal import UpgradeKnowledge

/// `upgrader path`: the best path between two states that somebody types, to explore.
struct PathCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "path",
        abstract: "Find the best path between two states; no cluster is looked at.",
        discussion:
            "A state names kubernetes, and what of calico, helm, helmfile, etcd is known; a version without its "
            + "patch number is the last one of its release. Beside them: datastore=etcd|kdd, etcd-v2=yes, storage=etcd2."
    )

    @Option(help: "Where it begins, such as kubernetes=1.12,calico=2.2,helm=2.16.")
    var from: String

    @Option(help: "Where it ends: a release, a state, or `supported`.")
    var to: String

    @Option(help: "The day on which it is walked, such as 2020-11-15; all that is known when not given.")
    var on: String?

    @Option(help: "What becomes of Helm 2: automatic, active, frozen or downgrade.")
    var helm = HelmOption.automatic

    @Option(help: "text or json.")
    var format = OutputFormat.text

    mutating func run() async throws {
        try await complaining(json: format == .json) {
            let planner = try PathPlanner.embedded()
            let start: ClusterPoint
            do throws(PointError) {
                start = try PointReading(planner.knowledge).point(from)
            } catch {
                throw Complaint(point: error, option: "--from \(from)")
            }
            let day = try on == nil && to != "supported" ? nil : Session.day(on)
            let report = try PathQuestion(target: to, day: day).answer(from: start, planner, helm: helm.use)
            Output.write(try report.render(format))
            return .done
        }
    }
}

/// What becomes of Helm 2, as an option names it.
enum HelmOption: String, ExpressibleByArgument, CaseIterable {
    case automatic, active, frozen, downgrade

    /// The same for the planner.
    var use: HelmUse {
        switch self {
        case .automatic: .automatic
        case .active: .active
        case .frozen: .frozen
        case .downgrade: .downgrade
        }
    }
}

extension PathReport {
    /// The path in a form of output.
    func render(_ format: OutputFormat) throws -> String {
        switch format {
        case .text: PathText(report: self).text
        case .json: try PathDocument(self).text
        }
    }
}
