/// Who is let in, and where to: a pure decision about a request.
///
/// Whoever does not name this machine, or does not know the token, learns nothing: not even what there is.
struct Entrance: Sendable {
    /// What is served.
    enum Door: String, Hashable, Sendable {
        case page = "/"
        case events = "/events"
        case metrics = "/metrics"
    }

    /// What is said to a request.
    enum Answer: Hashable, Sendable {
        case open(Door)
        /// 403, without a word.
        case forbidden
        case notFound
        /// Only looking is served.
        case notAllowed
    }

    /// The token that is wanted.
    let token: AccessToken

    /// Judges a request.
    ///
    /// - Parameters:
    ///   - method: GET, or another.
    ///   - path: without the query.
    ///   - host: the header `Host`.
    ///   - given: the token of the query.
    ///   - authorization: the header, for whoever keeps a token in a file.
    /// - Returns: what is said to it.
    func judge(method: String, path: String, host: String?, given: String?, authorization: String?) -> Answer {
        guard Self.isOurs(host) else { return .forbidden }
        guard token.matches(given ?? Self.bearer(authorization)) else { return .forbidden }
        guard let door = Door(rawValue: path) else { return .notFound }
        return method == "GET" ? .open(door) : .notAllowed
    }

    /// Whether the browser was led here by a name of this machine itself.
    ///
    /// A page of somebody else's whose name was pointed to 127.0.0.1 (DNS rebinding) has its own name there. The port is
    /// not looked at: through `ssh -L` it is another one.
    static func isOurs(_ host: String?) -> Bool {
        guard let host else { return false }
        // Nothing stands behind the name but a port; `[::1]` has colons of its own.
        guard !host.hasSuffix("]"), let colon = host.lastIndex(of: ":") else {
            return LoopbackAddress.host(host) != nil
        }
        guard UInt16(host[host.index(after: colon)...]) != nil else { return false }
        return LoopbackAddress.host(String(host[..<colon])) != nil
    }

    private static func bearer(_ header: String?) -> String? {
        guard let words = header?.split(separator: " "), words.count == 2 else { return nil }
        return words[0].lowercased() == "bearer" ? String(words[1]) : nil
    }
}
