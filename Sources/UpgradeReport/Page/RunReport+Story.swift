public import UpgradeCore

extension RunReport {
    /// Makes the report of a run.
    ///
    /// - Parameters:
    ///   - story: what happened.
    ///   - plan: what was to happen.
    ///   - playbook: for the commands of actions, and what it accepts.
    ///   - titles: what the steps are for.
    ///   - holder: who works on the cluster now.
    ///   - transcript: what commands printed and what was waited for.
    ///   - availability: what API servers answered.
    ///   - notices: what was noticed on reading.
    public init(
        story: RunStory,
        plan: Plan,
        playbook: Playbook,
        titles: [StepID: String],
        holder: String?,
        transcript: [Transcript.Entry],
        availability: [APISpan],
        notices: [String]
    ) {
        let state = story.state
        cluster = plan.cluster
        run = state.header?.run ?? ""
        from = plan.from?.description ?? ""
        to = plan.to?.description ?? ""
        self.holder = holder
        status = RunStatus(state, isHeld: holder != nil)
        asked =
            holder == nil
            ? [] : plan.keys.filter { state.failed[$0] != nil && transcript.isAsked($0) }.map(\.onTarget)
        began = story.began ?? 0
        ended = story.ended ?? 0
        isSimulated = playbook.simulation != nil
        sittings = story.sittings.enumerated().map { index, sitting in
            let isNow = holder != nil && index == story.sittings.count - 1
            return Sitting(
                by: sitting.header.holder,
                reason: sitting.header.reason,
                began: sitting.began,
                ended: sitting.ended,
                ending: sitting.stop?.words ?? (isNow ? "it is at work" : "it was killed")
            )
        }
        let traces = Dictionary(grouping: transcript, by: \.key)
        steps = plan.keys.enumerated().map { index, key in
            Step(
                key,
                number: index + 1,
                title: titles[key.step] ?? "",
                story: story,
                playbook: playbook,
                transcript: traces[key] ?? []
            )
        }
        parts = Part.all(plan, steps, story)
        self.availability = availability.isEmpty ? nil : APIAvailability(availability)
        consents = Consent.all(playbook) + steps.compactMap(Consent.init)
        readyBefore = plan.baseline.readyNodes.sorted()
        foreignCordons = plan.baseline.foreignCordons.sorted()
        ledger = state.ledger.entries.map(\.effect.title)
        struck = story.struck.map { struck in
            struck.wasUndone ? "undone: \(struck.effect.inverse.title)" : "no longer ours: \(struck.effect.title)"
        }
        records = story.count
        journalDigest = story.hash
        planDigest = state.header?.planDigest ?? ""
        playbookDigest = plan.playbookDigest
        versionsDigest = plan.versionsDigest
        self.notices = notices
    }
}

extension RunReport.Step {
    init(
        _ key: StepKey,
        number: Int,
        title: String,
        story: RunStory,
        playbook: Playbook,
        transcript: [Transcript.Entry]
    ) {
        self.number = number
        self.key = key.description
        hop = key.hop.description
        phase = key.phase.description
        step = key.step.description
        target = key.target.description
        self.title = title
        // Where health is judged by itself, and not on the way of a change.
        isCheck = phase == "preflight" || phase == "verify" || ["cluster-health", "node-ready"].contains(step)
        let state = story.state
        outcome = Self.outcome(key, state)
        skip = story.skipped[key].map {
            .init(by: $0.skip.by, reason: $0.skip.reason, consequence: $0.skip.consequence, time: $0.time)
        }
        attempts = (story.attempts[key] ?? []).map {
            .init($0, story: story, playbook: playbook, transcript: transcript)
        }
    }

    private static func outcome(_ key: StepKey, _ state: RunState) -> String {
        if state.done.contains(key) { return "done" }
        if state.skipped[key] != nil { return "skipped" }
        if state.failed[key] != nil { return "failed" }
        return state.inFlight[key] != nil ? "in hand" : "not begun"
    }
}

extension RunReport.Attempt {
    init(_ attempt: RunStory.Attempt, story: RunStory, playbook: Playbook, transcript: [Transcript.Entry]) {
        let end = attempt.ended ?? .infinity
        let mine = transcript.filter { $0.time >= attempt.began && $0.time <= end }
        number = attempt.number
        began = attempt.began
        ended = attempt.ended
        worked = ended.map { story.worked(from: attempt.began, to: $0) }
        (why, ran, output) = (nil, nil, nil)
        switch attempt.outcome {
        case .done: outcome = "done"
        case .released: outcome = "released"
        case .open: outcome = "open"
        case .failed(let failure):
            outcome = "failed"
            (why, ran, output) = (failure.why, failure.ran, failure.output)
        }
        deeds = attempt.deeds.map { RunReport.Deed($0, story: story, playbook: playbook, transcript: mine) }
        var seen: Set<String> = []
        waits = mine.compactMap { entry in
            guard let text = entry.event.wait, seen.insert(text).inserted else { return nil }
            let isGate = if case .gate = entry.event { true } else { false }
            return RunReport.Wait(time: entry.time, text: text, isGate: isGate)
        }
        measured = mine.last { $0.event.measured != nil }?.event.measured ?? []
    }
}

