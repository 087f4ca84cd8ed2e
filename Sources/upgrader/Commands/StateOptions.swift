internal import ArgumentParser

/// Where runs are kept.
struct StateOptions: ParsableArguments {
    @Option(name: .long, help: "The directory in which runs are kept.")
    var state = "state"

    func validate() throws {
        if state.isEmpty { throw ValidationError("--state needs the name of a directory.") }
    }
}

/// A form of output.
enum OutputFormat: String, ExpressibleByArgument, CaseIterable {
    /// For people.
    case text
    /// For programs; the schema is in state/README.md.
    case json
}
