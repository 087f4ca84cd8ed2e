import CLibSSH

/// What a channel has received so far; written by libssh's callbacks, on the session's thread only.
final class ChannelState {
    /// Bytes of standard output, or of the forwarded connection, not yet taken.
    var output: [UInt8] = []
    /// Bytes of standard error, not yet taken.
    var errorOutput: [UInt8] = []
    /// The exit status, once it is known.
    var exitStatus: Int32?
    /// The signal that ended the command, without `SIG`.
    var signal: String?
    /// Whether the other side will send no more.
    var sawEnd = false
    /// Whether the other side has closed the channel.
    var isClosed = false
    /// Whether anything has come since this was last set to false.
    var isFresh = false
}

/// The one owner of a libssh channel and its callbacks; goes before its session.
@safe struct ChannelHandle: ~Copyable {
    /// How far a request has come.
    enum Progress {
        case done
        case waiting
        case refused(String)
    }

    /// What has been received.
    let state: ChannelState
    private let channel: ssh_channel
    private let callbacks: UnsafeMutablePointer<ssh_channel_callbacks_struct>

    /// Makes a channel that is not open.
    init?(session: ssh_session) {
        guard let channel = unsafe ssh_channel_new(session) else { return nil }
        let state = ChannelState()
        self.state = state
        unsafe self.channel = channel
        unsafe callbacks = .allocate(capacity: 1)
        unsafe callbacks.initialize(to: Self.callbacks(for: state))
        unsafe ssh_set_channel_callbacks(channel, callbacks)
    }

    deinit {
        // A channel that is freed before its peer has closed it lives on inside libssh, callbacks included.
        unsafe ssh_remove_channel_callbacks(channel, callbacks)
        if let userdata = unsafe callbacks.pointee.userdata {
            unsafe Unmanaged<ChannelState>.fromOpaque(userdata).release()
        }
        unsafe callbacks.deallocate()
        unsafe ssh_channel_free(channel)
    }

    /// How many bytes the other side is ready to take.
    var window: Int {
        Int(unsafe ssh_channel_window_size(channel))
    }

    /// Whether the session still has bytes to send, so that more would only pile up.
    var isWritePending: Bool {
        guard let session = unsafe ssh_channel_get_session(channel) else { return true }
        return unsafe ssh_get_status(session) & SSH_WRITE_PENDING != 0
    }

    /// Opens the channel for a command; called again until it is done.
    func open() -> Progress {
        progress(unsafe ssh_channel_open_session(channel))
    }

    /// Opens the channel to an address that the host connects to; called again until it is done.
    func openForward(to host: String, port: Int) -> Progress {
        progress(unsafe ssh_channel_open_forward(channel, host, Int32(port), "127.0.0.1", 0))
    }

    /// Asks for a command to be run by the login shell; called again until it is done.
    func execute(_ line: String) -> Progress {
        progress(unsafe ssh_channel_request_exec(channel, line))
    }

    /// Sends what fits; returns how many bytes were taken, or `nil` when the channel takes no more.
    func write(_ bytes: ArraySlice<UInt8>) -> Int? {
        let count = unsafe bytes.withUnsafeBytes { buffer in
            unsafe ssh_channel_write(channel, buffer.baseAddress, UInt32(buffer.count))
        }
        if count == SSH_AGAIN {
            return 0
        }
        return count < 0 ? nil : Int(count)
    }

    /// Says that no more bytes follow.
    func sendEnd() {
        _ = unsafe ssh_channel_send_eof(channel)
    }

    /// Closes this side; the command on the host is not told.
    func close() {
        _ = unsafe ssh_channel_close(channel)
    }

    private func progress(_ code: Int32) -> Progress {
        switch code {
        case SSH_OK: return .done
        case SSH_AGAIN: return .waiting
        default:
            let session = unsafe ssh_channel_get_session(channel)
            guard let session = unsafe session else { return .refused("the session is gone") }
            return .refused(unsafe String(cString: ssh_get_error(UnsafeMutableRawPointer(session))))
        }
    }

    private static func callbacks(for state: ChannelState) -> ssh_channel_callbacks_struct {
        var callbacks = unsafe ssh_channel_callbacks_struct()
        unsafe callbacks.size = MemoryLayout<ssh_channel_callbacks_struct>.size
        unsafe callbacks.userdata = Unmanaged.passRetained(state).toOpaque()
        unsafe callbacks.channel_data_function = { _, _, bytes, count, isError, userdata in
            guard let state = unsafe ChannelHandle.state(userdata), let bytes = unsafe bytes else { return 0 }
            let buffer = unsafe UnsafeRawBufferPointer(start: bytes, count: Int(count))
            if isError != 0 {
                unsafe state.errorOutput.append(contentsOf: buffer)
            } else {
                unsafe state.output.append(contentsOf: buffer)
            }
            state.isFresh = true
            return Int32(count)
        }
        unsafe callbacks.channel_eof_function = { _, _, userdata in
            let state = unsafe ChannelHandle.state(userdata)
            state?.sawEnd = true
            state?.isFresh = true
        }
        unsafe callbacks.channel_close_function = { _, _, userdata in
            let state = unsafe ChannelHandle.state(userdata)
            state?.isClosed = true
            state?.isFresh = true
        }
        unsafe callbacks.channel_exit_status_function = { _, _, status, userdata in
            let state = unsafe ChannelHandle.state(userdata)
            state?.exitStatus = status
            state?.isFresh = true
        }
        unsafe callbacks.channel_exit_signal_function = { _, _, signal, _, _, _, userdata in
            let state = unsafe ChannelHandle.state(userdata)
            state?.signal = unsafe signal.map { unsafe String(cString: $0) } ?? "unknown"
            state?.isFresh = true
        }
        return unsafe callbacks
    }

    private static func state(_ userdata: UnsafeMutableRawPointer?) -> ChannelState? {
        guard let userdata = unsafe userdata else { return nil }
        return unsafe Unmanaged<ChannelState>.fromOpaque(userdata).takeUnretainedValue()
    }
}
