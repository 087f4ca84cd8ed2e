internal import ArgumentParser
internal import Foundation
internal import UpgradeCore
internal import UpgradeKnowledge

/// `upgrader explain`: what is known, from where, and what it is for.
struct ExplainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Say what is known: the value, the source, the date, the doubt, and what it is for.",
        discussion: "FACT is an address such as notes/k113-etcd2; without one, or with the beginning of one, what is"
            + " below it is listed."
    )

    @Argument(help: "The address of a fact, or its beginning.")
    var fact: String?

    @Option(help: "A playbook whose own facts hold.")
    var playbook: String?

    @Option(help: "text or json.")
    var format = OutputFormat.text

    mutating func run() async throws {
        try await complaining {
            let overrides = try playbook.map { try Session(playbook: $0).playbook.versions } ?? []
            let book = try FactBook(overriding: overrides)
            let address = (fact ?? "").trimmingCharacters(in: CharacterSet(charactersIn: "/"))
            let facts = address.isEmpty ? book.facts : book.facts(below: address)
            guard !facts.isEmpty else {
                throw Complaint(unknownFact: address, near: book.near(address))
            }
            switch format {
            case .text: Output.write(Explanation(address: address, facts: facts, book: book).text)
            case .json: Output.write(try JSON.text(facts))
            }
            return .done
        }
    }
}
