internal import Foundation

/// Ports of this machine's loopback.
public enum Loopback {
    /// What could not be done.
    public struct Failure: Error {
        /// The call and its error.
        public var reason: String
    }

    /// A socket that takes connections on a free port and never says a word; closed with its last owner.
    public final class Listener: Sendable {
        /// Its port.
        public let port: Int
        private let descriptor: Int32

        /// Listens.
        public init() throws {
            descriptor = try Loopback.open(0, bind)
            port = try Loopback.port(of: descriptor)
            guard listen(descriptor, 16) == 0 else { throw Failure(reason: "listen: \(errno)") }
        }

        deinit { close(descriptor) }
    }

    /// A port that nobody has at this moment.
    public static func freePort() throws -> Int {
        let descriptor = try open(0, bind)
        defer { close(descriptor) }
        return try port(of: descriptor)
    }

    /// Whether somebody listens on a port.
    public static func answers(_ port: Int) -> Bool {
        guard let descriptor = try? open(port, connect) else { return false }
        close(descriptor)
        return true
    }

    private static func port(of descriptor: Int32) throws -> Int {
        var address = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let code = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
        }
        guard code == 0 else { throw Failure(reason: "getsockname: \(errno)") }
        return Int(UInt16(bigEndian: address.sin_port))
    }

    private typealias Call = (Int32, UnsafePointer<sockaddr>?, socklen_t) -> Int32

    private static func open(_ port: Int, _ call: Call) throws -> Int32 {
        // A program that a test beside this one starts must not keep the port.
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        let code = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                call(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard code == 0 else {
            let reason = "port \(port): error \(errno)"
            close(descriptor)
            throw Failure(reason: reason)
        }
        return descriptor
    }
}
