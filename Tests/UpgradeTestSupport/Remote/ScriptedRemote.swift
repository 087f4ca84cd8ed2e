import Crypto
import FoundationEssentials
import Synchronization
public import Testing
public import UpgradeCore

/// A remote that answers only what it was told, and traps on everything else.
///
/// ```swift
/// let remote = ScriptedRemote {
///     .on("cp1", ["kubectl", "get", "nodes", "-o", "json"], output: nodes)
///         .on("cp1", ["systemctl", "start", .any], losing: .afterCommand)
///         .upload("cp1", to: "/tmp/ca.pem")
/// }
/// …
/// remote.expectFinished()
/// ```
///
/// The first unused line that fits a call answers it, so that concurrent calls may come in any order; with
/// `inOrder` the next unused line *of that host* must fit. A trap records an issue and throws.
public final class ScriptedRemote: Remote {
    private struct State {
        var lines: [RemoteScript.Line]
        var used: [Int]
        var calls: [RemoteCall] = []
    }

    private let state: Mutex<State>
    private let inOrder: Bool

    /// Makes a remote from a script; with `inOrder` each host's lines must be used in the order they are written.
    public init(inOrder: Bool = false, _ script: () -> RemoteScript) {
        let lines = script().lines
        self.inOrder = inOrder
        self.state = Mutex(State(lines: lines, used: Array(repeating: 0, count: lines.count)))
    }

    /// Every call so far, in the order in which they came, trapped ones included.
    public var calls: [RemoteCall] {
        state.withLock { $0.calls }
    }

    /// The lines of the script that were not used as often as they must be, one text a line.
    public var unused: [String] {
        state.withLock { state in
            zip(state.lines, state.used).compactMap { line, used in
                guard let times = line.times, used < times else { return nil }
                return "\(line.host): \(line.call)"
            }
        }
    }

    /// Records an issue for every line of the script that was not used.
    public func expectFinished(sourceLocation: SourceLocation = #_sourceLocation) {
        for line in unused {
            Issue.record("the script expected a call that did not come: \(line)", sourceLocation: sourceLocation)
        }
    }

    /// Answers from the script.
    public func run(_ command: Command, on host: Host, deadline: Duration) async throws(RemoteError) -> CommandResult {
        switch try answer(to: .run(command, host: host.name)) {
        case .result(let result): return result
        case .computed(let compute): return try compute(command)
        case .failure(let error): throw error
        case .uploaded, .file: throw trap(.run(command, host: host.name))
        }
    }

    /// Gives the file's bytes to the script.
    public func upload(
        _ localPath: String,
        to path: String,
        on host: Host,
        deadline: Duration
    ) async throws(RemoteError) {
        switch try answer(to: .upload(path: path, host: host.name)) {
        case .uploaded(let receive):
            guard let bytes = FileManager.default.contents(atPath: localPath) else {
                throw .copyFailed(host: host.name, path: path, reason: "cannot read \(localPath)")
            }
            receive(Array(bytes))
        case .failure(let error): throw error
        case .result, .computed, .file: throw trap(.upload(path: path, host: host.name))
        }
    }

    /// Writes the script's contents to the local file, mode 0600.
    public func download(
        _ path: String,
        from host: Host,
        to localPath: String,
        needsRoot: Bool,
        deadline: Duration
    ) async throws(RemoteError) -> String {
        let call = RemoteCall.download(path: path, host: host.name, needsRoot: needsRoot)
        switch try answer(to: call) {
        case .file(let bytes):
            let attributes: [FileAttributeKey: Any] = [.posixPermissions: 0o600]
            guard FileManager.default.createFile(atPath: localPath, contents: Data(bytes), attributes: attributes)
            else { throw .copyFailed(host: host.name, path: path, reason: "cannot write \(localPath)") }
            return SHA256.hash(data: bytes).map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
        case .failure(let error): throw error
        case .result, .computed, .uploaded: throw trap(call)
        }
    }

    /// Records the call.
    public func disconnect(_ host: Host) async {
        state.withLock { $0.calls.append(.disconnect(host: host.name)) }
    }

    /// Records the call.
    public func close() async {
        state.withLock { $0.calls.append(.close) }
    }

    private func answer(to call: RemoteCall) throws(RemoteError) -> RemoteScript.Answer {
        let answer = state.withLock { state -> RemoteScript.Answer? in
            state.calls.append(call)
            for (index, line) in state.lines.enumerated() where line.host == call.host {
                if let times = line.times, state.used[index] >= times { continue }
                if line.call.matches(call) {
                    state.used[index] += 1
                    return line.answer
                }
                if inOrder, line.times != nil { return nil }
            }
            return nil
        }
        guard let answer else { throw trap(call) }
        return answer
    }

    private func trap(_ call: RemoteCall) -> RemoteError {
        Issue.record("the script was not told of this call: \(call)")
        return .lost(host: call.host ?? "", sent: false, reason: "the script was not told of this call: \(call)")
    }
}
