/// Why nothing can be served.
public enum ServeError: Error, Hashable, Sendable {
    /// The text is no address with a port.
    case notAnAddress(String)
    /// The address is one that others may reach.
    case notLoopback(String)
    /// The port cannot be had, and why.
    case cannotListen(LoopbackAddress, reason: String)
    /// The file with the token cannot be used, and why.
    case tokenFile(path: String, reason: String)
}
