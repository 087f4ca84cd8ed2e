import CLibSSH
import Glibc

/// The one owner of a libssh session and its event.
///
/// Used by one thread at a time. Everything blocks until `becomeNonBlocking`, nothing after it.
/// Channels must be gone before the session is.
@safe struct SessionHandle: ~Copyable {
    /// How an attempt to authenticate ended.
    enum Authentication {
        case accepted
        case refused
        case failed(String)
        /// The key file has a passphrase; nothing was offered.
        case keyIsEncrypted
        /// The file is no private key, or is not there; nothing was offered.
        case keyIsUnusable
    }

    private let session: ssh_session
    private let event: ssh_event
    private let counter: UnsafeMutablePointer<ssh_counter_struct>

    /// Makes a session that is not connected.
    init?() {
        guard let session = unsafe ssh_new() else { return nil }
        guard let event = unsafe ssh_event_new() else {
            unsafe ssh_free(session)
            return nil
        }
        unsafe self.session = session
        unsafe self.event = event
        unsafe counter = .allocate(capacity: 1)
        unsafe counter.initialize(to: ssh_counter_struct())
        unsafe ssh_set_counters(session, counter, nil)
    }

    deinit {
        unsafe ssh_event_remove_session(event, session)
        // libssh leaves a socket that it was given open on disconnect, and closes it on every other way out.
        let socket = unsafe ssh_get_fd(session)
        if socket >= 0 {
            unsafe ssh_disconnect(session)
            Glibc.close(socket)
        }
        unsafe ssh_free(session)
        unsafe ssh_event_free(event)
        unsafe counter.deallocate()
    }

    /// The session's own text for its last error; unreliable, so only for people.
    var errorText: String {
        let text = unsafe String(cString: ssh_get_error(UnsafeMutableRawPointer(session)))
        return text.isEmpty ? "no reason given" : text
    }

    /// The socket, or -1 where libssh has closed it.
    var socket: Int32 {
        unsafe ssh_get_fd(session)
    }

    /// Whether the session can still be used.
    var isConnected: Bool {
        unsafe ssh_is_connected(session) != 0 && ssh_get_fd(session) >= 0
    }

    /// Whether bytes wait to be sent.
    var isWritePending: Bool {
        unsafe ssh_get_status(session) & SSH_WRITE_PENDING != 0
    }

    /// Whether the socket must be watched for becoming writable.
    var wantsWritable: Bool {
        unsafe ssh_get_poll_flags(session) & SSH_WRITE_PENDING != 0
    }

    /// How many bytes have come from the host.
    var bytesReceived: UInt64 {
        unsafe counter.pointee.in_bytes
    }

    // MARK: Connecting (blocking)

    /// Exchanges keys over a connected socket, which the session owns from now on.
    func connect(over socket: Int32, host: String, user: String, hostKeyAlgorithms: String, seconds: Int) -> Bool {
        var socket = socket
        var seconds = seconds
        var no = false
        var yes: Int32 = 1
        var quiet: Int32 = 0
        let nowhere = "/dev/null"
        let isSet =
            unsafe ssh_options_set(session, SSH_OPTIONS_FD, &socket) == SSH_OK
            // The configuration is read by this module: libssh's reader runs commands and ignores half of the keys.
            && ssh_options_set(session, SSH_OPTIONS_PROCESS_CONFIG, &no) == SSH_OK
            && ssh_options_set(session, SSH_OPTIONS_LOG_VERBOSITY, &quiet) == SSH_OK
            && ssh_options_set(session, SSH_OPTIONS_STRICTHOSTKEYCHECK, &yes) == SSH_OK
            && ssh_options_set(session, SSH_OPTIONS_TIMEOUT, &seconds) == SSH_OK
            && ssh_options_set(session, SSH_OPTIONS_HOST, host) == SSH_OK
            && ssh_options_set(session, SSH_OPTIONS_USER, user) == SSH_OK
            && ssh_options_set(session, SSH_OPTIONS_HOSTKEYS, hostKeyAlgorithms) == SSH_OK
            // The verdict on the host key is `KnownHosts`'s; libssh would only reorder the algorithms by one file.
            && ssh_options_set(session, SSH_OPTIONS_KNOWNHOSTS, nowhere) == SSH_OK
            && ssh_options_set(session, SSH_OPTIONS_GLOBAL_KNOWNHOSTS, nowhere) == SSH_OK
            // AES-GCM first: 0.8 of the wall time of chacha20 on hosts with AES instructions.
            && ssh_options_set(session, SSH_OPTIONS_CIPHERS_C_S, Self.ciphers) == SSH_OK
            && ssh_options_set(session, SSH_OPTIONS_CIPHERS_S_C, Self.ciphers) == SSH_OK
        guard isSet else {
            Glibc.close(socket)
            return false
        }
        return unsafe ssh_connect(session) == SSH_OK
    }

