internal import ArgumentParser
internal import Foundation
internal import UpgradeCore
internal import UpgradeSSH

/// `upgrader package build`: here, or on a builder host of the playbook.
struct PackageBuildCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "build",
        abstract: "Fetch, verify and build the Debian packages of a component.",
        discussion:
            "With --on the build runs on a builder host as a transient unit: this may be killed and called again,"
            + " and goes on where it was. Without it the build runs here."
    )

    @Argument(help: "The component, such as kubernetes.")
    var component: String

    @Argument(help: "Upstream's version, such as 1.16.15.")
    var version: String

    @Option(help: "The builder host of the playbook.")
    var on: String?

    @Option(help: "The playbook that names builders and their proxy.", completion: .file(extensions: ["yaml", "yml"]))
    var playbook: String?

    @Option(help: "Where the packages and their record go.", completion: .directory)
    var output = "packages"

    @Option(help: "The web proxy, for everything; by default the playbook's.")
    var proxy: String?

    @Option(help: "Read MIRROR/HOST/PATH in place of https://HOST/PATH.")
    var mirror: String?

    @Option(
        help:
            "Go on without this (signature or checksum-file), and say so in the changelog; may be given more than once."
    )
    var unverified: [String] = []

    @Option(help: "text or json.")
    var format = OutputFormat.text

    mutating func validate() throws {
        // They name a unit and a directory on the builder.
        for word in [component, version] where word.wholeMatch(of: /[A-Za-z0-9][A-Za-z0-9.+~-]*/) == nil {
            throw ValidationError("\(word) is no name of a component, and no version of one")
        }
        if on != nil, playbook == nil { throw ValidationError("--on needs --playbook, which names the builders") }
    }

    mutating func run() async throws {
        try await complaining(json: format == .json) {
            let options = try playbook.map { try Session(playbook: $0).playbook }
            guard let on, let options else {
                try await PackagingProgram.become(
                    ["build", component, version, "--output", output, "--format", format.rawValue]
                        + words(options?.packaging.proxy)
                )
            }
            return try await build(on: on, options)
        }
    }

    private func words(_ standard: String?) -> [String] {
        ((proxy ?? standard).map { ["--proxy", $0] } ?? []) + (mirror.map { ["--mirror", $0] } ?? [])
            + unverified.flatMap { ["--unverified", $0] }
    }

    private func build(on name: String, _ playbook: Playbook) async throws -> Ending {
        guard let host = playbook.packaging.builders.first(where: { $0.name == name }) else {
            let known = playbook.packaging.builders.map(\.name)
            throw Complaint(
                FiveLines(
                    error: "\(name) is no builder of the playbook",
                    why: known.isEmpty ? "it names none" : "it names \(known.joined(separator: ", "))",
                    state: "nothing was built",
                    next: "add it under `packaging.builders`, or build here without --on"
                ),
                .usage
            )
        }
        let archive = NSTemporaryDirectory() + "upgrader-packaging-\(UUID().uuidString).tar"
        defer { unlink(archive) }
        let subject = PackageBuild.Subject(
            component: component,
            version: version,
            archive: archive,
            digest: try await PackagingProgram.pack(into: archive),
            options: words(playbook.packaging.proxy)
        )
        let settings = SSHSettings(
            configFile: playbook.ssh.config,
            user: playbook.ssh.user,
            connectDeadline: min(SSHSettings().connectDeadline, playbook.deadlines.connect),
            sudo: playbook.ssh.sudo
        )
        let remote = SSHRemote(settings)
        let patience = Patience()
        let build = PackageBuild(
            subject,
            on: host,
            remote: remote,
            connect: playbook.deadlines.connect,
            report: { patience.hear($0) }
        )
        Output.note("\(name): unit \(build.unit); it goes on if this ends, and the same command finds it again")
        let result: Result<PackageBuild.Ending, any Error>
        do {
            result = .success(
                try await patience.during("building \(component) \(version) on \(name)") {
                    try await build.perform(into: output)
                }
            )
        } catch {
            result = .failure(error)
        }
        await remote.close()
        return try ending(result, on: name, unit: build.unit)
    }

    /// What a build that is made here says: its record, and where that is.
    static func document(of record: String) throws -> String {
        do {
            let found = try JSONSerialization.jsonObject(with: Data(contentsOf: URL(filePath: record)))
            guard var members = found as? [String: Any] else { throw CocoaError(.fileReadCorruptFile) }
            members["record"] = record
            let options: JSONSerialization.WritingOptions = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            return String(
                decoding: try JSONSerialization.data(withJSONObject: members, options: options),
                as: UTF8.self
            )
        } catch {
            throw AccessError.localFile(path: record, reason: JSON.reason(error, is: "the record of a build"))
        }
    }

    private func ending(
        _ result: Result<PackageBuild.Ending, any Error>,
        on host: String,
        unit: String
    ) throws -> Ending {
        switch result {
        case .success(.built(let paths)):
            for record in paths where record.hasSuffix(".json") {
                for line in try VerificationLines(record: record).lines { Output.note(line) }
            }
            switch format {
            case .text: for path in paths { Output.write(path) }
            case .json: for record in paths.suffix(1) { Output.write(try Self.document(of: record)) }
            }
            return .done
        case .success(.refused(let status, let output)):
            throw Complaint(refusedBuild: output, status: status, on: host, unit: unit)
        case .failure(let error as AccessError):
            throw Complaint(
                FiveLines(
                    error: "\(component) \(version) could not be built on \(host)",
                    why: error.why,
                    ran: error.ran,
                    state: "nothing was published; unit \(unit) may be running or have ended on \(host)",
                    next: "\(error.next), then call this again"
                ),
                error.isUnreachable ? .unreachable : .refused
            )
        case .failure(let error):
            throw error
        }
    }
}

extension Complaint {
    /// The five lines that packaging/package printed on the builder; what it printed else is the reason.
    init(refusedBuild output: String, status: Int32, on host: String, unit: String) {
        var lines: [String: [String]] = [:]
        var open: String?
        for line in output.split(separator: "\n") {
            if let name = ["error", "why", "ran", "state", "next"].first(where: { line.hasPrefix("\($0):") }) {
                lines[name] = [line.dropFirst(name.count + 1).trimmingCharacters(in: .whitespaces)]
                open = name
            } else if let open {
                lines[open]?.append(line.trimmingCharacters(in: .whitespaces))
            }
        }
        func text(_ name: String) -> String? { lines[name]?.joined(separator: "\n       ") }
        self.init(
            FiveLines(
                error: "\(host): \(text("error") ?? "the build ended with \(status)")",
                why: text("why") ?? output,
                ran: text("ran").map { "\(host): \($0)" } ?? "\(host): unit \(unit)   (exit \(status))",
                state: text("state") ?? "nothing was built or published",
                next: text("next") ?? "look at /var/lib/upgrader/jobs/\(unit) on \(host)"
            ),
            Ending(rawValue: status) ?? .refused
        )
    }
}
