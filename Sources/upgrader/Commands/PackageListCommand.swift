internal import ArgumentParser
internal import Foundation
internal import UpgradeCore

/// `upgrader package list`: what is data, built, published, and installed where.
struct PackageListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Show which versions are known, built, published, and installed where.",
        discussion: "What was not asked about is shown as ?."
    )

    @Option(
        help: "The playbook whose hosts are asked what is installed.",
        completion: .file(extensions: ["yaml", "yml"])
    )
    var playbook: String?

    @Option(help: "The directory with built packages and their records.", completion: .directory)
    var built: String?

    @Option(help: "reprepro's base directory.", completion: .directory)
    var repository: String?

    @Option(help: "text or json.")
    var format = "text"

    mutating func run() async throws {
        try await complaining {
            var words = ["list", "--format", format]
            words += built.map { ["--built", $0] } ?? []
            words += repository.map { ["--repository", $0] } ?? []
            if let playbook {
                let file = NSTemporaryDirectory() + "upgrader-installed-\(UUID().uuidString)"
                let lines = try await installed(Session(playbook: playbook))
                try Data(lines.joined(separator: "\n").utf8).write(to: URL(filePath: file), options: .atomic)
                // The program removes it: there is nobody left here to do so, but where it cannot be run.
                defer { unlink(file) }
                try await PackagingProgram.become(words + ["--installed", file, "--consume"])
            }
            try await PackagingProgram.become(words)
        }
    }

    /// `HOST PACKAGE VERSION` for each package of each host of the playbook.
    private func installed(_ session: Session) async throws -> [String] {
        let packages = session.playbook.packages
        let names =
            packages.controlPlane + packages.node + packages.client + (session.playbook.calico?.packages ?? [])
            + (session.playbook.helm?.programs.flatMap(\.packages) ?? [])
        let hosts = session.playbook.hosts.map(\.name)
        let seen: Observation
        do {
            seen = try await Worlds.look(session) { world in
                try await world.access.answer(hosts.map { .packages(host: $0, names: names) })
            }
        } catch let error as AccessError {
            throw Complaint(plan: .access(error), playbook: session.path)
        }
        return try hosts.flatMap { host in
            try seen.packages(on: host, names: names).sorted { $0.key < $1.key }.map {
                "\(host) \($0.key) \($0.value.version)"
            }
        }
    }
}
