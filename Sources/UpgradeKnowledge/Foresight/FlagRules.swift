internal import UpgradeCore

/// Flags, and values of flags, that a release of the path does not take.
enum FlagRules {
    @Sendable
    static func findings(_ facts: ClusterFacts, _ path: [HopID], _ knowledge: Breakage) -> [Finding] {
        facts.hosts.flatMap { host, configuration in
            configuration.daemons.filter { knowledge.flags.knows($0.name) }.flatMap { daemon in
                let isItself = daemon.program.isEmpty || daemon.program.split(separator: "/").last == daemon.name[...]
                return facts.arguments(of: daemon, on: host.name).filter { argument in
                    // Behind a wrapper, or in another program's place, only flags of the daemon are the daemon's.
                    isItself || path.first.map { knowledge.flags.accepts(argument.flag, daemon.name, $0.from) } ?? false
                }.flatMap {
                    let removed = removed($0, daemon.name, path, knowledge)
                    return (removed.isEmpty ? deprecated($0, daemon.name, path, knowledge) : removed)
                        + refused($0, daemon.name, path, knowledge)
                }
            }
        }
    }

    private static func removed(
        _ argument: DaemonArgument,
        _ daemon: String,
        _ path: [HopID],
        _ knowledge: Breakage
    ) -> [Finding] {
        guard let hop = path.first(where: { !knowledge.flags.accepts(argument.flag, daemon, $0.to) }) else { return [] }
        let removal = knowledge.flags.removal(argument.flag, of: daemon)
        let replacement = removal?.replacement.map { ", and use \($0)" } ?? ""
        return [
            Finding(
                id: "flag-removed/\(daemon)/\(argument.flag)",
                title: "\(daemon) of \(hop.to) does not start with \(argument.flag)",
                places: [argument.place],
                reason: "the flag is unknown from \(hop.to) on, and a daemon exits at a flag that it does not know"
                    + (removal?.note.map { " (\($0))" } ?? ""),
                hop: hop,
                severity: .killsDaemon,
                cure: "take \(argument.flag) out\(replacement)",
                source: removal.map { "flags.yaml: \($0.evidence)" } ?? knowledge.flags.source
            )
        ]
    }

    /// What still works at the end of the path, and a release after it may not take.
    private static func deprecated(
        _ argument: DaemonArgument,
        _ daemon: String,
        _ path: [HopID],
        _ knowledge: Breakage
    ) -> [Finding] {
        guard let hop = path.first(where: { knowledge.flags.isDeprecated(argument.flag, of: daemon, $0.to) }) else {
            return []
        }
        let removal = knowledge.flags.removal(argument.flag, of: daemon)
        return [
            Finding(
                id: "flag-deprecated/\(daemon)/\(argument.flag)",
                title: "\(daemon) of \(hop.to) warns of \(argument.flag)",
                places: [argument.place],
                reason: "it is deprecated and works all the way"
                    + (removal.map { "; \(daemon) of \($0.release) does not start with it" } ?? ""),
                hop: hop,
                severity: .worthKnowing,
                cure: "take \(argument.flag) out before a later upgrade"
                    + (removal?.replacement.map { ", and use \($0)" } ?? ""),
                source: "flags.yaml: deprecated_but_accepted"
            )
        ]
    }

    private static func refused(
        _ argument: DaemonArgument,
        _ daemon: String,
        _ path: [HopID],
        _ knowledge: Breakage
    ) -> [Finding] {
        knowledge.flags.restrictions.compactMap { restriction in
            guard restriction.component == daemon, restriction.flag == argument.flag,
                case .these(let values) = restriction.rejected, let value = argument.value, values.contains(value),
                let hop = path.arriving(at: restriction.release)
            else { return nil }
            return Finding(
                id: "value-refused/\(daemon)/\(argument.flag)=\(value)",
                title: "\(daemon) of \(hop.to) does not start with \(argument.flag)=\(value)",
                places: [argument.place],
                reason: "the value is no longer one of \(argument.flag) from \(restriction.release) on",
                hop: hop,
                severity: .killsDaemon,
                cure: "change the value, and move the data that it stands for, before the hop",
                source: "flags.yaml: \(restriction.source)"
            )
        }
    }
}
