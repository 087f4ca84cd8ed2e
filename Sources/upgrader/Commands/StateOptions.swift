internal import ArgumentParser

/// Where runs are kept.
struct StateOptions: ParsableArguments {
    @Option(name: .long, help: "The directory in which runs are kept.", completion: .directory)
    var state = "state"

    func validate() throws {
        if state.isEmpty { throw ValidationError("--state needs the name of a directory.") }
    }
}

/// What `--takeover` is for, wherever it may be given.
let takeoverHelp: String =
    "Put out whoever holds the lease of the cluster; for a run whose operator is gone for good. Journalled."

/// A form of output.
enum OutputFormat: String, ExpressibleByArgument, CaseIterable {
    /// For people.
    case text
    /// For programs; the schema is in docs/reference/json-documents.md.
    case json
}
