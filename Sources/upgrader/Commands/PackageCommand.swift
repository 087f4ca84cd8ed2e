internal import ArgumentParser

/// `upgrader package`: upstream's binaries as Debian packages.
struct PackageCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "package",
        abstract: "Make Debian packages of upstream's own binaries: fetched, verified, built, published.",
        subcommands: [
            PackageBuildCommand.self, Fetch.self, Publish.self, PackageListCommand.self, Verify.self, Add.self,
            AddKey.self,
        ]
    )

    /// `upgrader package fetch`.
    struct Fetch: AsyncParsableCommand {
        static let configuration = configured("fetch", "Fetch and verify a release, and build nothing.")
        @Argument(parsing: .captureForPassthrough) var words: [String] = []
        mutating func run() async throws { try await become("fetch", words) }
    }

    /// `upgrader package publish`.
    struct Publish: AsyncParsableCommand {
        static let configuration = configured("publish", "Put built packages into the signed repository, all or none.")
        @Argument(parsing: .captureForPassthrough) var words: [String] = []
        mutating func run() async throws { try await become("publish", words) }
    }

    /// `upgrader package verify`.
    struct Verify: AsyncParsableCommand {
        static let configuration = configured("verify", "Hold a .deb against the data and the repository.")
        @Argument(parsing: .captureForPassthrough) var words: [String] = []
        mutating func run() async throws { try await become("verify", words) }
    }

    /// `upgrader package add`.
    struct Add: AsyncParsableCommand {
        static let configuration = configured(
            "add",
            "Write the data file of a version, with the source of its checksum."
        )
        @Argument(parsing: .captureForPassthrough) var words: [String] = []
        mutating func run() async throws { try await become("add", words) }
    }

    /// `upgrader package add-key`.
    struct AddKey: AsyncParsableCommand {
        static let configuration = configured("add-key", "Put a key of upstream's into packaging/keys.")
        @Argument(parsing: .captureForPassthrough) var words: [String] = []
        mutating func run() async throws { try await become("add-key", words) }
    }

    private static func configured(_ name: String, _ text: String) -> CommandConfiguration {
        CommandConfiguration(commandName: name, abstract: text, discussion: "`-- --help` shows its options.")
    }

    private static func become(_ name: String, _ words: [String]) async throws {
        try await complaining { try await PackagingProgram.become([name] + words.filter { $0 != "--" }) }
    }
}
