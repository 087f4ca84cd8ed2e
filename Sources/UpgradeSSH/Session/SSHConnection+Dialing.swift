import UpgradeCore

/// How a connection comes to be, and how it is watched.
extension SSHConnection {
    /// Begins a dial; the link must be idle.
    func startDial() {
        let id = nextID()
        let dialGuard = DialGuard()
        link = .dialing(id, dialGuard)
        let deadline = ContinuousClock.now + settings.connectDeadline
        dialTimer = loop.schedule(at: deadline) { [weak self] in
            self?.assumeIsolated { $0.dialTimedOut(id) }
        }
        let dialer = Dialer(endpoint: endpoint, hostName: hostName, deadline: deadline, dialGuard: dialGuard)
        guard let jump else { return start(dialer, id, over: nil) }
        let (host, port) = (endpoint.hostName, endpoint.port)
        jump.loop.execute { [weak self] in
            jump.assumeIsolated { jump in
                jump.forward(to: host, port: port) { [weak self] result in
                    self?.jumpAnswered(result, dialer, id)
                }
            }
        }
    }

    private nonisolated func jumpAnswered(_ result: Result<Int32, RemoteError>, _ dialer: Dialer, _ id: UInt64) {
        loop.execute {
            self.assumeIsolated { connection in
                switch result {
                case .success(let socket): connection.start(dialer, id, over: socket)
                case .failure(let error): connection.dialEnded(id, .failure(connection.throughJump(error)))
                }
            }
        }
    }

    private func start(_ dialer: Dialer, _ id: UInt64, over socket: Int32?) {
        guard case .dialing(id, _) = link else {
            if let socket { closeDescriptor(socket) }
            return
        }
        threads.start { [weak self, loop] in
            let result = Result { () throws(RemoteError) in try dialer.dial(over: socket) }
            loop.execute { [weak self] in
                self?.assumeIsolated { $0.dialEnded(id, result) }
            }
        }
    }

    private func dialEnded(_ id: UInt64, _ result: Result<SessionBox, RemoteError>) {
        guard case .dialing(id, let dialGuard) = link else { return }
        loop.cancel(dialTimer)
        dialTimer = nil
        switch result {
        case .success(let box):
            guard let handle = box.take() else { return }
            let session = LiveSession(handle)
            link = .ready(session)
            session.watch(on: loop) { [weak self] _ in
                self?.assumeIsolated { $0.socketIsReady() }
            }
            scheduleLifeCheck()
        case .failure(let error):
            link = .idle
            // A dial that was given up because nobody waited any more is no answer to those who came since.
            if !dialGuard.isAborted {
                failAll(error)
            }
        }
        drive()
    }

    private func dialTimedOut(_ id: UInt64) {
        guard case .dialing(id, _) = link else { return }
        endLink(reason: "no connection in time")
        failAll(unreachable("no connection within \(settings.connectDeadline)"))
        drive()
    }

    private func socketIsReady() {
        guard case .ready(let session) = link else { return }
        session.poll()
        drive()
    }

    private func scheduleLifeCheck() {
        lifeTimer = loop.schedule(at: .now + settings.keepaliveInterval) { [weak self] in
            self?.assumeIsolated { $0.checkLife() }
        }
    }

    private func checkLife() {
        guard case .ready(let session) = link else { return }
        if session.checkLife() {
            scheduleLifeCheck()
        } else {
            endLink(reason: "no sign of life for \(settings.keepaliveInterval * 2)")
        }
        drive()
    }

    /// Says which jump host failed; its key and its refusals are its own.
    private nonisolated func throughJump(_ error: RemoteError) -> RemoteError {
        switch error {
        case .unreachable(let jump, let address, let reason):
            let text = jump == hostName ? reason : "jump host \(jump) (\(address)): \(reason)"
            return .unreachable(host: hostName, address: endpoint.address, reason: text)
        case .hostKeyUnknown, .hostKeyChanged, .hostKeyRevoked, .authenticationRefused, .configuration, .lost,
            .deadlinePassed, .sudoRefused, .checksumMismatch, .copyFailed, .fenced, .anotherMachine:
            return error
        }
    }
}
