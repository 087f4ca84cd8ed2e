/// A session that is ready for commands, with everything that runs on it; lives on one loop.
final class LiveSession {
    /// What happened to something that runs on the session.
    enum Event {
        case ended(call: UInt64, CommandEnd)
        case refused(call: UInt64, isAlone: Bool)
        case forwarded(request: UInt64, socket: Int32, localEnd: Int32)
        case forwardRefused(request: UInt64, reason: String)
        case forwardEnded(localEnd: Int32)
    }

    /// sshd takes 10 sessions a connection (MaxSessions) and frees a slot late: two are left as slack.
    private static let usualSlots = 8
    /// How long an ended command's channel may stay open, silent, because a child of it holds its output.
    static let grace = Duration.seconds(2)
    /// What the socket does not take at once is sent when it is writable, so that a large file holds up no other session.
    private static let maximumFlushes = 4

    private let handle: SessionHandle
    private let watchedSocket: Int32
    private var slots = usualSlots
    private var commands: [ExecChannel] = []
    private var forwards: [(request: UInt64, channel: ForwardChannel)] = []
    private var isAlive = true
    private var interest: EventLoop.Readiness = [.readable]
    private var bytesWhenAsked: UInt64?
    private var silentIntervals = 0

    /// Takes over a session.
    init(_ handle: consuming SessionHandle) {
        watchedSocket = handle.socket
        self.handle = handle
    }

    deinit {
        // Channels go before their session.
        commands = []
        forwards = []
    }

    /// Whether another command may be begun.
    var hasSlot: Bool {
        commands.count < slots
    }

    /// Whether no slot will come free by itself soon: all are held by commands that nobody waits for.
    var isClogged: Bool {
        !hasSlot && commands.allSatisfy(\.isOrphan)
    }

    /// Why the session ended; `nil` while it lives.
    var reasonForEnd: String? {
        isAlive && handle.isConnected ? nil : handle.errorText
    }

    /// When the first ended command whose channel is still open has waited long enough.
    var nextGraceEnd: ContinuousClock.Instant? {
        commands.compactMap(\.quietSince).min().map { $0 + Self.grace }
    }

    /// The calls that run, and whether their commands may have reached the host.
    var calls: [(call: UInt64, mayHaveRun: Bool)] {
        commands.compactMap { command in command.call.map { ($0, command.mayHaveRun) } }
    }

    /// The forward requests that are not open yet.
    var openingForwards: [UInt64] {
        forwards.filter { $0.channel.localEnd < 0 }.map(\.request)
    }

    /// The local ends of the forwards that are open.
    var localEnds: [Int32] {
        forwards.map(\.channel.localEnd).filter { $0 >= 0 }
    }

    /// Begins watching the session's socket.
    func watch(on loop: EventLoop, _ handler: @escaping @Sendable (EventLoop.Readiness) -> Void) {
        loop.watch(watchedSocket, for: [.readable], handler)
    }

    /// Watches the sockets for what they need now.
    func rewatch(on loop: EventLoop) {
        // libssh wants to hear of a writable socket after each thing that it has sent, so that a command of four messages
        // would wake the loop four times more; it is watched for only while there is something left to send.
        let isSending = handle.isWritePending || !forwards.isEmpty || commands.contains(where: \.isSending)
        let wanted: EventLoop.Readiness = isSending && handle.wantsWritable ? [.readable, .writable] : [.readable]
        if wanted != interest {
            interest = wanted
            loop.rewatch(watchedSocket, for: wanted)
        }
        for (_, channel) in forwards where channel.localEnd >= 0 {
            loop.rewatch(channel.localEnd, for: channel.interest)
        }
    }

    /// Stops watching everything.
    func unwatch(on loop: EventLoop) {
        loop.unwatch(watchedSocket)
        for localEnd in localEnds {
            loop.unwatch(localEnd)
        }
    }

    /// Begins a command; false where libssh has no memory for it.
    func start(_ work: CommandWork, call: UInt64) -> Bool {
        guard let channel = handle.makeChannel() else { return false }
        commands.append(ExecChannel(channel, work, call: call))
        return true
    }

    /// Begins a forward; false where libssh has no memory for it.
    func startForward(to host: String, port: Int, request: UInt64) -> Bool {
        guard let channel = handle.makeChannel() else { return false }
        forwards.append((request, ForwardChannel(channel, host: host, port: port)))
        return true
    }

    /// Gives up on a call; says whether its command may have reached the host, or `nil` where it does not run here.
    func abandon(call: UInt64) -> Bool? {
        guard let command = commands.first(where: { $0.call == call }) else { return nil }
        command.abandon()
        return command.mayHaveRun
    }

    /// Reads and writes what the socket allows.
    func poll() {
        isAlive = handle.poll() && isAlive
    }

    /// Lets everything do what it can do now, until nothing moves any more.
    func advance() -> [Event] {
        var events: [Event] = []
        var flushes = 0
        var isMoving = true
        while isMoving {
            for command in commands {
                advance(command, &events)
            }
            commands.removeAll { $0.isGone && $0.call == nil }
            for (request, channel) in forwards {
                advance(channel, request, &events)
            }
            isMoving = commands.contains(where: \.isFresh) || forwards.contains(where: \.channel.isFresh)
            if !isMoving, handle.isWritePending, flushes < Self.maximumFlushes {
                flushes += 1
                poll()
                // What has come meanwhile may be what a channel waits for.
                isMoving = true
            }
        }
        return events
    }

    /// Asks for a sign of life; false after two intervals without one.
    func checkLife() -> Bool {
        let bytes = handle.bytesReceived
        silentIntervals = bytesWhenAsked == bytes ? silentIntervals + 1 : 0
        bytesWhenAsked = bytes
        handle.sendKeepalive()
        return silentIntervals < 2
    }

    // MARK: Private

    private func advance(_ command: ExecChannel, _ events: inout [Event]) {
        let call = command.call
        var step = command.advance()
        if case .waiting = step, let quiet = command.quietSince, quiet + Self.grace <= .now, call != nil {
            step = command.endWithoutClose()
        }
        switch step {
        case .waiting: break
        case .refused:
            commands.removeAll { $0 === command }
            // The host takes fewer sessions than we thought; others that run will make room.
            slots = max(1, commands.count)
            if let call {
                events.append(.refused(call: call, isAlone: commands.isEmpty))
            }
        case .ended(let end):
            command.abandon()
            if let call {
                events.append(.ended(call: call, end))
            }
        }
    }

    private func advance(_ channel: ForwardChannel, _ request: UInt64, _ events: inout [Event]) {
        switch channel.advance() {
        case .waiting: break
        case .opened(let socket):
            events.append(.forwarded(request: request, socket: socket, localEnd: channel.localEnd))
        case .refused(let reason):
            forwards.removeAll { $0.channel === channel }
            events.append(.forwardRefused(request: request, reason: reason))
        case .ended:
            forwards.removeAll { $0.channel === channel }
            // The caller stops watching before the descriptor is closed: it is closed with the last reference.
            events.append(.forwardEnded(localEnd: channel.localEnd))
        }
    }
}
