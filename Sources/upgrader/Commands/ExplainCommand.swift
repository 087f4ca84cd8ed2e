internal import ArgumentParser
internal import Foundation
internal import UpgradeCore
internal import UpgradeKnowledge
internal import UpgradeReport

/// `upgrader explain`: what is known, from where, and what it is for.
struct ExplainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Say what is known: the value, the source, the date, the doubt, and what it is for.",
        discussion: "FACT is an address such as notes/k113-etcd2; without one, or with the beginning of one, what is"
            + " below it is listed. A step's id such as drain says what that kind of step does; a step's key, as `plan`"
            + " prints it, says what that step did in the newest run or will do: actions, commands, inverse, sources."
    )

    @Argument(help: "The address of a fact, or its beginning; or a step's id or key.")
    var fact: String?

    @Option(
        help: "A playbook whose own facts hold; for a step, the one to plan and rehearse with.",
        completion: .file(extensions: ["yaml", "yml"])
    )
    var playbook: String?

    @Option(help: "text or json.")
    var format = OutputFormat.text

    @OptionGroup var state: StateOptions

    mutating func run() async throws {
        try await complaining(json: format == .json) {
            let overrides = try playbook.map { try Session(playbook: $0).playbook.versions } ?? []
            let book = try FactBook(overriding: overrides)
            let address = (fact ?? "").trimmingCharacters(in: CharacterSet(charactersIn: "/"))
            let facts = address.isEmpty ? book.facts : book.facts(below: address)
            if facts.isEmpty,
                let step = try await StepQuestion(text: address, playbook: playbook, state: state.state).answer()
            {
                switch format {
                case .text: Output.write(step.lines.map(\.onePrintableLine).joined(separator: "\n"))
                case .json: Output.write(try JSON.text(step))
                }
                return .done
            }
            guard !facts.isEmpty else {
                let steps = StepCatalogue.ids.map(\.description)
                let near = book.near(address) + (Spelling.nearest(to: address, among: steps).map { [$0] } ?? [])
                throw Complaint(unknownFact: address, near: near)
            }
            switch format {
            case .text: Output.write(Explanation(address: address, facts: facts, book: book).text)
            case .json: Output.write(try JSON.text(Document(schema: 1, address: address, facts: facts)))
            }
            return .done
        }
    }

    private struct Document: Encodable {
        var schema: Int
        var address: String
        var facts: [KnownFact]
    }
}
