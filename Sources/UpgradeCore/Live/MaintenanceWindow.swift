internal import FoundationEssentials

/// A maintenance window of some system that has a command: opened, asked for and ended on the operator's machine.
struct MaintenanceWindow {
    let silence: AlertSilence
    let commands: WindowCommands
    let programs: any OperatorPrograms
    /// How long one command may take.
    let deadline: Duration
    let clock: any Clock<Duration>

    /// How it stands; `nil` where it is not open.
    func look() async throws(AccessError) -> SilenceState? {
        let words = filled(commands.isOpen)
        let end = try await run(words)
        // As `systemctl is-active` says it; 1 is what a program ends with that broke.
        if end.code == 3 { return nil }
        guard end.code == 0 else { throw failed(words, end) }
        // What does not say how much is left has all of it: then it is not opened anew before each host.
        let left = Double(end.output.split(whereSeparator: \.isWhitespace).first ?? "")
        return SilenceState(ids: [silence.name], secondsLeft: left.flatMap { $0.isFinite ? $0 : nil } ?? seconds)
    }

    /// Opens it, or lets it last anew, unless it is open for as long as that.
    func open(_ report: @Sendable (ActionProgress) -> Void) async throws(AccessError) {
        if let found = try await look(), found.secondsLeft > seconds - 60 { return }
        try await act(commands.open, report)
    }

    /// Ends it where it is open.
    func close(_ report: @Sendable (ActionProgress) -> Void) async throws(AccessError) {
        guard try await look() != nil else { return }
        try await act(commands.close, report)
    }

    private var seconds: Double { silence.lasts / .seconds(1) }

    private func act(_ words: [String], _ report: @Sendable (ActionProgress) -> Void) async throws(AccessError) {
        let words = filled(words)
        let watch = Stopwatch(clock)
        let end = try await run(words)
        guard end.code == 0 else { throw failed(words, end) }
        report(
            .ran(
                CommandTrace(
                    Self.shown(words),
                    on: AlertmanagerRequests.place,
                    status: "exit 0",
                    took: watch.elapsed(),
                    output: end.output + end.errors
                )
            )
        )
    }

    private func run(_ words: [String]) async throws(AccessError) -> OperatorProgramEnd {
        do throws(OperatorProgramError) {
            return try await programs.run(words, deadline: deadline)
        } catch {
            throw failed(words, "not run", error.reason)
        }
    }

    private func failed(_ words: [String], _ end: OperatorProgramEnd) -> AccessError {
        failed(words, end.code.map { "exit \($0)" } ?? "ended by a signal", end.errors + end.output)
    }

    private func failed(_ words: [String], _ status: String, _ output: String) -> AccessError {
        .commandFailed(
            host: AlertmanagerRequests.place,
            command: Redaction.redact(Self.shown(words)),
            status: status,
            output: Redaction.tail(output)
        )
    }

    private func filled(_ words: [String]) -> [String] { Self.filled(words, silence) }

    private static func filled(_ words: [String], _ silence: AlertSilence) -> [String] {
        words.map { word in
            word.replacing("{run}", with: silence.mark).replacing("{name}", with: silence.name)
                .replacing("{seconds}", with: String(Int(silence.lasts / .seconds(1))))
        }
    }

    // MARK: for people

    /// The program alone: its words may be secret, whatever they look like.
    private static func shown(_ words: [String]) -> Command { Command(words.prefix(1) + ["..."]) }

    /// The lines of one of its commands, as far as the playbook has them.
    static func lines(
        _ silence: AlertSilence,
        _ playbook: Playbook,
        _ words: (WindowCommands) -> [String]
    ) -> [RenderedCommand] {
        guard case .commands(let commands) = playbook.options(of: silence)?.means else {
            return []
        }
        return [RenderedCommand(host: AlertmanagerRequests.place, command: shown(words(commands)), means: .here)]
    }
}
