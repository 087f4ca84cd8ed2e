/// One command on a channel, from opening the channel to its close.
///
/// Never waits: `advance` does what can be done now and is called again whenever the session has moved.
final class ExecChannel {
    /// What `advance` found.
    enum Step {
        case waiting
        case refused(String)
        case ended(CommandEnd)
    }

    private enum Phase {
        case opening
        case requesting
        case running
        case over
    }

    /// Output beyond this ends the call: no command of an upgrade prints more, and memory is not for a host to fill.
    private static let maximumOutput = 256 << 20
    /// libssh keeps what it cannot send at once; slices of this size keep that small (measured: 5 MB for ten hosts).
    private static let sliceSize = 256 << 10

    /// The call that waits for the command; `nil` when nobody does any more.
    var call: UInt64?
    /// When the exit status was known, or the last output came after that; the channel may stay open behind it.
    private(set) var quietSince: ContinuousClock.Instant?

    private let work: CommandWork
    private let handle: ChannelHandle
    private var phase = Phase.opening
    private var sent = 0
    private var hasSentEnd = false
    private var pending: ArraySlice<UInt8> = []
    private var written = 0
    private var failure: String?
    private var hasClosed = false

    /// Makes a command that has not begun.
    init(_ handle: consuming ChannelHandle, _ work: CommandWork, call: UInt64) {
        self.handle = handle
        self.work = work
        self.call = call
        if case .bytes(let bytes) = work.input {
            pending = bytes[...]
        }
    }

    /// Whether the command line may have reached the host.
    private(set) var mayHaveRun = false

    /// Whether both sides have closed the channel, so that its slot on the host is free.
    var isGone: Bool {
        handle.state.isClosed
    }

    /// Whether nobody waits for the command although it has not ended: it holds its slot on the host until it does.
    var isOrphan: Bool {
        call == nil && handle.state.exitStatus == nil && handle.state.signal == nil && !isGone
    }

    /// Whether the channel has received anything since the last call of `advance`.
    var isFresh: Bool {
        handle.state.isFresh
    }

    /// Whether the command has input that the host would take now.
    var isSending: Bool {
        phase == .running && !hasSentEnd && handle.window > 0
    }

    /// Gives up on the command; the channel closes as soon as the protocol allows it.
    ///
    /// A channel that is still opening must not be freed: the host would keep its slot for ever.
    func abandon() {
        call = nil
        closeIfOpen()
    }

    /// Does what can be done now.
    func advance() -> Step {
        let isFresh = handle.state.isFresh
        handle.state.isFresh = false
        if isFresh {
            quietSince = nil
        }
        if phase == .opening {
            switch handle.open() {
            case .waiting: return .waiting
            case .refused(let reason):
                phase = .over
                return .refused(reason)
            case .done: phase = .requesting
            }
        }
        if call == nil {
            closeIfOpen()
            discardOutput()
            return .waiting
        }
        if phase == .requesting {
            mayHaveRun = true
            switch handle.execute(work.line) {
            case .waiting: return .waiting
            case .refused(let reason):
                phase = .over
                closeIfOpen()
                return .ended(.lost(sent: true, reason: "the host did not run the command: \(reason)"))
            case .done: phase = .running
            }
        }
        if phase == .running {
            sendInput()
            takeOutput()
            return end()
        }
        return .waiting
    }

    /// Ends a command whose exit status is known although something still holds its output open.
    func endWithoutClose() -> Step {
        closeIfOpen()
        return .ended(outcome() ?? .lost(sent: true, reason: "no exit status"))
    }

    // MARK: Private

    private func closeIfOpen() {
        guard !hasClosed, phase != .opening else { return }
        hasClosed = true
        handle.close()
    }

    private func end() -> Step {
        let state = handle.state
        if let failure {
            closeIfOpen()
            return .ended(.localFile(reason: failure))
        }
        if state.output.count + state.errorOutput.count > Self.maximumOutput {
            closeIfOpen()
            return .ended(.lost(sent: true, reason: "the command printed more than \(Self.maximumOutput >> 20) MiB"))
        }
        if let outcome = outcome() {
            guard state.isClosed || state.sawEnd else {
                quietSince = quietSince ?? .now
                return .waiting
            }
            closeIfOpen()
            return .ended(outcome)
        }
        if state.isClosed {
            closeIfOpen()
            return .ended(.lost(sent: true, reason: "the channel was closed without an exit status"))
        }
        return .waiting
    }

    private func outcome() -> CommandEnd? {
        let state = handle.state
        if let signal = state.signal {
            return .signaled(signal, output: state.output, errorOutput: state.errorOutput)
        }
        if let status = state.exitStatus {
            return .exited(status, output: state.output, errorOutput: state.errorOutput)
        }
        return nil
    }

    private func sendInput() {
        guard !hasSentEnd else { return }
        while true {
            if pending.isEmpty, case .file(let file) = work.input {
                guard handle.window > 0, !handle.isWritePending else { return }
                do {
                    pending = try file.read(at: sent, count: Self.sliceSize)[...]
                    sent += pending.count
                } catch {
                    failure = error.reason
                    return
                }
            }
            if pending.isEmpty {
                handle.sendEnd()
                hasSentEnd = true
                return
            }
            let window = handle.window
            guard window > 0, !handle.isWritePending else { return }
            guard let count = handle.write(pending.prefix(min(window, Self.sliceSize))) else {
                // The command has closed its input; how it ended is what counts.
                hasSentEnd = true
                return
            }
            if count == 0 { return }
            pending = pending.dropFirst(count)
        }
    }

    private func takeOutput() {
        guard case .file(let file) = work.output, !handle.state.output.isEmpty else { return }
        do {
            try file.write(handle.state.output, at: written)
            written += handle.state.output.count
        } catch {
            failure = error.reason
        }
        handle.state.output.removeAll(keepingCapacity: true)
    }

    private func discardOutput() {
        handle.state.output = []
        handle.state.errorOutput = []
    }
}
