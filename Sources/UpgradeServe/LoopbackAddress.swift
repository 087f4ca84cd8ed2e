/// Where to listen: an address that only this machine reaches, and a port.
public struct LoopbackAddress: Hashable, Sendable {
    /// The loopback address of one of the two protocols.
    public enum Host: String, Hashable, Sendable {
        /// IPv4.
        case ip4 = "127.0.0.1"
        /// IPv6.
        case ip6 = "::1"
    }

    /// The address.
    public var host: Host
    /// The port; 0 for one that is free.
    public var port: UInt16

    /// Makes an address.
    public init(_ host: Host, port: UInt16) {
        self.host = host
        self.port = port
    }

    /// Reads `127.0.0.1:8080`, `localhost:8080` or `[::1]:8080`.
    ///
    /// - Throws: `ServeError` for any other address, by its name, and for what is none.
    public init(_ text: String) throws(ServeError) {
        guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]) else {
            throw .notAnAddress(text)
        }
        let name = text[..<colon]
        guard let host = Self.host(String(name)) else {
            // Without brackets it cannot be told where an IPv6 address ends.
            let isName = !name.isEmpty && (!name.contains(":") || name.hasPrefix("[") && name.hasSuffix("]"))
            throw isName ? .notLoopback(String(name)) : .notAnAddress(text)
        }
        self.init(host, port: port)
    }

    /// The loopback address that is meant by a name, as it stands in an address or in the header `Host`.
    static func host(_ name: String) -> Host? {
        switch name.lowercased() {
        case "127.0.0.1", "localhost": .ip4
        case "[::1]": .ip6
        default: nil
        }
    }

    /// The address as it stands in a URL.
    public var text: String {
        switch host {
        case .ip4: "127.0.0.1:\(port)"
        case .ip6: "[::1]:\(port)"
        }
    }
}
