internal import UpgradeCore

extension WhyReport {
    /// For people: one screen, the choices last, because that is where the eye is on a terminal.
    public var lines: [String] {
        var lines = ["\(directory): \(status.title)"]
        let why = reason.isEmpty ? "" : ", because: \(reason)"
        lines.append("begun \(began) by \(by)\(why); last record \(last); \(done) of \(steps) steps done")
        if let takesBack {
            let kind = restores == true ? "a restore of etcd" : "a rollback"
            lines.append("\(kind): it takes back what \(takesBack) had begun")
        }
        if let restoredBy {
            let how = RunPlace.restoring(isUnfinished: takenBackBy != nil)
            lines.append("over: \(restoredBy) \(how); its journal is history")
        }
        if let takenBackBy, restoredBy == nil {
            lines.append("taken back: \(takenBackBy) takes it back, and is unfinished")
        }
        if let superseded { lines.append("superseded: \(superseded)") }
        if let lost { lines.append("lost: \(lost)") }
        if let stopped { lines.append("stopped: \(stopped)") }
        if let holder { lines.append("now at work: \(holder)") }
        if let refused { lines += [""] + text(refused) }
        for cause in causes { lines += [""] + text(cause) }
        for step in inHand { lines += [""] + text(step) }
        for step in skipped { lines += [""] + text(step) }
        if status != .completed, let hop = hosts.first?.hop {
            lines += ["", "the hosts in \(hop), as the journal saw them last:"] + HostStanding.lines(hosts)
        }
        if !ours.isEmpty { lines += ["", "of this run, on the cluster:"] }
        for effect in ours {
            lines.append("  \(effect.effect)   (by \(effect.key))")
            lines += effect.commands.flatMap { ["    undone by"] + Self.indented($0, by: "      ") }
            if let caution = effect.caution, let command = effect.undoneBy {
                lines.append("    undone by `\(command)`, not by hand: \(caution)")
            }
        }
        if ours.isEmpty, status != .running { lines += ["", "nothing of this run is left on the cluster"] }
        lines += ["", status == .running ? "to see more, or to stop it:" : "what can be done now:"]
        for choice in choices {
            lines.append("  \(choice.command)")
            lines.append("      \(choice.consequence)")
        }
        if !notices.isEmpty { lines += [""] + notices.map { "note: \($0)" } }
        return lines
    }

    /// The lines of `lines` that are commands to be run, without their margins.
    public var commands: [String] {
        (choices.map(\.command) + (ours.flatMap(\.commands) + inHand.flatMap(\.commands)))
            .flatMap { Self.indented($0, by: "") }
    }

    /// A script keeps its lines, so that it can be run as it is printed.
    private static func indented(_ command: String, by margin: String) -> [String] {
        command.split(separator: "\n", omittingEmptySubsequences: false).map { margin + $0 }
    }

    private func text(_ refused: Refused) -> [String] {
        [
            "the last resume began nothing: \(refused.error)",
            "  by \(refused.by), \(refused.time); it ended with \(refused.code)", "  why:  \(refused.why)",
            "  mend: \(refused.mend)",
        ]
    }

    private func text(_ cause: Cause) -> [String] {
        let place = "\(cause.key): \(cause.title)"
        var lines = [
            cause.isAsked ? "waits for an answer at the terminal of the run: \(place)" : "it stopped at \(place)"
        ]
        lines.append("  step \(cause.number) of \(steps), attempt \(cause.attempt), failed \(cause.time)")
        lines.append("  why:  \(cause.why)")
        if let ran = cause.ran { lines.append("  ran:  \(ran)") }
        if let output = cause.output, !output.isEmpty {
            lines += output.split(separator: "\n", omittingEmptySubsequences: false).map { "        | \($0)" }
        }
        lines += cause.measured.map { "  gate: \($0.text)" }
        return lines + ["  mend: \(cause.mend)"]
    }

    private func text(_ step: Skipped) -> [String] {
        [
            "skipped: \(step.key): \(step.title)", "  by \(step.by), \(step.time), because: \(step.reason)",
            "  it had failed: \(step.why)", "  so: \(step.consequence)",
        ]
    }

    private func text(_ step: InHand) -> [String] {
        var lines = ["in hand \(status == .running ? "now" : "when it ended"): \(step.key): \(step.title)"]
        lines.append("  since \(step.since)")
        if let action = step.action {
            lines.append(
                status == .running
                    ? "  does: \(action)" : "  in doubt: \(action): it was begun, and its end is not known"
            )
        }
        lines += step.commands.flatMap { Self.indented($0, by: "    ") }
        if let unit = step.unit { lines.append("  may still run as the unit \(unit)") }
        if let waits = step.waits { lines.append("  last seen: \(waits)") }
        lines += step.measured.map { "  gate: \($0.text)" }
        return lines
    }
}
