/// What a command is begun through: the host compares fencing tokens, and only then begins it.
///
/// The comparison and the beginning are one step on the host, under a lock: a command under an older token either has
/// begun before the newer one was told, and then the telling waits for its end, or is refused.
enum Fence {
    /// Where a host keeps the newest token it has seen; not below `/run`, because it has to outlast a restart of the host.
    static let directory = "/var/lib/upgrader"

    /// The exit status of a refusal; EX_TEMPFAIL of sysexits.h.
    private static let refusal: Int32 = 75

    /// The command behind the fence, as root, who alone can read the token.
    ///
    /// - Parameters:
    ///   - command: what is to be begun.
    ///   - token: what it is begun under.
    ///   - machine: the machine-id that the host must have; `nil` for any.
    /// - Returns: what is sent instead.
    static func around(_ command: Command, token: Int, machine: String? = nil) -> Command {
        var fenced = command
        fenced.needsRoot = true
        fenced.words =
            ["/bin/sh", "-c", HostScripts.fence, "upgrader-fence", directory, String(token), machine ?? "any"]
            + command.words
        return fenced
    }

    /// Tells a host the token and asks for jobs that run there.
    static func raise(to token: Int) -> Command {
        let jobs = [
            "systemctl", "list-units", "--all", "--full", "--plain", "--no-legend",
            "--state=active,activating,deactivating,reloading", "upgrader-*.service",
        ]
        return around(Command(jobs, needsRoot: true), token: token)
    }

    /// The token that a host has seen, where it refused ours.
    static func seen(_ result: CommandResult) -> Int? {
        guard result.outcome == .exited(refusal),
            let match = result.errorOutput.firstMatch(of: /upgrader-fence: seen ([0-9]{1,18})\b/)
        else { return nil }
        return Int(match.1)
    }

    /// The machine-id that a host has, where it refused ours.
    static func machine(_ result: CommandResult) -> String? {
        guard result.outcome == .exited(refusal),
            let match = result.errorOutput.firstMatch(of: /upgrader-fence: machine ([0-9a-f]{0,32})\b/)
        else { return nil }
        return String(match.1)
    }

    /// The jobs of other runs in what systemd lists.
    static func foreignJobs(_ text: String, run: String) -> [String] {
        let ours = JobID.unitPrefix(run: run)
        return text.split(separator: "\n").compactMap { line in
            guard let unit = line.split(separator: " ").first(where: { $0.hasSuffix(".service") }) else { return nil }
            return unit.hasPrefix("upgrader-") && !unit.hasPrefix(ours) ? String(unit) : nil
        }
    }
}
