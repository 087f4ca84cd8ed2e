internal import Foundation

/// The terminal behind standard output.
struct Terminal: Sendable {
    /// Writes for it.
    var outlet = Output.outlet

    /// How much of a console the place where output goes can carry.
    enum Ability: Hashable, Sendable {
        /// Lines, one after another.
        case lines
        /// Drawing in place.
        case live(colors: Bool)
    }

    /// What output can be: in a pipe and on a dumb terminal only lines; NO_COLOR takes colors away.
    ///
    /// - Source: https://no-color.org: present and not empty.
    static func ability(isTerminal: Bool, environment: [String: String]) -> Ability {
        guard isTerminal, let name = environment["TERM"], !name.isEmpty, name != "dumb" else { return .lines }
        return .live(colors: environment["NO_COLOR", default: ""].isEmpty)
    }

    /// What standard output can be.
    static var ability: Ability {
        ability(isTerminal: isatty(STDOUT_FILENO) == 1, environment: ProcessInfo.processInfo.environment)
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
