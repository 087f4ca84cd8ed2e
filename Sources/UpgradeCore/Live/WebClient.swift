/// Sends one request and waits for the answer: the seam to whatever speaks HTTP on the operator's machine.
///
/// Given by whoever makes a world: this module knows no program and no library that does.
public protocol WebClient: Sendable {
    /// Sends `request`; redirections are not followed, for a request may carry a secret.
    ///
    /// - Throws: `WebError` when no answer came within the deadline.
    func send(_ request: WebRequest) async throws(WebError) -> WebAnswer
}

/// A request over HTTP.
public struct WebRequest: Hashable, Sendable {
    /// `GET`, `POST`, `DELETE`.
    public var method: String
    /// Where it goes.
    public var url: String
    /// What the body is; without one there is none.
    public var contentType: String?
    /// The body.
    public var body: String?
    /// A bearer token; never shown.
    public var token: String?
    /// How long the whole exchange may take.
    public var deadline: Duration

    /// Makes a request.
    public init(
        _ method: String,
        _ url: String,
        contentType: String? = nil,
        body: String? = nil,
        token: String? = nil,
        deadline: Duration = .seconds(10)
    ) {
        self.method = method
        self.url = url
        self.contentType = contentType
        self.body = body
        self.token = token
        self.deadline = deadline
    }
}

/// An answer over HTTP.
public struct WebAnswer: Hashable, Sendable {
    /// The status, such as 200.
    public var status: Int
    /// The body.
    public var body: String

    /// Makes an answer.
    public init(status: Int, body: String) {
        self.status = status
        self.body = body
    }
}

/// Why there is no answer.
public enum WebError: Error, Hashable, Sendable {
    /// Nobody answered, in one line for a person.
    case noAnswer(String)
}
