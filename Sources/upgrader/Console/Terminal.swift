internal import Foundation

/// The terminal behind standard output.
struct Terminal: Sendable {
    /// Writes for it.
    var outlet = Output.outlet

    /// How much of a console the place where output goes can carry.
    enum Ability: Hashable, Sendable {
        /// Lines, one after another.
        case lines
        /// Drawing in place, with colors.
        case live
    }

    /// What output can be: in a pipe, on a dumb terminal and with NO_COLOR only lines.
    ///
    /// - Source: https://no-color.org: present and not empty. Whoever sets it wants output that is text and nothing else.
    static func ability(isTerminal: Bool, environment: [String: String]) -> Ability {
        guard isTerminal, let name = environment["TERM"], !name.isEmpty, name != "dumb" else { return .lines }
        return environment["NO_COLOR", default: ""].isEmpty ? .live : .lines
    }

    /// What to say where a lost connection would take the terminal, and the run with it; `nil` inside tmux or screen, or
    /// where there is no terminal.
    ///
    /// - Source: tmux(1), TMUX; screen(1), STY
    static func lossWarning(isTerminal: Bool, environment: [String: String]) -> String? {
        guard isTerminal, environment["TMUX", default: ""].isEmpty, environment["STY", default: ""].isEmpty else {
            return nil
        }
        return
            "note: this is neither tmux nor screen: where the terminal is lost, the run stops and `upgrader resume` goes on"
    }

    /// What to say of this process's terminal.
    static var lossWarning: String? {
        guard !isHangupIgnored else { return nil }
        return lossWarning(isTerminal: isatty(STDOUT_FILENO) == 1, environment: ProcessInfo.processInfo.environment)
    }

    /// Whether whoever started this process has it outlive its terminal, as nohup(1) does.
    static var isHangupIgnored: Bool {
        var action = sigaction()
        guard sigaction(SIGHUP, nil, &action) == 0 else { return false }
        let ignored = unsafeBitCast(SIG_IGN, to: Int.self)
        return unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == ignored
    }

    /// What standard output can be.
    static var ability: Ability {
        ability(isTerminal: isatty(STDOUT_FILENO) == 1, environment: ProcessInfo.processInfo.environment)
    }

    /// The width of the terminal behind standard error; `nil` where that is none, or does not know.
    static var errorWidth: Int? { width(of: STDERR_FILENO) }

    /// The width of the terminal behind standard output; `nil` where that is none, or does not know.
    static var outputWidth: Int? { width(of: STDOUT_FILENO) }

    private static func width(of descriptor: Int32) -> Int? {
        var size = winsize()
        guard isatty(descriptor) == 1, ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else {
            return nil
        }
        return Int(size.ws_col)
    }

    /// The size now; 80 by 24 where the terminal does not know its own.
    var size: LiveBlock.Size {
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0 else {
            return LiveBlock.Size(width: 80, height: 24)
        }
        return LiveBlock.Size(width: Int(size.ws_col), height: Int(size.ws_row))
    }

    /// Whether what was written before is on the screen.
    var isIdle: Bool { outlet.isIdle }

    /// Writes the text; does not wait for the terminal.
    func write(_ text: String) {
        guard !text.isEmpty else { return }
        outlet.put(text, to: STDOUT_FILENO)
    }
}
