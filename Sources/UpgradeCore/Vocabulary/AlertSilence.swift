/// One condition on the labels of an alert, as Alertmanager and amtool write it: `alertname=~Kubelet.*`.
///
/// - Source: Alertmanager 0.25, pkg/labels/matcher.go
public struct AlertMatcher: Hashable, Sendable, Codable {
    /// The label.
    public var name: String
    /// What it must be, or the regular expression, anchored at both ends, that it must match.
    public var value: String
    /// Whether `value` is a regular expression.
    public var isRegex: Bool
    /// Whether it must be so; false turns the condition round.
    public var isEqual: Bool

    /// Makes a matcher.
    public init(name: String, value: String, isRegex: Bool = false, isEqual: Bool = true) {
        self.name = name
        self.value = value
        self.isRegex = isRegex
        self.isEqual = isEqual
    }

    /// Reads `name=value`, `name!=value`, `name=~regex` or `name!~regex`; the value may stand in double quotes.
    public init?(_ text: String) {
        guard let match = text.wholeMatch(of: /([a-zA-Z_][a-zA-Z0-9_]*)(=~|!~|!=|=)(.*)/) else { return nil }
        var value = match.3
        if value.count >= 2, value.hasPrefix("\""), value.hasSuffix("\"") { value = value.dropFirst().dropLast() }
        self.init(
            name: String(match.1),
            value: String(value),
            isRegex: match.2.hasSuffix("~"),
            isEqual: !match.2.hasPrefix("!")
        )
    }

    /// As it is written.
    public var text: String { "\(name)\(isEqual ? "=" : "!")\(isRegex ? "~" : isEqual ? "" : "=")\"\(value)\"" }
}

/// A silence, or a maintenance window, that a run opens and ends again.
///
/// Alertmanager gives each an id of its own; a run knows its silence by the mark in the comment, by who has made it and by
/// the matchers. Whoever changes one of these makes it theirs. A window is opened, asked for and ended by commands of the
/// playbook, which are told the mark; they stand in the playbook alone, for their words may be secret.
public struct AlertSilence: Hashable, Sendable, Codable {
    /// Its name in the playbook.
    public var name: String
    /// The address of the Alertmanager, without credentials; empty for a window.
    public var alertmanager: String
    /// All of them must match; none for a window.
    public var matchers: [AlertMatcher]
    /// How long it lasts by itself, should nothing end it.
    public var lasts: Duration
    /// The run that opens it.
    public var mark: String
    /// Whether it is a window; absent for a silence in an Alertmanager.
    public var isWindow: Bool?

    /// Makes a silence in an Alertmanager.
    public init(name: String, alertmanager: String, matchers: [AlertMatcher], lasts: Duration, mark: String) {
        self.name = name
        self.alertmanager = alertmanager
        self.matchers = matchers
        self.lasts = lasts
        self.mark = mark
    }

    /// Makes a maintenance window.
    public init(window name: String, lasts: Duration, mark: String) {
        self.init(name: name, alertmanager: "", matchers: [], lasts: lasts, mark: mark)
        isWindow = true
    }

    /// Who makes it, as Alertmanager shows it.
    public static let creator = "upgrader"

    /// The comment, as Alertmanager shows it: the run, and the name of the silence in it.
    public var comment: String { "upgrader run \(mark), silence \(name)" }

    /// The run that a comment names, where it is one of the silence of this name.
    static func run(in comment: String, name: String) -> String? {
        let (start, end) = ("upgrader run ", ", silence \(name)")
        guard comment.hasPrefix(start), comment.hasSuffix(end), comment.count > start.count + end.count else {
            return nil
        }
        return String(comment.dropFirst(start.count).dropLast(end.count))
    }

    /// Which alerts, and where, for a person.
    public var what: String {
        isWindow != true
            ? "the alerts {\(matchers.map(\.text).joined(separator: ", "))} at \(alertmanager)"
            : "the maintenance window \(name)"
    }
}

/// A silence that is there, or will be at its beginning.
public struct SilenceState: Hashable, Sendable, Codable {
    /// Alertmanager's ids; one, unless two processes made it at once; of a window its name.
    public var ids: [String]
    /// How long it still lasts, by the operator's clock.
    public var secondsLeft: Double

    /// Makes a state.
    public init(ids: [String], secondsLeft: Double) {
        self.ids = ids
        self.secondsLeft = secondsLeft
    }
}
