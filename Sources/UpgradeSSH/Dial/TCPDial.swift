import Glibc

/// Connects a TCP socket: every address of the name under one deadline.
enum TCPDial {
    /// Why no address answered.
    struct Failure: Error {
        /// The reasons, one an address.
        var reason: String
    }

    /// Connects; the caller closes the socket.
    ///
    /// Blocks at most until `deadline`, name look-up aside.
    static func connect(
        to host: String,
        port: Int,
        deadline: ContinuousClock.Instant,
        guardedBy dialGuard: DialGuard
    ) throws(Failure) -> Int32 {
        var hints = unsafe addrinfo()
        unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        let code = unsafe getaddrinfo(host, String(port), &hints, &list)
        guard code == 0 else {
            throw Failure(reason: "the name cannot be resolved: \(unsafe String(cString: gai_strerror(code)))")
        }
        defer { unsafe freeaddrinfo(list) }
        var reasons: [String] = []
        var next = unsafe list
        var remaining = 0
        while let entry = unsafe next {
            remaining += 1
            unsafe next = entry.pointee.ai_next
        }
        unsafe next = list
        while let entry = unsafe next, !dialGuard.isAborted {
            let wait = ContinuousClock.now.duration(to: deadline) / max(remaining, 1)
            switch unsafe connect(entry.pointee, wait: wait, guardedBy: dialGuard) {
            case .success(let socket): return socket
            case .failure(let failure): reasons.append(failure.reason)
            }
            remaining -= 1
            unsafe next = entry.pointee.ai_next
        }
        throw Failure(reason: reasons.isEmpty ? "given up" : reasons.joined(separator: "; "))
    }

    private static func connect(
        _ address: addrinfo,
        wait: Duration,
        guardedBy dialGuard: DialGuard
    ) -> Result<Int32, Failure> {
        let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
        let descriptor = unsafe socket(address.ai_family, type, address.ai_protocol)
        guard descriptor >= 0 else { return .failure(Failure(reason: SystemError().reason)) }
        set(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, 1)
        set(descriptor, SOL_SOCKET, SO_KEEPALIVE, 1)
        // Behind the keepalive of the protocol: unacknowledged bytes end the connection after 30 s.
        set(descriptor, Int32(IPPROTO_TCP), TCP_USER_TIMEOUT, 30_000)
        dialGuard.watch(descriptor)
        if unsafe Glibc.connect(descriptor, address.ai_addr, address.ai_addrlen) == 0 {
            return .success(descriptor)
        }
        guard errno == EINPROGRESS else { return failed(descriptor, SystemError().reason) }
        guard waitUntilReady(descriptor, for: POLLOUT, wait) else { return failed(descriptor, "no answer in time") }
        var code: Int32 = 0
        var size = socklen_t(MemoryLayout<Int32>.size)
        _ = unsafe getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &size)
        return code == 0 ? .success(descriptor) : failed(descriptor, SystemError(code: code).reason)
    }

    private static func failed(_ descriptor: Int32, _ reason: String) -> Result<Int32, Failure> {
        close(descriptor)
        return .failure(Failure(reason: reason))
    }

    private static func set(_ descriptor: Int32, _ level: Int32, _ name: Int32, _ value: Int32) {
        var value = value
        _ = unsafe setsockopt(descriptor, level, name, &value, socklen_t(MemoryLayout<Int32>.size))
    }
}

/// Waits until a descriptor is ready for what `events` says; false when the time has passed first.
func waitUntilReady(_ descriptor: Int32, for events: Int32, _ wait: Duration) -> Bool {
    let deadline = ContinuousClock.now + wait
    while true {
        let left = ContinuousClock.now.duration(to: deadline)
        let (seconds, attoseconds) = max(.zero, left).components
        let milliseconds = min(seconds, 3600) * 1000 + attoseconds / 1_000_000_000_000_000 + 1
        var entry = pollfd(fd: descriptor, events: Int16(events), revents: 0)
        let count = unsafe poll(&entry, 1, Int32(milliseconds))
        if count > 0 { return true }
        if count == 0 || errno != EINTR { return false }
    }
}
