import UpgradeCore

/// The connection to one host: dials when there is work, runs commands, notices losses, dials again.
///
/// Lives on its loop, as a state machine that never waits: calls are parked until something happens to them. A call
/// is parked in `queue` until a channel carries it; `calls` has every call that has not ended.
actor SSHConnection {
    /// How far the connection is.
    enum Link {
        case idle
        case dialing(UInt64, DialGuard)
        case ready(LiveSession)
        case closed
    }

    private struct Call {
        var work: CommandWork
        var continuation: CheckedContinuation<CommandEnd, Never>
        var timer: TimerTable.ID?
        var retries = 0
    }

    /// Asked for by the connection behind this one, where this host is a jump host.
    private struct ForwardRequest {
        var host: String
        var port: Int
        var completion: @Sendable (Result<Int32, RemoteError>) -> Void
    }

    /// A call whose command was not sent is dialed for again this often.
    private static let maximumRetries = 2
    /// A host that refuses a session while no other is open is asked again after 20 to 200 ms, this often.
    private static let maximumRefusals = 12

    nonisolated let loop: EventLoop
    let threads: Threads
    let endpoint: Endpoint
    let hostName: String
    let jump: SSHConnection?
    let settings: SSHSettings

    var link = Link.idle
    private var lastID: UInt64 = 0
    private var calls: [UInt64: Call] = [:]
    private var queue: [UInt64] = []
    private var forwardRequests: [UInt64: ForwardRequest] = [:]
    private var forwardQueue: [UInt64] = []
    var dialTimer: TimerTable.ID?
    var lifeTimer: TimerTable.ID?
    private var graceTimer: TimerTable.ID?
    private var refusals = 0
    private var isResting = false

    nonisolated var unownedExecutor: UnownedSerialExecutor {
        unsafe loop.asUnownedSerialExecutor()
    }

    /// Makes a connection that dials with its first call.
    init(
        to endpoint: Endpoint,
        named hostName: String,
        through jump: SSHConnection?,
        on loop: EventLoop,
        threads: Threads,
        settings: SSHSettings
    ) {
        self.endpoint = endpoint
        self.hostName = hostName
        self.jump = jump
        self.loop = loop
        self.threads = threads
        self.settings = settings
    }

    /// Whether the login user is root.
    nonisolated var isRoot: Bool {
        endpoint.user == "root"
    }

    /// The login user.
    nonisolated var user: String {
        endpoint.user
    }

    /// Runs a command and waits for its end, at most until `deadline`.
    func perform(_ work: CommandWork, deadline: ContinuousClock.Instant) async -> CommandEnd {
        let id = nextID()
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let timer = loop.schedule(at: deadline) { [weak self] in
                    self?.assumeIsolated { $0.giveUp(id, isDeadline: true) }
                }
                calls[id] = Call(work: work, continuation: continuation, timer: timer)
                queue.append(id)
                drive()
            }
        } onCancel: {
            // Runs on the loop behind the registration above, never before it.
            loop.execute { [weak self] in
                self?.assumeIsolated { $0.giveUp(id, isDeadline: false) }
            }
        }
    }

    /// Ends the connection; calls whose commands were not sent dial again.
    func disconnect() {
        endLink(reason: "the caller dropped the connection")
        drive()
    }

    /// Ends the connection for good.
    func close() {
        endLink(reason: "the caller closed the connections")
        link = .closed
        drive()
    }

    /// Asks for a connection from this host to another; `completion` is called on this host's loop.
    func forward(
        to host: String,
        port: Int,
        completion: @escaping @Sendable (Result<Int32, RemoteError>) -> Void
    ) {
        let id = nextID()
        forwardRequests[id] = ForwardRequest(host: host, port: port, completion: completion)
        forwardQueue.append(id)
        drive()
    }

    // MARK: The state machine

    /// Does whatever can be done now; called after everything that happens.
    func drive() {
        switch link {
        case .closed:
            failAll(.lost(host: hostName, sent: false, reason: "the connections were closed"))
        case .idle:
            if !queue.isEmpty || !forwardQueue.isEmpty {
                startDial()
            }
        case .dialing(_, let dialGuard):
            if queue.isEmpty, forwardQueue.isEmpty {
                // The dial ends at once and says so; until then the link stays as it is.
                dialGuard.abort()
            }
        case .ready(let session):
            run(session)
        }
    }

    private func run(_ session: LiveSession) {
        var events: [LiveSession.Event] = []
        repeat {
            startWaiting(session)
            events = session.advance()
            for event in events {
                handle(event)
            }
        } while !events.isEmpty
        if let reason = session.reasonForEnd {
            endLink(reason: reason)
            return drive()
        }
        if session.isClogged, !queue.isEmpty {
            endLink(reason: "commands that nobody waits for hold every session of the connection")
            return drive()
        }
        session.rewatch(on: loop)
        scheduleGrace(session)
    }

    private func startWaiting(_ session: LiveSession) {
        while !isResting, session.hasSlot, let id = queue.first {
            queue.removeFirst()
            if let call = calls[id], !session.start(call.work, call: id) {
                finish(id, .lost(sent: false, reason: "no memory for a channel"))
            }
        }
        while let id = forwardQueue.first {
            forwardQueue.removeFirst()
            if let request = forwardRequests[id],
                !session.startForward(to: request.host, port: request.port, request: id)
            {
                complete(id, .failure(unreachable("no memory for a channel")))
            }
        }
    }

    private func handle(_ event: LiveSession.Event) {
        switch event {
        case .ended(let id, let end):
            refusals = 0
            finish(id, end)
        case .refused(let id, let isAlone):
            queue.insert(id, at: 0)
            if isAlone {
                rest(afterRefusalOf: id)
            }
        case .forwarded(let id, let socket, let localEnd):
            loop.watch(localEnd, for: [.readable]) { [weak self] _ in
                self?.assumeIsolated { $0.drive() }
            }
            complete(id, .success(socket))
        case .forwardRefused(let id, let reason):
            complete(id, .failure(unreachable(reason)))
        case .forwardEnded(let localEnd):
            loop.unwatch(localEnd)
        }
    }

    /// The host has no session for us although none is open: slots come back late, so it is asked again.
    private func rest(afterRefusalOf id: UInt64) {
        refusals += 1
        guard refusals <= Self.maximumRefusals else {
            refusals = 0
            queue.removeAll { $0 == id }
            return finish(id, .lost(sent: false, reason: "the host refuses to open a session"))
        }
        isResting = true
        _ = loop.schedule(at: .now + .milliseconds(min(20 * refusals, 200))) { [weak self] in
            self?.assumeIsolated { connection in
                connection.isResting = false
                connection.drive()
            }
        }
    }

    private func scheduleGrace(_ session: LiveSession) {
        guard graceTimer == nil, let end = session.nextGraceEnd else { return }
        graceTimer = loop.schedule(at: end) { [weak self] in
            self?.assumeIsolated { connection in
                connection.graceTimer = nil
                connection.drive()
            }
        }
    }

    private func giveUp(_ id: UInt64, isDeadline: Bool) {
        guard calls[id] != nil else { return }
        var sent = false
        if case .ready(let session) = link {
            sent = session.abandon(call: id) ?? false
        }
        queue.removeAll { $0 == id }
        finish(id, isDeadline ? .deadline : .cancelled(sent: sent))
        drive()
    }

    private func finish(_ id: UInt64, _ end: CommandEnd) {
        guard let call = calls.removeValue(forKey: id) else { return }
        loop.cancel(call.timer)
        call.continuation.resume(returning: end)
    }

    private func complete(_ id: UInt64, _ result: Result<Int32, RemoteError>) {
        guard let request = forwardRequests.removeValue(forKey: id) else {
            if case .success(let socket) = result {
                closeDescriptor(socket)
            }
            return
        }
        request.completion(result)
    }

    /// Returns a number that was not used before.
    func nextID() -> UInt64 {
        lastID += 1
        return lastID
    }

    // MARK: Losing the link

    /// Ends the dial or the session, if there is one.
    func endLink(reason: String) {
        for timer in [dialTimer, lifeTimer, graceTimer] {
            loop.cancel(timer)
        }
        dialTimer = nil
        lifeTimer = nil
        graceTimer = nil
        let ended = link
        link = .idle
        switch ended {
        case .idle: break
        case .closed: link = .closed
        case .dialing(_, let dialGuard): dialGuard.abort()
        case .ready(let session):
            session.unwatch(on: loop)
            for (id, mayHaveRun) in session.calls.reversed() {
                retryOrFinish(id, mayHaveRun: mayHaveRun, reason: reason)
            }
            for id in session.openingForwards {
                complete(id, .failure(unreachable(reason)))
            }
        }
    }

    private func retryOrFinish(_ id: UInt64, mayHaveRun: Bool, reason: String) {
        guard !mayHaveRun, let retries = calls[id]?.retries, retries < Self.maximumRetries else {
            return finish(id, .lost(sent: mayHaveRun, reason: reason))
        }
        calls[id]?.retries += 1
        queue.insert(id, at: 0)
    }

    /// Ends everything that waits for a connection.
    func failAll(_ error: RemoteError) {
        let ids = queue
        queue = []
        for id in ids {
            finish(id, .noConnection(error))
        }
        let requests = forwardQueue
        forwardQueue = []
        for id in requests {
            complete(id, .failure(error))
        }
    }

    /// Makes the error for a host that gave no connection.
    func unreachable(_ reason: String) -> RemoteError {
        .unreachable(host: hostName, address: endpoint.address, reason: reason)
    }
}
