import UpgradeCore
import UpgradeKnowledge

/// What a daemon that did not start says of the argument that it did not take.
enum RefusedStart {
    /// The first trial that did not print the wanted version; `nil` where all did.
    static func unmet(
        _ result: DryStartResult,
        host: String,
        version: PackageVersion,
        _ facts: ClusterFacts
    ) -> Unmet? {
        guard let trial = result.trials.first(where: { $0.status != 0 || $0.version != version.kubernetes }) else {
            return nil
        }
        let flag = trial.status == 0 ? nil : flag(in: trial.output)
        return .dryStartRefused(
            host: host,
            daemon: trial.unit,
            version: version,
            flag: flag,
            place: flag.flatMap { Foresight.places(of: $0, daemon: trial.unit, on: host, facts).first?.description },
            output: trial.status == 124 ? "it did not end at --version" : trial.output
        )
    }

    /// The flag that a message is about.
    ///
    /// - Source: pflag 1.0.1 flag.go and errors of `Set`, as the daemons of 1.12 to 1.16 print them
    static func flag(in output: String) -> String? {
        if let match = output.firstMatch(of: /unknown flag: (--[A-Za-z0-9_-]+)/) { return String(match.1) }
        if let match = output.firstMatch(of: /for "(?:-[A-Za-z], )?(--[A-Za-z0-9_-]+)" flag/) { return String(match.1) }
        if let match = output.firstMatch(of: /unknown shorthand flag: '.' in (-[A-Za-z0-9]+)/) {
            return String(match.1)
        }
        return nil
    }
}
