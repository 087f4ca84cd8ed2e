internal import ArgumentParser
internal import UpgradeCore
internal import UpgradeSteps

/// `upgrader helm verify`: whether Helm 3 holds what Helm 2 holds, and the cluster what both name.
struct HelmVerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract:
            "Compare what was converted with what Helm 2 holds, and name each object of a deployed release that the "
            + "cluster does not have; change nothing.",
        discussion:
            "Objects are looked for by apiVersion, kind, namespace and name, and by the label that says whose they are; what "
            + "else they hold is not compared, because defaults, controllers and people change it. Hooks and what is annotated "
            + "`helm.sh/resource-policy: keep` are not looked for. Ends with 10 where Helm 3 holds something else than Helm 2; "
            + "an object that is not there is told and is no failure."
    )

    @Argument(help: "The playbook.", completion: .file(extensions: ["yaml", "yml"]))
    var playbook: String

    @Option(help: "text or json.")
    var format = OutputFormat.text

    @OptionGroup var state: StateOptions

    mutating func run() async throws {
        try await complaining(json: format == .json) {
            let session = try Session(playbook: playbook)
            let (inventory, presence) = try await Worlds.look(session, in: state, .newest) {
                try await HelmQuestion.verification($0.access)
            }
            let found = try HelmVerification(inventory, presence, session.playbook)
            switch format {
            case .text: Output.write(HelmVerifyText(found: found).text)
            case .json: Output.write(try JSON.text(found))
            }
            return found.differences.isEmpty ? .done : .refused
        }
    }
}
