import Glibc

/// A connection to an SSH agent that has been seen to answer.
///
/// libssh asks agents without a time limit, so a stopped agent is found here first.
/// - Source: draft-miller-ssh-agent, sections 4.1 and 4.4
struct AgentSocket {
    /// Why an agent cannot be used.
    struct Failure: Error {
        /// The reason, for people.
        var reason: String
    }

    private static let requestIdentities: UInt8 = 11
    private static let identitiesAnswer: UInt8 = 12

    /// Connects to the agent, asks for its keys and returns the socket, which the caller closes, and how many there are.
    static func connect(
        _ path: String,
        wait: Duration,
        guardedBy dialGuard: DialGuard
    ) throws(Failure) -> (socket: Int32, keys: Int) {
        let descriptor = try open(path)
        dialGuard.watch(descriptor)
        do {
            let keys = try countKeys(descriptor, deadline: .now + wait)
            let flags = fcntl(descriptor, F_GETFL)
            _ = fcntl(descriptor, F_SETFL, flags & ~O_NONBLOCK)
            return (descriptor, keys)
        } catch {
            close(descriptor)
            throw error
        }
    }

    private static func open(_ path: String) throws(Failure) -> Int32 {
        var address = sockaddr_un()
        let bytes = Array(path.utf8)
        guard bytes.count < MemoryLayout.size(ofValue: address.sun_path) else {
            throw Failure(reason: "its socket's path is too long")
        }
        address.sun_family = sa_family_t(AF_UNIX)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: bytes) }
        let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
        let descriptor = socket(AF_UNIX, type, 0)
        guard descriptor >= 0 else { throw Failure(reason: SystemError().reason) }
        let code = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard code == 0 else {
            let error = SystemError()
            close(descriptor)
            throw Failure(reason: error.reason)
        }
        return descriptor
    }

    private static func countKeys(
        _ descriptor: Int32,
        deadline: ContinuousClock.Instant
    ) throws(Failure) -> Int {
        let request: [UInt8] = [0, 0, 0, 1, requestIdentities]
        guard unsafe send(descriptor, request, request.count, Int32(MSG_NOSIGNAL)) == request.count else {
            throw Failure(reason: "it takes no request")
        }
        let length = number(try receive(4, descriptor, deadline))
        guard (5...256 * 1024).contains(length) else { throw Failure(reason: "its answer makes no sense") }
        let answer = try receive(length, descriptor, deadline)
        guard answer.first == identitiesAnswer else { throw Failure(reason: "it refuses to list its keys") }
        return number(Array(answer[1..<5]))
    }

    private static func receive(
        _ count: Int,
        _ descriptor: Int32,
        _ deadline: ContinuousClock.Instant
    ) throws(Failure) -> [UInt8] {
        var received: [UInt8] = []
        while received.count < count {
            guard waitUntilReady(descriptor, for: POLLIN, ContinuousClock.now.duration(to: deadline)) else {
                throw Failure(reason: "it does not answer")
            }
            var chunk = [UInt8](repeating: 0, count: count - received.count)
            let got = unsafe recv(descriptor, &chunk, chunk.count, 0)
            guard got > 0 else { throw Failure(reason: "it has closed the connection") }
            received += chunk.prefix(got)
        }
        return received
    }

    private static func number(_ bytes: [UInt8]) -> Int {
        bytes.reduce(0) { $0 << 8 | Int($1) }
    }
}
