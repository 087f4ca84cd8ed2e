/// Somebody who is told how a run goes on; never in its way.
public struct NotificationOptions: Hashable, Sendable {
    /// How the receiver is reached.
    public enum Way: Hashable, Sendable {
        /// By a request to this address.
        case webhook(String)
        /// By a request to the address that stands in this file: an address may be a secret.
        case webhookFile(String)
        /// By a program on the operator's machine; it gets what is told on standard input.
        case command([String])
    }

    /// What is told.
    public enum Event: String, Hashable, Sendable, CaseIterable, Codable {
        /// The run was begun, or taken up again.
        case started
        /// A hop is done.
        case hopDone = "hop-done"
        /// A step has waited for longer than `blockedAfter`.
        case blocked
        /// The run has stopped before its end.
        case stopped
        /// Every step is done.
        case finished
    }

    /// Its name.
    public var name: String
    /// How the receiver is reached; each of them is told.
    public var ways: [Way]
    /// A file with a bearer token, for webhooks; `nil` for none.
    public var tokenFile: String?
    /// A template for one line of text; `nil` sends the event as CloudEvents JSON.
    public var text: String?
    /// What is told.
    public var events: Set<Event>
    /// How long a step waits before that is told.
    public var blockedAfter: Duration
    /// How long the telling of one event may take, every try included.
    public var deadline: Duration

    /// Makes options.
    public init(
        name: String,
        ways: [Way],
        tokenFile: String? = nil,
        text: String? = nil,
        events: Set<Event> = Set(Event.allCases),
        blockedAfter: Duration = .seconds(600),
        deadline: Duration = .seconds(60)
    ) {
        self.name = name
        self.ways = ways
        self.tokenFile = tokenFile
        self.text = text
        self.events = events
        self.blockedAfter = blockedAfter
        self.deadline = deadline
    }
}
