internal import UpgradeCore

extension PageContext {
    /// Puts a report into words.
    ///
    /// - Parameters:
    ///   - report: what is told.
    ///   - version: the name of how things stand, for a page that follows the run; `nil` for a file.
    init(_ report: RunReport, version: String?) {
        let times = report.sittings.map { ($0.began, $0.ended) }
        let scale = TimeScale(times)
        let steps = report.steps
        let done = steps.count { $0.outcome == "done" }
        let failed = steps.filter { $0.outcome == "failed" }
        let skipped = steps.count { $0.outcome == "skipped" }
        let worked = report.sittings.reduce(0) { $0 + $1.ended - $1.began }
        pageTitle = "\(report.cluster) \(report.from) to \(report.to): \(report.status.rawValue)"
        heading =
            report.to.isEmpty
            ? "\(report.cluster): cleanup by marks" : "\(report.cluster): \(report.from) → \(report.to)"
        let asks = report.asked.isEmpty ? "" : "; it waits for an answer about \(report.asked.joined(separator: ", "))"
        statusText = report.status.title + asks
        statusClass = report.status.rawValue
        isLive = version != nil
        self.version = version ?? ""
        liveText =
            switch report.status {
            case .running: "Live: this page follows the run."
            case .killed: "Live: nobody works on this run. Once it is resumed, this page follows it."
            case .completed: "The run has ended. Nothing more will come here."
            case .stopped, .interrupted, .leaseLost, .failed:
                "The run has stopped. Once it is resumed, this page follows it."
            }
        isSimulated = report.isSimulated
        let first = report.sittings.first
        facts = [
            Named(label: "Run", value: report.run),
            Named(label: "Begun", value: "\(Clock.moment(report.began)) UTC by \(first?.by ?? "nobody")"),
            Named(label: "Reason", value: first.flatMap { $0.reason.isEmpty ? nil : $0.reason } ?? "none was given"),
            Named(label: "Last record", value: "\(Clock.moment(report.ended)) UTC"),
            Named(
                label: "At work",
                value: "\(Clock.length(worked)) in \(Self.count(report.sittings.count, "sitting"))"
            ),
            Named(
                label: "Steps",
                value: "\(done) of \(steps.count) done, \(failed.count) failed"
                    + (skipped == 0 ? "" : ", \(skipped) skipped")
            ),
            Named(label: "API", value: Self.answered(report.availability)),
            Named(label: "Ready before", value: Self.list(report.readyBefore)),
            Named(label: "Cordoned by others", value: Self.list(report.foreignCordons)),
        ]
        sittingRows = report.sittings.map {
            SittingRow(
                sittingBegan: Clock.moment($0.began),
                sittingTook: Clock.length($0.ended - $0.began),
                sittingBy: $0.by,
                sittingReason: $0.reason.isEmpty ? "–" : $0.reason,
                sittingEnding: $0.ending
            )
        }
        rows = Self.rows(report, scale)
        hopBars = Self.hopBars(report, scale)
        ticks = scale.marks.map {
            Tick(
                tickClass: $0.isWide ? "tick" : "tick minor",
                tickLeft: PageText.number($0.left),
                tickText: Clock.time($0.time)
            )
        }
        timelineText =
            "When each host was in work, phase by phase. The same figures are in the table below."
        partRows = report.parts.map(PartRow.init)
        serverRows =
            report.availability.map { known in
                [ServerRow("the API, at any server", known.api)]
                    + known.servers.sorted { $0.key < $1.key }.map { ServerRow($0.key, $0.value) }
            } ?? []
        hasServers = !serverRows.isEmpty
        before = steps.filter { $0.phase == "preflight" && $0.hop == steps.first?.hop }.map(Check.init)
        after = steps.filter { $0.isCheck && $0.phase != "preflight" && !$0.attempts.isEmpty }.map(Check.init)
        hasAfter = !after.isEmpty
        failures = failed.map(StepItem.init)
        hasFailures = !failed.isEmpty
        hopBlocks = Self.hops(report)
        consentRows = report.consents.map {
            ConsentRow(consentKind: $0.kind, consentWhat: $0.what, consentReason: $0.reason)
        }
        hasConsents = !consentRows.isEmpty
        leftovers = report.ledger
        hasLeftovers = !leftovers.isEmpty
        struckLines = report.struck
        hasStruck = !struckLines.isEmpty
        digests = [
            Named(label: "journal, \(report.records) records", value: report.journalDigest),
            Named(label: "plan.json", value: report.planDigest),
            Named(label: "playbook", value: report.playbookDigest),
            Named(label: "version data", value: report.versionsDigest),
        ]
        notes = report.notices
        hasNotes = !notes.isEmpty
    }

    private static func count(_ number: Int, _ word: String) -> String {
        number == 1 ? "1 \(word)" : "\(number) \(word)s"
    }

