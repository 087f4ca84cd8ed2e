internal import Foundation
internal import UpgradeCore
internal import UpgradeReport

/// Asks the operator at the terminal what becomes of steps that have failed, one after another.
///
/// The run goes on meanwhile: a line is read on a thread of its own, and only the lane that asks waits. Whoever has
/// aborted once is not asked again.
actor QuestionDesk: Asker {
    private let report: FailureReport
    private let console: any Console
    private let keyboard: Keyboard
    private let guides: [StepID: StepGuide]
    private let notAfter: NotAfter?
    private let say: @Sendable (String) -> Void
    private var queue: [StepKey] = []
    private var isClosed = false

    /// Makes a desk.
    ///
    /// - Parameters:
    ///   - report: tells failures.
    ///   - console: leaves the terminal to a question.
    ///   - keyboard: where answers come from.
    ///   - notAfter: when all that is begun must be able to end: a question that stands then is answered with abort.
    ///   - say: shows lines to the operator.
    /// - Throws: `DecodingError` for a mistake in the data of steps.
    init(
        _ report: FailureReport,
        console: any Console,
        keyboard: Keyboard = Keyboard(),
        notAfter: NotAfter? = nil,
        say: @escaping @Sendable (String) -> Void = { Output.note($0) }
    ) throws {
        self.notAfter = notAfter
        self.say = say
        self.report = report
        self.console = console
        self.keyboard = keyboard
        guides = try StepGuide.all()
    }

    /// Asks, once the questions before it are answered.
    func ask(
        _ question: FailureQuestion,
        now: @escaping @Sendable () -> FailureQuestion.Standing
    ) async -> FailureAnswer {
        queue.append(question.key)
        defer { queue.removeAll { $0 == question.key } }
        while queue.first != question.key, !isClosed, !Task.isCancelled {
            // A cancelled sleep ends early, and so does the loop.
            try? await Task.sleep(for: .milliseconds(50))
        }
        guard !isClosed, !Task.isCancelled else { return .abort }
        let verdict = SkipVerdict(question.key, question.hindrance, guides: guides)
        console.stand()
        defer { console.goOn() }
        // The questions before it took their time.
        var current = question
        current.standing = now()
        let text = report.text(current, verdict)
        let watch = Task { await tell(others: current, text.prompt, now) }
        let answer = await put(text, verdict)
        watch.cancel()
        if answer == .abort { isClosed = true }
        return answer
    }

    private func put(_ text: QuestionText, _ verdict: SkipVerdict) async -> FailureAnswer {
        keyboard.forget()
        say(text.lines(width: Terminal().size.width).joined(separator: "\n"))
        if let notAfter { say("(without an answer by \(notAfter.text), --not-after, it is abort)") }
        while true {
            guard let word = await line(text.prompt) else { return .abort }
            switch (Word(word), verdict) {
            case (.retry, _): return .retry
            case (.abort, _): return .abort
            case (.skip, .refused(let why)): say("skip cannot be had: \(why)")
            case (.skip, .allowed(let consequence)):
                guard let given = await line("why is it left out? (an empty line goes back) ") else { return .abort }
                let reason = given.onOneLine.trimmingCharacters(in: .whitespaces)
                if !reason.isEmpty {
                    return .skip(Skip(by: Session.holder, reason: reason, consequence: consequence))
                }
            case (nil, _): say("the answers are retry, skip and abort, or their first letters")
            }
        }
    }

    /// Says meanwhile what else has failed, and what an abort would leave by then.
    private func tell(
        others question: FailureQuestion,
        _ prompt: String,
        _ now: @Sendable () -> FailureQuestion.Standing
    ) async {
        var known = Set(question.standing.asked)
        while !Task.isCancelled {
            try? await Task.sleep(for: .milliseconds(300))
            let standing = now()
            let more = standing.asked.filter { !known.contains($0) && $0 != question.key }
            guard !more.isEmpty, !Task.isCancelled else { continue }
            known.formUnion(more)
            let lines = QuestionText.meanwhile(more, standing, width: Terminal().size.width)
            say("\n" + lines.joined(separator: "\n"))
            Output.outlet.put(prompt, to: STDERR_FILENO)
        }
    }

    private func line(_ prompt: String) async -> String? {
        Output.outlet.put(prompt, to: STDERR_FILENO)
        let line = await keyboard.line(until: notAfter?.end)
        // The cursor stands behind the prompt, or behind the ^C that the terminal has echoed.
        if line == nil { say("") }
        if line == nil, !Task.isCancelled, let notAfter, notAfter.isOver {
            say("nobody has answered by \(notAfter.text), the end of --not-after: it is abort")
        }
        return line
    }

    /// An answer: the whole word, or its first letter.
    enum Word: String, CaseIterable {
        case retry, skip, abort

        init?(_ typed: String) {
            let typed = typed.trimmingCharacters(in: .whitespaces).lowercased()
            guard let word = Self.allCases.first(where: { $0.rawValue == typed || $0.rawValue.prefix(1) == typed })
            else {
                return nil
            }
            self = word
        }
    }
}
