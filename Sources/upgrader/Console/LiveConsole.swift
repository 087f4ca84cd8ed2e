internal import Foundation
internal import Synchronization
internal import UpgradeCore

/// Shows a run live at the bottom of a terminal; what is to be kept scrolls by above.
final class LiveConsole: Console {
    private struct State {
        var view: LiveView
        var block: LiveBlock
        var kept: [(time: String, entry: LiveView.Entry)] = []
        var drawn: Duration = .zero
        var ticker: Task<Void, Never>?
        /// Whether the terminal is left to a question.
        var isStanding = false
        /// How many were not kept because the terminal stood still.
        var leftOut = 0
    }

    private let state: Mutex<State>
    private let terminal: Terminal
    private let start = ContinuousClock.now

    /// Ten frames a second are smooth and cost nothing that can be measured.
    private static let interval = Duration.milliseconds(100)
    /// What is kept for a terminal that stands still.
    private static let limit = 1000
    /// After a pause this long the process was stopped (Ctrl-Z) and the shell has written to the screen.
    private static let pause = Duration.seconds(5)

    /// Makes a console and begins to draw; `finish` ends it.
    init(view: LiveView, terminal: Terminal) {
        self.terminal = terminal
        state = Mutex(State(view: view, block: LiveBlock(colors: true)))
        // Ended and waited for in `finish`; should that never be called, it ends with the console.
        let ticker = Task { [weak self] in
            while !Task.isCancelled, let console = self {
                console.draw()
                // A cancelled sleep ends early, and so does the loop.
                try? await Task.sleep(for: Self.interval)
            }
        }
        state.withLock { $0.ticker = ticker }
    }

    func notice(_ notice: RunNotice) {
        let now = start.duration(to: .now)
        let time = Self.time()
        state.withLock { state in
            if let entry = state.view.take(notice, at: now) {
                state.kept.append((time, entry))
                if state.kept.count > Self.limit {
                    state.kept.removeFirst()
                    state.leftOut += 1
                }
            }
        }
    }

    func stand() {
        draw(isLast: true, standing: true)
    }

    func goOn() {
        state.withLock { state in
            state.isStanding = false
            state.block.forget()
        }
        draw()
    }

    func finish() async {
        let ticker = state.withLock { state in
            defer { state.ticker = nil }
            return state.ticker
        }
        ticker?.cancel()
        await ticker?.value
        draw(isLast: true)
    }

    /// Draws within the lock, so that frames come in order and nothing is drawn twice; the terminal is not waited for.
    ///
    /// - Parameters:
    ///   - isLast: whether it is drawn even when the terminal stands still.
    ///   - standing: whether the block is taken off the screen, and nothing is drawn until `goOn`.
    private func draw(isLast: Bool = false, standing: Bool = false) {
        // A terminal that stands still (Ctrl-S) is shown how things are when it goes on, not how they were.
        guard isLast || terminal.isIdle else { return }
        let size = terminal.size
        let now = start.duration(to: .now)
        state.withLock { state in
            guard !state.isStanding else { return }
            state.isStanding = standing
            if now - state.drawn > Self.pause { state.block.forget() }
            state.drawn = now
            if state.leftOut > 0, let oldest = state.kept.first {
                let text =
                    "\(state.leftOut) lines are left out here: the terminal stood still; the journal has everything"
                state.kept.insert((oldest.time, LiveView.Entry(text: text, style: .waiting)), at: 0)
                state.leftOut = 0
            }
            let above = state.kept.flatMap { Self.lines($0.time, $0.entry, size.width) }
            // One line is left for the cursor.
            let lines = standing ? [] : state.view.lines(width: size.width, height: size.height - 1, now: now)
            terminal.write(state.block.frame(above: above, lines: lines, size: size))
            state.kept = []
        }
    }

    /// As on the clock of the person who looks at the terminal.
    private static func time() -> String {
        Date().formatted(Date.ISO8601FormatStyle(timeZone: .current).time(includingFractionalSeconds: false))
    }

    private static func lines(_ time: String, _ entry: LiveView.Entry, _ width: Int) -> [LiveLine] {
        let mark =
            switch entry.style {
            case .good: "✓"
            case .bad: "✗"
            case .plain, .strong, .faint, .waiting: "!"
            }
        let indent = String(repeating: " ", count: time.columns + 3)
        return entry.text.folded(to: width - indent.columns).enumerated().map { index, text in
            let line = index == 0 ? LiveLine("\(time) ", .faint).with("\(mark) ", entry.style) : LiveLine(indent)
            return line.with(text, entry.style == .good ? .plain : entry.style)
        }
    }
}
