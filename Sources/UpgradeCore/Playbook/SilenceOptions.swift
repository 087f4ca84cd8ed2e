/// Alerts that are silenced, or a maintenance window that is open, while a hop goes on.
public struct SilenceOptions: Hashable, Sendable {
    /// Where it is opened, and how.
    public enum Means: Hashable, Sendable {
        /// In the Alertmanager of this address, for alerts that all of these match; a file of the operator's machine may hold
        /// a bearer token.
        case alertmanager(String, tokenFile: String?, matchers: [AlertMatcher])
        /// By commands on the operator's machine.
        case commands(WindowCommands)
    }

    /// Its name; the comment of the silence and `cleanup` have it.
    public var name: String
    /// Where it is opened, and how.
    public var means: Means
    /// How long it lasts by itself, should nothing end it.
    public var lasts: Duration

    /// Makes options.
    public init(name: String, means: Means, lasts: Duration = .seconds(43_200)) {
        self.name = name
        self.means = means
        self.lasts = lasts
    }

    /// Makes options of a silence in an Alertmanager.
    public init(
        name: String,
        alertmanager: String,
        tokenFile: String? = nil,
        matchers: [AlertMatcher],
        lasts: Duration = .seconds(43_200)
    ) {
        let means = Means.alertmanager(alertmanager, tokenFile: tokenFile, matchers: matchers)
        self.init(name: name, means: means, lasts: lasts)
    }

    /// The silence of a run.
    public func silence(run: String) -> AlertSilence {
        switch means {
        case .alertmanager(let address, _, let matchers):
            AlertSilence(name: name, alertmanager: address, matchers: matchers, lasts: lasts, mark: run)
        case .commands:
            AlertSilence(window: name, lasts: lasts, mark: run)
        }
    }
}

extension Playbook {
    /// What the playbook says of a silence or a window, by its name; the two share their names.
    func options(of silence: AlertSilence) -> SilenceOptions? { silences.first { $0.name == silence.name } }
}

/// The commands of a maintenance window; in each word `{run}`, `{name}` and `{seconds}` stand for the run, the window, and
/// how long it is to last.
public struct WindowCommands: Hashable, Sendable {
    /// Opens it, or lets it last anew.
    public var open: [String]
    /// Ends it.
    public var close: [String]
    /// Ends with 0 where it is open, printing the seconds it still lasts if it knows them, and with 3 where it is not.
    public var isOpen: [String]

    /// Makes commands.
    public init(open: [String], close: [String], isOpen: [String]) {
        self.open = open
        self.close = close
        self.isOpen = isOpen
    }
}