    private static let ciphers =
        "aes256-gcm@openssh.com,aes128-gcm@openssh.com,chacha20-poly1305@openssh.com,aes256-ctr,aes192-ctr,aes128-ctr"

    /// The host's public key in base64, as `known_hosts` writes it.
    func serverKeyBase64() -> String? {
        var key: ssh_key?
        guard unsafe ssh_get_server_publickey(session, &key) == SSH_OK, let key = unsafe key else { return nil }
        defer { unsafe ssh_key_free(key) }
        var text: UnsafeMutablePointer<CChar>?
        guard unsafe ssh_pki_export_pubkey_base64(key, &text) == SSH_OK, let text = unsafe text else { return nil }
        defer { unsafe ssh_string_free_char(text) }
        return unsafe String(cString: text)
    }

    /// Offers every key of the agent at the other end of `agent`, which the session owns from now on.
    func authenticate(withAgent agent: Int32) -> Authentication {
        guard unsafe ssh_set_agent_socket(session, agent) == SSH_OK else {
            Glibc.close(agent)
            return .failed(errorText)
        }
        return outcome(of: unsafe ssh_userauth_agent(session, nil))
    }

    /// Offers the private key in a file.
    func authenticate(withKeyFile path: String) -> Authentication {
        var isEncrypted = false
        var key: ssh_key?
        let code = unsafe ssh_pki_import_privkey_file(
            path,
            nil,
            { _, _, _, _, _, isEncrypted in
                unsafe isEncrypted?.storeBytes(of: true, as: Bool.self)
                return -1
            },
            &isEncrypted,
            &key
        )
        guard code == SSH_OK, let key = unsafe key else {
            return isEncrypted ? .keyIsEncrypted : .keyIsUnusable
        }
        defer { unsafe ssh_key_free(key) }
        return outcome(of: unsafe ssh_userauth_publickey(session, nil, key))
    }

    private func outcome(of code: Int32) -> Authentication {
        switch code {
        case SSH_AUTH_SUCCESS.rawValue: .accepted
        case SSH_AUTH_DENIED.rawValue, SSH_AUTH_PARTIAL.rawValue: .refused
        default: .failed(errorText)
        }
    }

    /// Ends the blocking part; the caller's thread may hand the session over afterwards.
    func becomeNonBlocking() -> Bool {
        unsafe ssh_set_blocking(session, 0)
        // libssh sets the socket back to blocking after connecting: one write to a stopped peer then blocks for ever.
        let flags = fcntl(socket, F_GETFL)
        guard flags >= 0, fcntl(socket, F_SETFL, flags | O_NONBLOCK) == 0 else { return false }
        return unsafe ssh_event_add_session(event, session) == SSH_OK
    }

    // MARK: Connected (never blocks)

    /// Reads and writes what it can and calls the channels' callbacks; false when the session is dead.
    func poll() -> Bool {
        unsafe ssh_event_dopoll(event, 0) != SSH_ERROR && isConnected
    }

    /// Asks the host for a sign of life.
    func sendKeepalive() {
        // In the non-blocking mode every second call only takes the reply to the one before.
        _ = unsafe ssh_send_keepalive(session)
        _ = unsafe ssh_send_keepalive(session)
    }

    /// Makes a channel that is not open.
    func makeChannel() -> ChannelHandle? {
        unsafe ChannelHandle(session: session)
    }
}