    private static func answered(_ availability: APIAvailability?) -> String {
        guard let api = availability?.api, api.answered + api.missed > 0 else {
            return "no look is written down yet"
        }
        let looks = "answered \(api.answered) of \(count(api.answered + api.missed, "look"))"
        guard !api.outages.isEmpty else { return looks }
        let away = api.outages.reduce(0) { $0 + $1.seconds }
        return "\(looks); away \(count(api.outages.count, "time")), for \(Clock.length(away))"
    }

    /// A large cluster has more names than a page has room for; the plan has them all.
    private static func list(_ names: [String]) -> String {
        guard !names.isEmpty else { return "none" }
        let most = 10
        guard names.count > most else { return names.joined(separator: ", ") }
        return "\(names.count): \(names.prefix(most).joined(separator: ", ")), and \(names.count - most) more"
    }

    /// A row for each target, a bar for each phase that it was in work in.
    private static func rows(_ report: RunReport, _ scale: TimeScale) -> [Row] {
        var order: [String] = []
        var bars: [String: [Bar]] = [:]
        let lanes = Dictionary(grouping: report.steps.filter { !$0.attempts.isEmpty }) {
            "\($0.hop)/\($0.phase)@\($0.target)"
        }
        for step in report.steps {
            if !order.contains(step.target) { order.append(step.target) }
            guard let lane = lanes["\(step.hop)/\(step.phase)@\(step.target)"], lane.first?.number == step.number else {
                continue
            }
            let began = lane.compactMap { $0.attempts.first?.began }.min() ?? report.began
            let isOpen = lane.contains { $0.outcome == "in hand" }
            let ended = isOpen ? report.ended : lane.compactMap { $0.attempts.last?.ended }.max() ?? report.ended
            let hasFailed = lane.contains { $0.outcome == "failed" }
            let left = scale.place(began)
            let state = hasFailed ? "failed" : isOpen ? "open" : "done"
            bars[step.target, default: []].append(
                Bar(
                    barClass: hasFailed ? "bad" : isOpen ? "open" : kind(step.phase),
                    barLeft: PageText.number(left),
                    barWidth: PageText.number(max(0.25, scale.place(ended) - left)),
                    barTitle:
                        "\(step.hop) \(step.phase), \(state): \(Clock.moment(began)), \(Clock.length(ended - began))"
                )
            )
        }
        return order.map { Row(rowName: $0, bars: bars[$0] ?? []) }
    }

    private static func hopBars(_ report: RunReport, _ scale: TimeScale) -> [HopBar] {
        report.parts.compactMap { part in
            guard part.phase == nil, let began = part.began else { return nil }
            let left = scale.place(began)
            let right = scale.place(part.isBehind ? part.ended ?? report.ended : report.ended)
            return HopBar(
                // The release alone: a narrow bar has no room for the one that the hop leaves.
                hopLabel: part.hop.split(separator: "-").last.map(String.init) ?? part.hop,
                hopTitle: part.hop,
                hopLeft: PageText.number(left),
                hopWidth: PageText.number(max(0.25, right - left))
            )
        }
    }

    /// What a phase is about, for its color: only looking, saving, changing servers, changing nodes, all else.
    private static func kind(_ phase: String) -> String {
        switch PhaseID(phase)?.kind.description ?? phase {
        case "preflight", "prepare-control-plane", "prepare-workers", "verify": "look"
        case "backup", "network-backup": "save"
        case "control-plane", "controllers": "servers"
        case "workers": "nodes"
        default: "rest"
        }
    }

    private static func hops(_ report: RunReport) -> [HopBlock] {
        let byPhase = Dictionary(grouping: report.steps) { "\($0.hop)/\($0.phase)" }
        var blocks: [HopBlock] = []
        for part in report.parts {
            guard let phase = part.phase else {
                blocks.append(HopBlock(hopName: part.hop, phases: []))
                continue
            }
            let steps = byPhase["\(part.hop)/\(phase)"] ?? []
            // What did nothing and failed at nothing is named on one line.
            let told = steps.filter { step in
                step.outcome != "done" && !step.attempts.isEmpty || step.attempts.count > 1
                    || step.attempts.contains { !$0.deeds.isEmpty || !$0.waits.isEmpty }
                    || step.attempts.last?.measured.contains { $0.lacks == true } ?? false
            }
            let quiet = steps.filter { step in step.outcome == "done" && !told.contains { $0.number == step.number } }
            let row = PartRow(part)
            blocks[blocks.count - 1].phases.append(
                PhaseBlock(
                    phaseID: "phase-\(part.hop)-\(phase)",
                    phaseName: phase,
                    phaseSummary: "\(row.partDone) of \(row.partPlanned) done, \(row.partTook)",
                    phaseIsOpen: part.failed + part.skipped > 0,
                    stepItems: told.map(StepItem.init),
                    quiet: quiet.map { "\($0.step)@\($0.target)" }.joined(separator: ", "),
                    hasQuiet: !quiet.isEmpty
                )
            )
        }
        return blocks
    }
}
