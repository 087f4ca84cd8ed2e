internal import UpgradeCore

/// What an operator can do with a run as it stands, each with its consequence.
struct Choices {
    let state: RunState
    let status: RunStatus
    let place: RunPlace
    let next: String?
    let run: String
    let takenBack: [String]
    /// Whether the last resume was refused for what its hosts answered.
    var isRefused = false
    /// Whether the run restores etcd.
    let isRestore: Bool
    /// Whether the run is a restore that has moved data: its end alone leads on, and cleanup refuses it.
    let isPulledApart: Bool

    private var directory: String { ShellQuoting.join([place.directory]) }
    private var playbook: String { ShellQuoting.join([place.playbook]) }

    var all: [WhyReport.Choice] {
        // What takes it back comes before all else: until that has ended nothing of the run itself leads on.
        if let other = place.takenBackBy { return takenBack(by: other) }
        if let restore = place.restoredBy { return over(restore) }
        if place.superseded != nil { return past }
        switch status {
        case .completed: return upgrade + [report("what was done, with times, for the ticket")]
        case .running: return watching
        case .stopped, .interrupted, .leaseLost, .failed, .killed: break
        }
        if isPulledApart { return [resume] + skips + [report("all that happened so far, for whoever is asked")] }
        var choices = [resume] + skips + rollbacks + conversion
        if state.mayHaveLeftSomething || !state.undoing.isEmpty { choices += cleanups }
        if mayChangePlaybook || !state.mayHaveLeftSomething { choices.append(anew) }
        return choices + [report("all that happened so far, for whoever is asked")]
    }

    /// What a rollback leads back to.
    private var upgrade: [WhyReport.Choice] {
        guard let upgrade = place.upgrade else { return [] }
        if isRestore { return [afresh] }
        return [
            choice(
                "upgrader resume \(ShellQuoting.join([upgrade]))",
                "goes on with the upgrade, in which what was taken back here is upgraded anew"
            )
        ]
    }

    /// Of a run whose cluster a restore has led back.
    private func over(_ restore: String) -> [WhyReport.Choice] {
        [
            choice(
                "upgrader why \(ShellQuoting.join([restore]))",
                "whether that restore has come to its end, and what to do if not"
            ),
            afresh, report("what was done, with times, for the ticket"),
        ]
    }

    /// Of a run that a restore or rollback takes back, which has not come to its end.
    private func takenBack(by other: String) -> [WhyReport.Choice] {
        [
            choice(
                "upgrader why \(ShellQuoting.join([other]))",
                "how far what takes this run back is, and what can be done: it is to be ended first"
            ),
            report("what was done, with times, for the ticket"),
        ]
    }

    /// Of a restore or rollback that was given up, and whose upgrade has gone on.
    private var past: [WhyReport.Choice] {
        (place.upgrade.map { upgrade in
            [choice("upgrader why \(ShellQuoting.join([upgrade]))", "how the upgrade stands that has gone on since")]
        } ?? []) + (state.mayHaveLeftSomething ? cleanups : []) + [report("what was done, with times, for the ticket")]
    }

    private var afresh: WhyReport.Choice {
        choice("upgrader run \(playbook)\(place.stateOption)", "begins a new upgrade, from what runs then")
    }

    private var watching: [WhyReport.Choice] {
        [
            choice("upgrader log \(directory) --follow", "what happens, as it happens; changes nothing"),
            choice(
                "kill -INT \(place.pid ?? "PID")",
                "on the holder's machine: the action in hand ends, then the run stops and can be resumed"
            ),
        ]
    }

    private var resume: WhyReport.Choice {
        let command = "upgrader resume \(directory)"
        if isRefused {
            return choice(
                command,
                "once it is mended: asks the hosts again what they run, and goes on at \(next ?? "the end") where nothing stands in the way"
            )
        }
        if !state.undoing.isEmpty {
            return choice(command, "ends the cleanup that was killed, then goes on at \(next ?? "the end")")
        }
        if state.inFlight.values.contains(where: { $0.intended?.isJob == true }) || !state.unsettled.isEmpty {
            return choice(
                command,
                "looks at the cluster, waits for what may still run and begins nothing twice, then goes on at \(next ?? "the end")"
            )
        }
        if !state.failed.isEmpty {
            return choice(command, "once it is mended: looks at the cluster and tries again, at \(next ?? "the end")")
        }
        return choice(command, "looks at the cluster, decides again, and goes on at \(next ?? "the end")")
    }

    private var skips: [WhyReport.Choice] {
        // Where the data cannot be read nothing may be left out.
        let guides = (try? StepGuide.all()) ?? [:]
        return state.failed.keys.sorted { $0.description < $1.description }.compactMap { key in
            let verdict = SkipVerdict(key, state.skipHindrance(key), guides: guides)
            guard case .allowed(let consequence) = verdict else { return nil }
            let step = ShellQuoting.join([key.onTarget])
            return choice(
                "upgrader resume \(directory) --skip \(step) --reason WHY",
                "leaves the step out, for good, with your reason in the journal, and goes on: \(consequence)"
            )
        }
    }

    private var rollbacks: [WhyReport.Choice] {
        takenBack.map { worker in
            choice(
                "upgrader rollback \(ShellQuoting.join([worker])) \(directory)",
                "takes \(worker), which is half way, back to the release that the hop leaves, from packages that its host has "
                    + "kept; on real hosts it asks first. A resume upgrades it anew afterwards"
            )
        }
    }

    /// Secrets of Helm 3 are wanted, as installed packages are, and no cleanup takes them away.
    private var conversion: [WhyReport.Choice] {
        let helm = state.done.union(state.inFlight.keys).union(state.failed.keys)
        guard helm.contains(where: { $0.step == "helm-convert" }), !helm.contains(where: { $0.step == "helm-cleanup" })
        else { return [] }
        return [
            choice(
                "upgrader helm rollback \(directory)",
                "removes the Secrets of Helm 3 that the conversion has written; a resume converts anew. What Helm 2 keeps stays"
            )
        ]
    }

    private var cleanups: [WhyReport.Choice] {
        let all = choice(
            "upgrader cleanup \(directory)",
            "waits for what may still run, then undoes what of this run is on the cluster and is unchanged, as far as that breaks "
                + "nothing, and nothing else; "
                + "what was installed stays. Afterwards the run can still be resumed"
        )
        let targets = state.ledger.entries.map(\.key.target.description).reduce(into: [String]()) { seen, target in
            if target != "cluster", !seen.contains(target) { seen.append(target) }
        }
        guard targets.count > 1 else { return [all] }
        return [all]
            + targets.map {
                choice("upgrader cleanup \(directory) \(ShellQuoting.join([$0]))", "the same for \($0) alone")
            }
    }

    private var anew: WhyReport.Choice {
        let first = state.mayHaveLeftSomething ? "after the cleanup, " : ""
        return choice(
            "upgrader run \(playbook)\(place.stateOption)",
            "\(first)with a changed playbook: makes a new plan from what runs then; steps that are done find nothing left to do"
        )
    }

    private var mayChangePlaybook: Bool {
        state.failed.values.contains { failed in
            if case .unmet(let unmet) = failed.failure { unmet.mayChangePlaybook } else { false }
        }
    }

    private func report(_ consequence: String) -> WhyReport.Choice {
        choice("upgrader report \(directory) -o report.html", consequence)
    }

    private func choice(_ command: String, _ consequence: String) -> WhyReport.Choice {
        WhyReport.Choice(command: command, consequence: consequence)
    }
}
