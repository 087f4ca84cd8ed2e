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
        let first = question.inHand.isEmpty ? "stops the run here" : "lets the others end, then stops the run"
        let left = question.ledger.entries.map(\.effect.title)
        let leaves = left.isEmpty ? "nothing of it is left on the cluster" : "left are: \(left.joined(separator: "; "))"
        return "\(first); \(leaves); `upgrader resume \(directory)` goes on"
    }
}

extension FailureReport {
    /// The question about a step that has failed.
    func text(_ question: FailureQuestion, _ verdict: SkipVerdict) -> QuestionText {
        // What is ours now, not what was when the run began.
        var report = self
        report.ledger = question.ledger
        var block = report.block(question.key, (plan.keys.firstIndex(of: question.key) ?? 0) + 1, question.failure)
        if !question.inHand.isEmpty {
            let others = question.inHand.map { "\($0.target) (\($0.step))" }
            block.state += "; meanwhile \(others.joined(separator: ", ")) \(others.count == 1 ? "goes" : "go") on"
        }
        block.next = "\(question.failure.next), then answer `retry`"
        return QuestionText(block: block, question: question, verdict: verdict, directory: directory?.path ?? "")
    }
}
