internal import UpgradeCore

extension PageContext.PartRow {
    init(_ part: RunReport.Part) {
        partName = part.phase ?? part.hop
        isHop = part.phase == nil
        partRule = part.batch.map { $0 == 1 ? "one at a time" : "\($0) at a time" } ?? ""
        partPlanned = part.steps
        partDone = part.done
        let left = part.steps - part.done - part.skipped
        let open = [(part.failed, "failed"), (part.skipped, "skipped"), (part.failed > 0 ? 0 : left, "left")]
        partOpen =
            open.contains { $0.0 > 0 } ? open.filter { $0.0 > 0 }.map { "\($0) \($1)" }.joined(separator: ", ") : "–"
        partRetries = part.retries == 0 ? "–" : String(part.retries)
        partBegan = part.began.map(Clock.moment) ?? "not begun"
        partTook = part.worked.map(Clock.length) ?? "–"
        partState = part.failed > 0 ? "failed" : part.done == part.steps ? "done" : part.began == nil ? "none" : "open"
    }
}

extension RunReport.Part {
    /// Whether the run is past it: each step is done, or left out.
    var isBehind: Bool { done + skipped == steps }
}

extension PageContext.Check {
    init(_ step: RunReport.Step) {
        checkName = step.title
        checkTarget = step.target
        checkState = step.outcome == "done" ? "done" : step.outcome == "failed" ? "failed" : "open"
        checkResult =
            if step.outcome == "done" { "passed" } else if let skip = step.skip {
                "skipped by \(skip.by): \(skip.reason)"
            } else { step.attempts.last?.why ?? step.outcome }
        let measured = step.attempts.last?.measured.text ?? ""
        checkMeasured = measured.isEmpty ? "–" : measured
        checkTime = step.attempts.last.map { Clock.moment($0.ended ?? $0.began) } ?? "–"
        let waits = step.attempts.flatMap(\.waits).map(\.text)
        checkWaits = waits.isEmpty ? "–" : waits.joined(separator: "; ")
    }
}

extension PageContext.StepItem {
    init(_ step: RunReport.Step) {
        stepNumber = step.number
        stepName = step.step
        stepTarget = step.target
        stepTitle = step.title
        stepID = "step-\(step.number)"
        stepState = step.outcome == "done" ? "done" : step.outcome == "failed" ? "failed" : "open"
        let took = step.attempts.last?.worked.map(Clock.length)
        stepEnd = [
            step.outcome, step.skip.map { "by \($0.by), because: \($0.reason)" }, took.map { "in \($0)" },
            step.attempts.count > 1 ? "attempt \(step.attempts.count)" : nil,
        ]
        .compactMap { $0 }.joined(separator: ", ")
        attempts = step.attempts.map(PageContext.AttemptItem.init)
    }
}

extension PageContext.AttemptItem {
    init(_ attempt: RunReport.Attempt) {
        let took = attempt.worked.map { ", \(Clock.length($0))" } ?? ""
        attemptHead = "Attempt \(attempt.number): \(attempt.outcome), begun \(Clock.moment(attempt.began))\(took)"
        reasons = [("why", attempt.why), ("ran", attempt.ran)].compactMap { label, value in
            value.map { PageContext.Named(label: label, value: $0) }
        }
        failedOutput = attempt.output.map { [PageContext.Printed($0)] } ?? []
        waits = attempt.waits.map {
            PageContext.Named(label: "\(Clock.time($0.time)) \($0.isGate ? "gate" : "waited")", value: $0.text)
        }
        if !attempt.measured.isEmpty {
            waits.append(PageContext.Named(label: "measured", value: attempt.measured.text))
        }
        deeds = attempt.deeds.map(PageContext.DeedItem.init)
    }
}

extension PageContext.DeedItem {
    init(_ deed: RunReport.Deed) {
        deedAction = deed.action
        let words = [
            "ended": "done", "failed": "failed", "settled": "found done later, or begun anew", "open": "in doubt",
        ]
        let took = deed.worked.map { " in \(Clock.length($0))" } ?? ""
        deedEnd = (words[deed.outcome] ?? deed.outcome) + took
        commands = deed.commands.map { PageContext.CommandItem($0, deed: deed) }
    }
}

extension PageContext.CommandItem {
    init(_ command: RunReport.Command, deed: RunReport.Deed) {
        commandHost = command.host
        commandText = command.command
        let took = command.seconds.map { ", \(Clock.length($0))" } ?? ""
        commandEnd = (command.status ?? "not recorded by itself") + took
        commandState = command.status == nil || command.status == "exit 0" ? "plain" : "failed"
        printed = (command.output.flatMap { $0.isEmpty ? nil : [PageContext.Printed($0)] }) ?? []
    }
}

extension PageContext.Printed {
    init(_ text: String) {
        printedText = text
        printedFenced = PageText.fenced(text)
    }
}

extension PageContext.ServerRow {
    /// - Parameters:
    ///   - name: the host, or the API as a whole.
    ///   - line: what was found of it.
    init(_ name: String, _ line: APIAvailability.Line) {
        serverName = name
        serverLooks = line.answered + line.missed
        serverMissed = line.missed
        serverState = line.missed == 0 ? "done" : "failed"
        serverUnknown = line.unknown == 0 ? "–" : String(line.unknown)
        let longest = line.outages.max { $0.seconds < $1.seconds }
        serverLongest = longest.map { "\(Clock.length($0.seconds)), \(Clock.moment($0.from))" } ?? "–"
    }
}
