/// Runs kubectl on the first control-plane host that can be reached.
///
/// The API server that kubectl talks to may be the one that is just being restarted: a call that could not reach it is
/// made again, from the next host, until `Deadlines.connect` has passed. A refusal by the API is final; so it is when none
/// of the hosts has ever answered.
struct APIAccess: Sendable {
    let access: HostAccess
    let hosts: [Host]

    /// Runs a command that does the same thing when done twice.
    ///
    /// - Throws: the error of the last host where none could be reached.
    func run(
        _ command: Command,
        deadline: Duration,
        report: @Sendable (ActionProgress) -> Void = { _ in }
    ) async throws(AccessError) -> (result: CommandResult, host: String, mayHaveRun: Bool) {
        let watch = Stopwatch(access.clock)
        var pause = Duration.milliseconds(500)
        var mayHaveRun = false
        while true {
            var isAnyKnown = false
            var last = AccessError.remote(.unreachable(host: "", address: "", reason: "no control-plane host"))
            for host in hosts {
                do throws(RemoteError) {
                    let result = try await access.remote.run(command, on: host, deadline: deadline)
                    access.noteAnswer(of: host)
                    isAnyKnown = true
                    guard Self.couldNotReachServer(result) else { return (result, host.name, mayHaveRun) }
                    mayHaveRun = true
                    last = .failed(command, on: host.name, result)
                    report(.reconnecting(host: host.name, reason: "the API server does not answer"))
                } catch {
                    guard error.isPassing else { throw .remote(error) }
                    mayHaveRun = mayHaveRun || error.mayHaveRun
                    isAnyKnown = access.isKnown(host, error) || isAnyKnown
                    last = .remote(error)
                    report(.reconnecting(host: host.name, reason: error.reason))
                }
            }
            guard isAnyKnown, watch.elapsed() < access.connect, await watch.wait(pause) else { throw last }
            pause = min(pause * 2, .seconds(5))
        }
    }

    /// What kubectl says when it, or the API server on the way to etcd, got no answer.
    ///
    /// - Source: recorded from kubectl of the path with the API server, and with etcd, stopped; client-go
    ///   rest/request.go; apiserver pkg/storage/etcd3/errors.go
    private static let signs = [
        "The connection to the server", "Unable to connect to the server", "Client.Timeout exceeded",
        "i/o timeout", "TLS handshake timeout", "connection refused", "connection reset by peer", "unexpected EOF",
        "http2: server sent GOAWAY", "etcdserver: request timed out", "etcdserver: leader changed",
        "(ServiceUnavailable)", "(Timeout)", "(ServerTimeout)", "(InternalError): an error on the server (\"apiserver",
    ]

    static func couldNotReachServer(_ result: CommandResult) -> Bool {
        !result.succeeded && isSilence(result.errorOutput)
    }

    fileprivate static func isSilence(_ text: String) -> Bool { signs.contains { text.contains($0) } }
}

extension AccessError {
    /// Whether hosts answered, and no API server did.
    public var isSilentAPI: Bool {
        if case .commandFailed(_, _, _, let output) = self { APIAccess.isSilence(output) } else { false }
    }
}
