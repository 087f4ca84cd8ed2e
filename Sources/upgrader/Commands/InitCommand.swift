internal import ArgumentParser
internal import Foundation
internal import UpgradeCore

/// `upgrader init`: a playbook proposed from one control-plane host.
struct InitCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init",
        abstract: "Propose a playbook from a look at one control-plane host; change nothing.",
        discussion: "What cannot be found out is marked, and `plan` refuses the playbook until it is filled in."
    )

    @Option(help: "The host: [USER@]HOST, or a name of the SSH configuration, which has the port as well.")
    var from: String

    @Option(name: .customLong("ssh-config"), help: "The SSH configuration; ~/.ssh/config when not given.")
    var config: String?

    @Option(help: "text or json.")
    var format = OutputFormat.text

    @Option(
        name: .short,
        help: "Write to this file, which must not be there yet, instead of standard output.",
        completion: .file()
    )
    var output: String?

    mutating func run() async throws {
        try await complaining(json: format == .json && output == nil) {
            if let output { try NewFile.refuseTaken(output) }
            let target = try SSHTarget(from)
            let config = config.map { URL(fileURLWithPath: ($0 as NSString).expandingTildeInPath).path }
            if let config, !FileManager.default.isReadableFile(atPath: config) {
                throw Complaint(
                    FiveLines(
                        error: "the SSH configuration \(config) cannot be read",
                        why: "it is not there, or not for you to read",
                        state: "nothing was looked at",
                        next: "name another one, or leave --ssh-config out"
                    ),
                    .usage
                )
            }
            let host = try await survey(target.host, SSHOptions(config: config, user: target.user))
            let proposal = PlaybookProposal(host, hops: try HopCatalog.all().keys)
            let text = try render(proposal)
            if let output {
                try NewFile.write(text, to: output, as: "the playbook")
            } else {
                Output.write(text)
            }
            Output.note("not found out: \(proposal.missing.count), each marked in the playbook")
            return .done
        }
    }

    private func survey(_ name: String, _ ssh: SSHOptions) async throws -> SurveyedHost {
        guard let release = try HopCatalog.all().keys.map(\.to).max() else { preconditionFailure("no hop is known") }
        return try await Worlds.use(SurveyedHost.playbook(asking: name, ssh: ssh, release: release)) { world in
            try await world.patience.during("looking at \(name)") { try await ask(name, ssh, world.access) }
        }
    }

    private func ask(_ name: String, _ ssh: SSHOptions, _ access: any ClusterAccess) async throws -> SurveyedHost {
        var host: SurveyedHost
        do throws(AccessError) {
            host = SurveyedHost(name: name, ssh: ssh, seen: try await access.answer(SurveyedHost.hostProbes(name)))
        } catch {
            throw Complaint(
                FiveLines(
                    error: "\(name) could not be surveyed",
                    why: error.why,
                    ran: error.ran,
                    state: "nothing was changed, and no playbook was written",
                    next: "\(error.next), then try again"
                ),
                error.isUnreachable ? .unreachable : .refused
            )
        }
        guard host.isControlPlane else {
            throw Complaint(
                FiveLines(
                    error: "\(name) is no control-plane host",
                    why: "no kube-apiserver runs on it",
                    state: "nothing was changed, and no playbook was written",
                    next: "name a host on which one runs"
                ),
                .usage
            )
        }
        var silence: String?
        for probe in SurveyedHost.clusterProbes {
            // Each question waits its time out; an API that is silent is asked once.
            if let silence {
                host.unanswered[probe] = silence
                continue
            }
            do throws(AccessError) {
                host.seen.merge(try await access.answer([probe]).answers) { $1 }
            } catch {
                host.unanswered[probe] = error.why
                if error.isSilentAPI { silence = error.why }
            }
        }
        return host
    }

    private func render(_ proposal: PlaybookProposal) throws -> String {
        switch format {
        case .text: proposal.text.trimmingCharacters(in: .newlines)
        case .json: try JSON.text(ProposalDocument(proposal))
        }
    }
}

/// `init --format json`.
struct ProposalDocument: Encodable {
    /// The form, raised when it changes.
    var schema = 1
    /// The text of the playbook.
    var playbook: String
    /// What was not found out, in the order of the text.
    var missing: [String]

    init(_ proposal: PlaybookProposal) {
        playbook = proposal.text
        missing = proposal.missing
    }
}

/// A host as an operator names it to SSH.
private struct SSHTarget {
    var user: String?
    var host: String

    /// - Throws: `Complaint` for what is neither a host nor a user and a host.
    init(_ text: String) throws {
        let form = /(?:([A-Za-z0-9_][A-Za-z0-9._-]{0,63})@)?([A-Za-z0-9][A-Za-z0-9._-]{0,127})/
        guard let match = text.wholeMatch(of: form) else {
            throw Complaint(
                FiveLines(
                    error: "--from \(text) is not a host",
                    why: "a host is [USER@]HOST; a port, or another address, stands in the SSH configuration",
                    state: "nothing was looked at",
                    next: "name a host, or a `Host` of ~/.ssh/config"
                ),
                .usage
            )
        }
        user = match.1.map(String.init)
        host = String(match.2)
    }
}
