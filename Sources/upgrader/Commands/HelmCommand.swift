internal import ArgumentParser
internal import UpgradeCore
internal import UpgradeSteps

/// `upgrader helm`: what Helm keeps in a cluster, and the way back from a conversion.
struct HelmCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "helm",
        abstract: "Look at what Helm 2 and 3 keep in a cluster, or take a conversion back.",
        subcommands: [HelmInventoryCommand.self, HelmVerifyCommand.self, HelmRollbackCommand.self]
    )
}

/// `upgrader helm inventory`: every Tiller, release and revision, and what a run would write.
struct HelmInventoryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inventory",
        abstract: "List every Tiller, release and revision, what cannot be decoded, the APIs that go, and what a run "
            + "of the playbook writes; change nothing."
    )

    @Argument(help: "The playbook.", completion: .file(extensions: ["yaml", "yml"]))
    var playbook: String

    @Option(help: "text or json.")
    var format = OutputFormat.text

    @OptionGroup var state: StateOptions

    mutating func run() async throws {
        try await complaining(json: format == .json) {
            let session = try Session(playbook: playbook)
            let inventory = try await Worlds.look(session, in: state, .newest) {
                try await HelmQuestion.inventory($0.access)
            }
            let outlook = try HelmOutlook(inventory, session.playbook, run: Session.newRunName())
            switch format {
            case .text: Output.write(HelmText(outlook: outlook).text)
            case .json: Output.write(try JSON.text(outlook))
            }
            return .done
        }
    }
}

/// The questions about Helm.
enum HelmQuestion {
    /// Every release of Helm 2 and 3.
    ///
    /// - Throws: `Complaint` where the cluster cannot be looked at.
    static func inventory(_ access: any ClusterAccess) async throws -> HelmInventory {
        try await ask([.helmReleases(compares: false)], access).helmReleases(compares: false)
    }

    /// Every release, compared, and what the cluster has of what is deployed.
    ///
    /// - Throws: `Complaint` where the cluster cannot be looked at.
    static func verification(_ access: any ClusterAccess) async throws -> (HelmInventory, HelmPresence) {
        let seen = try await ask([.helmReleases(compares: true), .helmPresence], access)
        return (try seen.helmReleases(compares: true), try seen.helmPresence())
    }

    private static func ask(_ probes: [Probe], _ access: any ClusterAccess) async throws -> Observation {
        do {
            return try await access.answer(probes)
        } catch {
            throw Complaint(
                FiveLines(
                    error: "what Helm keeps could not be looked at",
                    why: error.why,
                    ran: error.ran,
                    state: "nothing was changed",
                    next: "\(error.next), then try again"
                ),
                error.isUnreachable ? .unreachable : .refused
            )
        }
    }
}
