import Glibc

/// A connection that a jump host makes for us, joined to a local pair of sockets.
final class ForwardChannel {
    /// What `advance` found.
    enum Step {
        case waiting
        /// The connection stands; the caller owns this end.
        case opened(Int32)
        case refused(String)
        case ended
    }

    private static let sliceSize = 64 << 10

    /// The local end that this channel reads and writes; -1 before it is open.
    private(set) var localEnd: Int32 = -1
    /// What the local end has to be watched for.
    private(set) var interest: EventLoop.Readiness = [.readable]

    private let handle: ChannelHandle
    private let host: String
    private let port: Int
    private var outgoing: ArraySlice<UInt8> = []

    /// Makes a connection that has not begun.
    init(_ handle: consuming ChannelHandle, host: String, port: Int) {
        self.handle = handle
        self.host = host
        self.port = port
    }

    deinit {
        if localEnd >= 0 {
            close(localEnd)
        }
    }

    /// Whether the channel has received anything since the last call of `advance`.
    var isFresh: Bool {
        handle.state.isFresh
    }

    /// Does what can be done now.
    func advance() -> Step {
        handle.state.isFresh = false
        if localEnd < 0 {
            switch handle.openForward(to: host, port: port) {
            case .waiting: return .waiting
            case .refused(let reason): return .refused(reason)
            case .done: break
            }
            guard let pair = Self.socketPair() else { return .refused(SystemError().reason) }
            localEnd = pair.0
            return .opened(pair.1)
        }
        guard sendToLocal(), sendToHost() else {
            handle.close()
            return .ended
        }
        return .waiting
    }

    private func sendToLocal() -> Bool {
        var done = 0
        let bytes = handle.state.output
        while done < bytes.count {
            let count = unsafe bytes.withUnsafeBytes { buffer in
                unsafe send(localEnd, buffer.baseAddress?.advanced(by: done), bytes.count - done, Int32(MSG_NOSIGNAL))
            }
            if count < 0 {
                guard errno == EAGAIN else { return false }
                break
            }
            done += count
        }
        handle.state.output.removeFirst(done)
        if handle.state.output.isEmpty {
            interest.remove(.writable)
            return !handle.state.sawEnd && !handle.state.isClosed
        }
        interest.insert(.writable)
        return true
    }

    private func sendToHost() -> Bool {
        while true {
            if outgoing.isEmpty {
                guard handle.window > 0, !handle.isWritePending else {
                    interest.remove(.readable)
                    return true
                }
                interest.insert(.readable)
                var chunk = [UInt8](repeating: 0, count: Self.sliceSize)
                let count = unsafe recv(localEnd, &chunk, chunk.count, 0)
                if count < 0 {
                    return errno == EAGAIN
                }
                if count == 0 {
                    return false
                }
                outgoing = chunk.prefix(count)
            }
            let window = handle.window
            guard window > 0, !handle.isWritePending else {
                interest.remove(.readable)
                return true
            }
            guard let count = handle.write(outgoing.prefix(window)) else { return false }
            if count == 0 { return true }
            outgoing = outgoing.dropFirst(count)
        }
    }

    private static func socketPair() -> (Int32, Int32)? {
        var pair: [Int32] = [-1, -1]
        let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
        guard unsafe socketpair(AF_UNIX, type, 0, &pair) == 0 else { return nil }
        return (pair[0], pair[1])
    }
}