extension RunReport.Deed {
    init(_ deed: RunStory.Deed, story: RunStory, playbook: Playbook, transcript: [Transcript.Entry]) {
        action = deed.action.title
        began = deed.began
        ended = deed.ended
        worked = deed.ended.map { story.worked(from: deed.began, to: $0) }
        outcome =
            switch deed.outcome {
            case .ended: "ended"
            case .failed: "failed"
            case .settled: "settled"
            case .open: "open"
            }
        let end = deed.ended ?? .infinity
        let traces = transcript.compactMap { entry -> CommandTrace? in
            guard entry.time >= deed.began, entry.time <= end, case .ran(let trace) = entry.event else { return nil }
            return trace
        }
        commands = traces.map {
            .init(host: $0.host, command: $0.command, status: $0.status, seconds: $0.seconds, output: $0.output)
        }
        guard commands.isEmpty else { return }
        // Of a simulated cluster, or a run of an older version, only what was to be run is known.
        commands = CommandRendering.commands(for: deed.action, playbook: playbook).map {
            .init(host: $0.host, command: Redaction.redact($0.command))
        }
    }
}

extension RunReport.Part {
    static func all(_ plan: Plan, _ steps: [RunReport.Step], _ story: RunStory) -> [RunReport.Part] {
        let byHop = Dictionary(grouping: steps, by: \.hop)
        return plan.hops.flatMap { hop in
            let mine = byHop[hop.id.description] ?? []
            let byPhase = Dictionary(grouping: mine, by: \.phase)
            return [RunReport.Part(hop.id, nil, mine, story)]
                + hop.phases.map { RunReport.Part(hop.id, $0, byPhase[$0.id.description] ?? [], story) }
        }
    }

    private init(_ hop: HopID, _ phase: PlannedPhase?, _ steps: [RunReport.Step], _ story: RunStory) {
        self.hop = hop.description
        self.phase = phase?.id.description
        batch = phase?.batch
        self.steps = steps.count
        done = steps.count { $0.outcome == "done" }
        failed = steps.count { $0.outcome == "failed" }
        skipped = steps.count { $0.outcome == "skipped" }
        retries = steps.reduce(0) { $0 + max(0, $1.attempts.count - 1) }
        began = steps.compactMap { $0.attempts.first?.began }.min()
        ended = steps.compactMap { $0.attempts.last?.ended }.max()
        worked = if let began, let ended { story.worked(from: began, to: ended) } else { nil }
    }
}

extension RunReport.Consent {
    /// A step that was left out; `nil` for any other.
    init?(_ step: RunReport.Step) {
        guard let skip = step.skip else { return nil }
        let why = step.attempts.last?.why.map { ", which had failed: \($0)" } ?? ""
        self.init(
            kind: "skip",
            what: "\(step.key) was left out\(why). So: \(skip.consequence)",
            reason: "\(skip.reason) (\(skip.by), \(Clock.moment(skip.time)))"
        )
    }

    static func all(_ playbook: Playbook) -> [RunReport.Consent] {
        var all = playbook.versions.map {
            RunReport.Consent(kind: "fact", what: "\($0.fact) is \($0.value) (\($0.source))", reason: $0.reason)
        }
        all += playbook.acceptedFindings.map {
            RunReport.Consent(kind: "finding", what: "\($0.id), until \($0.until)", reason: $0.reason)
        }
        all += playbook.accepted.map {
            RunReport.Consent(kind: "state", what: "out of range: \($0.violation)", reason: $0.reason)
        }
        if playbook.drain.deletesBarePods {
            all.append(
                .init(
                    kind: "permission",
                    what: "pods without a controller are deleted for good",
                    reason: "drain.delete-bare-pods"
                )
            )
        }
        if playbook.drain.deletesEmptyDirData {
            all.append(
                .init(
                    kind: "permission",
                    what: "data of emptyDir volumes is deleted",
                    reason: "drain.delete-emptydir-data"
                )
            )
        }
        return all
    }
}
