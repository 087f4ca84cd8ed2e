/// Alerts that are silenced while a hop goes on.
public struct SilenceOptions: Hashable, Sendable {
    /// Its name; the comment of the silence and `cleanup` have it.
    public var name: String
    /// The address of the Alertmanager.
    public var alertmanager: String
    /// A file of the operator's machine with a bearer token; `nil` for none.
    public var tokenFile: String?
    /// Which alerts: all of these must match.
    public var matchers: [AlertMatcher]
    /// How long the silence lasts by itself, should nothing end it.
    public var lasts: Duration

    /// Makes options.
    public init(
        name: String,
        alertmanager: String,
        tokenFile: String? = nil,
        matchers: [AlertMatcher],
        lasts: Duration = .seconds(43_200)
    ) {
        self.name = name
        self.alertmanager = alertmanager
        self.tokenFile = tokenFile
        self.matchers = matchers
        self.lasts = lasts
    }

    /// The silence of a run.
    public func silence(run: String) -> AlertSilence {
        AlertSilence(name: name, alertmanager: alertmanager, matchers: matchers, lasts: lasts, mark: run)
    }
}
