import Synchronization
import UpgradeCore

/// Carries a session from the thread that dialed to the loop that uses it.
final class SessionBox: Sendable {
    private let content: Mutex<SessionHandle?>

    /// Puts a session into the box.
    init(_ session: consuming sending SessionHandle) {
        content = Mutex(session)
    }

    /// Takes the session out; `nil` the second time.
    func take() -> sending SessionHandle? {
        content.withLock { $0.take() }
    }
}

/// Makes a session ready for commands: TCP, key exchange, the verdict on the host key, authentication.
///
/// Blocks; runs on a thread of its own. `DialGuard` ends it from outside.
struct Dialer: Sendable {
    /// The machine to reach.
    var endpoint: Endpoint
    /// The host's name in messages.
    var hostName: String
    /// When the dial must be over.
    var deadline: ContinuousClock.Instant
    /// Ends the dial from outside.
    var dialGuard: DialGuard

    /// How long an agent may take to list its keys; one that asks its user before does so when it signs.
    private static let agentWait = Duration.seconds(5)

    /// Dials, over a given socket or over TCP.
    func dial(over given: Int32?) throws(RemoteError) -> SessionBox {
        defer { dialGuard.release() }
        let knownHosts: KnownHosts
        do {
            knownHosts = try KnownHosts(files: endpoint.knownHostsFiles)
        } catch {
            if let given { closeDescriptor(given) }
            throw .configuration(file: error.file, line: error.line, reason: error.reason)
        }
        let socket: Int32
        if let given {
            socket = given
            dialGuard.watch(given)
        } else {
            socket = try connectTCP()
        }
        guard let session = SessionHandle() else {
            closeDescriptor(socket)
            throw unreachable("no memory for a session")
        }
        let types = knownHosts.keyTypes(host: endpoint.hostKeyName, port: endpoint.port)
        let isConnected = session.connect(
            over: socket,
            host: endpoint.hostName,
            user: endpoint.user,
            hostKeyAlgorithms: HostKey.algorithms(preferring: types),
            // The guard ends the dial at its deadline; libssh's own limit only stands behind it.
            seconds: Int(ContinuousClock.now.duration(to: deadline).components.seconds) + 2
        )
        guard isConnected else { throw unreachable("no key exchange: \(session.errorText)") }
        try checkHostKey(of: session, knownHosts)
        try authenticate(session)
        guard session.becomeNonBlocking() else { throw unreachable("the session ended: \(session.errorText)") }
        return SessionBox(session)
    }

    private func connectTCP() throws(RemoteError) -> Int32 {
        do {
            return try TCPDial.connect(
                to: endpoint.hostName,
                port: endpoint.port,
                deadline: deadline,
                guardedBy: dialGuard
            )
        } catch {
            throw unreachable(error.reason)
        }
    }

    private func checkHostKey(of session: borrowing SessionHandle, _ knownHosts: KnownHosts) throws(RemoteError) {
        guard let key = session.serverKeyBase64().flatMap({ HostKey(base64: $0) }) else {
            throw unreachable("the host showed no key that can be read")
        }
        let print = key.fingerprint
        let address = endpoint.address
        switch knownHosts.verdict(host: endpoint.hostKeyName, port: endpoint.port, key: key) {
        case .trusted: break
        case .unknown:
            let file = endpoint.knownHostsFiles.first ?? "none"
            throw .hostKeyUnknown(host: hostName, address: address, fingerprint: print, file: file)
        case .changed(let file, let line):
            throw .hostKeyChanged(host: hostName, address: address, fingerprint: print, file: file, line: line)
        case .revoked(let file, let line):
            throw .hostKeyRevoked(host: hostName, address: address, fingerprint: print, file: file, line: line)
        }
    }

    private func authenticate(_ session: borrowing SessionHandle) throws(RemoteError) {
        var attempts = Attempts()
        // As ssh(1): named files come before what an agent holds besides, guessed files after it.
        if endpoint.hasNamedIdentities {
            try offerFiles(session, &attempts)
        }
        if !attempts.isAccepted {
            try offerAgent(session, &attempts)
        }
        if !attempts.isAccepted, !endpoint.hasNamedIdentities {
            try offerFiles(session, &attempts)
        }
        if attempts.isAccepted {
            return
        }
        if dialGuard.isAborted {
            throw unreachable("given up while authenticating")
        }
        if let file = attempts.encrypted.first, endpoint.hasNamedIdentities || attempts.offered == 0 {
            let reason = "the key is encrypted, and no agent offered a key that the host takes"
            throw .configuration(file: file, line: nil, reason: reason)
        }
        throw .authenticationRefused(host: hostName, user: endpoint.user, tried: attempts.tried)
    }

    private struct Attempts {
        var isAccepted = false
        var offered = 0
        var tried: [String] = []
        var encrypted: [String] = []
        var unusable: [String] = []
    }

    private func offerFiles(_ session: borrowing SessionHandle, _ attempts: inout Attempts) throws(RemoteError) {
        for file in endpoint.identityFiles where !attempts.isAccepted {
            switch session.authenticate(withKeyFile: file) {
            case .keyIsEncrypted:
                attempts.encrypted.append(file)
                attempts.tried.append("\(file) (encrypted)")
            case .keyIsUnusable:
                attempts.unusable.append(file)
                if endpoint.hasNamedIdentities {
                    attempts.tried.append("\(file) (not there, or not a private key)")
                }
            case let outcome:
                attempts.offered += 1
                attempts.tried.append(file)
                attempts.isAccepted = try isAccepted(outcome, session, attempts)
            }
        }
    }

    private func offerAgent(_ session: borrowing SessionHandle, _ attempts: inout Attempts) throws(RemoteError) {
        guard let path = endpoint.agentSocket else { return }
        // libssh offers all keys of an agent or none. With IdentitiesOnly it is asked only where a named key can be
        // nowhere else.
        if endpoint.identitiesOnly, attempts.encrypted.isEmpty, attempts.unusable.isEmpty { return }
        let agent: (socket: Int32, keys: Int)
        do {
            let left = ContinuousClock.now.duration(to: deadline) / 2
            agent = try AgentSocket.connect(path, wait: min(Self.agentWait, left), guardedBy: dialGuard)
        } catch {
            attempts.tried.append("agent \(path) (\(error.reason))")
            return
        }
        guard agent.keys > 0 else {
            closeDescriptor(agent.socket)
            attempts.tried.append("agent \(path) (no keys)")
            return
        }
        attempts.offered += agent.keys
        attempts.tried.append("agent \(path) (\(agent.keys) keys)")
        attempts.isAccepted = try isAccepted(session.authenticate(withAgent: agent.socket), session, attempts)
    }

    private func isAccepted(
        _ outcome: SessionHandle.Authentication,
        _ session: borrowing SessionHandle,
        _ attempts: Attempts
    ) throws(RemoteError) -> Bool {
        switch outcome {
        case .accepted: return true
        case .refused, .keyIsEncrypted, .keyIsUnusable: return false
        case .failed(let reason):
            if session.isConnected {
                return false
            }
            // After too many keys (MaxAuthTries) the host hangs up.
            if attempts.offered > 1, !dialGuard.isAborted {
                throw .authenticationRefused(host: hostName, user: endpoint.user, tried: attempts.tried)
            }
            throw unreachable("the connection ended while authenticating: \(reason)")
        }
    }

    private func unreachable(_ reason: String) -> RemoteError {
        .unreachable(host: hostName, address: endpoint.address, reason: reason)
    }
}
