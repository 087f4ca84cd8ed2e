internal import UpgradeCore
internal import UpgradeReport

/// A question about a step that has failed, as the operator reads it: the five lines, then each answer with what follows.
struct QuestionText {
    /// The five lines of the failure.
    var block: FiveLines
    /// What is asked.
    var question: FailureQuestion
    /// Whether the step may be left out.
    var verdict: SkipVerdict
    /// The run's directory.
    var directory: String

    /// Folded to the width of the terminal, so that no word is cut at its edge.
    func lines(width: Int) -> [String] {
        let label = 7
        let folded = { (name: String, text: String) -> [String] in
            let lines = text.harmless.split(separator: "\n").flatMap { String($0).folded(to: max(20, width - label)) }
            return lines.enumerated().map { ($0 == 0 ? name : "").padded(to: label) + $1 }
        }
        return block.lines.flatMap { folded("\($0.label):", $0.value) }
            + answers.flatMap { folded($0.word, $0.consequence) }
    }

    /// What the operator is asked to type.
    var prompt: String {
        switch verdict {
        case .allowed: "retry, skip or abort? "
        case .refused: "retry or abort? "
        }
    }

    private var answers: [(word: String, consequence: String)] {
        [("retry", retry), ("skip", skip), ("abort", abort)]
    }

    private var retry: String {
        let after = question.left.map { $0.isJob ? ", once \($0.title) of this attempt has ended" : "" } ?? ""
        return "looks again and does what is left to do: attempt \(question.attempt + 1)\(after)"
    }

    private var skip: String {
        switch verdict {
        case .allowed(let consequence):
            "goes on without it, for good; wants a reason, for the journal. So: \(consequence)"
        case .refused(let why): "cannot be had: \(why)"
        }
    }

    private var abort: String {
        let first = question.standing.inHand.isEmpty ? "stops the run here" : "lets the others end, then stops the run"
        return "\(first); \(Self.leaves(question.standing)); `upgrader resume \(directory)` goes on"
    }

    private static func leaves(_ standing: FailureQuestion.Standing) -> String {
        let left = standing.ledger.entries.map(\.effect.title)
        let now = standing.inHand.isEmpty ? "" : " as of now"
        return left.isEmpty
            ? "nothing of it is left on the cluster\(now)" : "left are\(now): \(some(left, separator: "; "))"
    }

    /// What has failed as well while a question stands.
    static func meanwhile(_ failed: [StepKey], _ standing: FailureQuestion.Standing, width: Int) -> [String] {
        "\(alsoFailed(failed)); abort now: \(leaves(standing))".folded(to: width)
    }

    fileprivate static func alsoFailed(_ keys: [StepKey]) -> String {
        "\(names(keys)) \(keys.count == 1 ? "has" : "have") failed as well, and you are asked next"
    }

    fileprivate static func names(_ keys: [StepKey]) -> String {
        some(keys.map { "\($0.target) (\($0.step))" }, separator: ", ")
    }

    /// A screen has no room for all of a large batch.
    private static func some(_ names: [String], separator: String) -> String {
        names.prefix(3).joined(separator: separator)
            + (names.count > 3 ? "\(separator)and \(names.count - 3) more, see `upgrader status`" : "")
    }
}

extension FailureReport {
    /// The question about a step that has failed.
    func text(_ question: FailureQuestion, _ verdict: SkipVerdict) -> QuestionText {
        // What is ours now, not what was when the run began.
        var report = self
        report.ledger = question.standing.ledger
        var block = report.block(question.key, (plan.keys.firstIndex(of: question.key) ?? 0) + 1, question.failure)
        let others = question.standing.inHand
        if !others.isEmpty {
            block.state += "; meanwhile \(QuestionText.names(others)) \(others.count == 1 ? "goes" : "go") on"
        }
        let failed = question.standing.asked.filter { $0 != question.key }
        if !failed.isEmpty { block.state += "; \(QuestionText.alsoFailed(failed))" }
        block.next = "\(question.failure.next), then answer `retry`"
        return QuestionText(block: block, question: question, verdict: verdict, directory: directory?.path ?? "")
    }
}
