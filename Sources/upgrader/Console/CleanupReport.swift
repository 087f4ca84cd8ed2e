internal import UpgradeCore

/// What a cleanup did, for a person.
enum CleanupReport {
    /// Prints them.
    ///
    /// - Returns: how the program ends.
    static func tell(_ outcomes: [Cleanup.Outcome], _ directory: RunDirectory, again: String) -> Ending {
        var blocks: [FiveLines] = []
        var ending = Ending.done
        for outcome in outcomes {
            switch outcome {
            case .undone(let effect):
                Output.tell("undone: \(effect.inverse.title)")
            case .notOurs(let effect):
                Output.tell("left alone, changed by somebody else or gone: \(effect.title)")
            case .kept(let effect, let why, let next):
                ending = .paused
                blocks.append(
                    FiveLines(
                        error: "left as it is, for now: \(effect.title)",
                        why: why,
                        state: "it stays in the ledger",
                        next: next
                    )
                )
            case .unsettled(let key, let error):
                ending = self.ending(error)
                blocks.append(
                    FiveLines(
                        error: "what \(key) had begun could not be waited for",
                        why: error.why,
                        ran: error.ran,
                        state: "it may still be under way on \(key.target)",
                        next: "\(error.next), then `\(again) \(directory.path)`"
                    )
                )
            case .failed(let effect, let error):
                ending = self.ending(error)
                blocks.append(
                    FiveLines(
                        error: "could not \(effect.inverse.title)",
                        why: error.why,
                        ran: error.ran,
                        state: effect.title,
                        next: "\(error.next), then `\(again) \(directory.path)`"
                    )
                )
            }
        }
        if !blocks.isEmpty { Output.complain(Complaint(blocks, ending)) }
        return ending
    }

    private static func ending(_ error: AccessError) -> Ending {
        if case .leaseLost = error { return .locked }
        return error.isUnreachable ? .unreachable : .paused
    }
}
