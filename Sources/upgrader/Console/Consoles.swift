internal import Foundation
internal import UpgradeCore

/// What a person sees of a run while it goes on.
protocol Console: RunObserver {
    /// Shows the last of what was told, and lets go of the terminal.
    func finish() async

    /// Shows what was told so far and leaves the terminal to a question; what is told meanwhile is shown afterwards.
    func stand()

    /// Shows the run again, below the question and its answer.
    func goOn()
}

/// Picks the console: a live view on a terminal, one line an event in a pipe.
enum Consoles {
    /// Makes the console of a run.
    static func make(plan: Plan, record: RunState, steps: StepSet, times: StepTimes) -> any Console {
        switch (Terminal.ability, Output.reader) {
        case (_, .some): LineConsole(plan: plan, descriptor: STDERR_FILENO)
        case (.lines, nil): LineConsole(plan: plan)
        case (.live, nil):
            LiveConsole(
                view: LiveView(plan: plan, record: record, steps: steps, times: times),
                terminal: Terminal()
            )
        }
    }
}
