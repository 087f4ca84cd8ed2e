import FoundationEssentials

/// A cluster with an Alertmanager or a maintenance window beside it: silences are asked for and made there, everything else
/// is the cluster's.
///
/// The Alertmanager is a real one also where the cluster is simulated, so that an operator can try it. It is asked from the
/// operator's machine. Every request may be made twice: what is there is looked at before anything is posted.
public struct SilencedCluster: ClusterAccess {
    private let base: any ClusterAccess
    private let playbook: Playbook
    private let web: any WebClient
    private let programs: any OperatorPrograms
    private let clock: any Clock<Duration>
    private let now: @Sendable () -> Double

    /// Puts an Alertmanager beside a cluster.
    ///
    /// - Parameters:
    ///   - base: the cluster.
    ///   - playbook: names the files that hold tokens, and how long an Alertmanager may be away (`deadlines.connect`).
    ///   - web: sends requests.
    ///   - programs: runs the commands of windows.
    ///   - clock: measures deadlines.
    ///   - now: the operator's clock in seconds since 1970.
    public init(
        _ base: any ClusterAccess,
        playbook: Playbook,
        web: any WebClient,
        programs: any OperatorPrograms,
        clock: any Clock<Duration> = ContinuousClock(),
        now: @escaping @Sendable () -> Double
    ) {
        self.base = base
        self.playbook = playbook
        self.web = web
        self.programs = programs
        self.clock = clock
        self.now = now
    }

    /// What is said where no Alertmanager can be asked: a mistake of whoever made the world.
    static func missing(_ silence: AlertSilence) -> AccessError {
        .unreadable(
            host: host(silence),
            command: AlertmanagerRequests.list(silence),
            reason: "nothing that speaks to an Alertmanager was given"
        )
    }

    /// Asks the Alertmanager for silences, and the cluster for everything else.
    public func answer(
        _ probes: [Probe],
        report: @escaping @Sendable (ActionProgress) -> Void
    ) async throws(AccessError) -> Observation {
        var seen = Observation()
        var rest: [Probe] = []
        for probe in probes {
            if case .silence(let silence) = probe {
                seen.record(.silence(try await find(silence, report)), to: probe)
            } else if case .silenceMarks(let silence) = probe {
                seen.record(.silenceMarks(try await runs(silence, report)), to: probe)
            } else {
                rest.append(probe)
            }
        }
        if !rest.isEmpty {
            for (probe, answer) in try await base.answer(rest, report: report).answers {
                seen.record(answer, to: probe)
            }
        }
        return seen
    }

    /// Opens or ends a silence, or lets the cluster perform the action.
    public func perform(
        _ action: Action,
        as job: JobID,
        report: @escaping @Sendable (ActionProgress) -> Void
    ) async throws(AccessError) {
        switch action {
        case .openSilence(let silence): try await open(silence, report)
        case .closeSilence(let silence): try await close(silence, report)
        default: try await base.perform(action, as: job, report: report)
        }
    }

    /// Waits for jobs of the cluster; a request is none.
    public func settle(
        _ action: Action,
        as job: JobID,
        report: @escaping @Sendable (ActionProgress) -> Void
    ) async throws(AccessError) {
        try await base.settle(action, as: job, report: report)
    }

    // MARK: silences

    private func open(_ silence: AlertSilence, _ report: @Sendable (ActionProgress) -> Void) async throws(AccessError) {
        if let window = window(silence) { return try await window.open(report) }
        _ = try await exchange(silence, report) { () async throws(AccessError) -> (WebRequest, WebAnswer)? in
            // Looked at before each try: the one before may have been heard although its answer was lost.
            let found = try await look(silence)
            if let found, found.secondsLeft > silence.lasts / .seconds(1) - 60 { return nil }
            guard let body = AlertmanagerRequests.body(silence, id: found?.ids.first, now: now()) else {
                throw Self.missing(silence)
            }
            return try await send("POST", AlertmanagerRequests.list(silence), silence, body: body)
        }
    }

    private func close(_ silence: AlertSilence, _ report: @Sendable (ActionProgress) -> Void) async throws(AccessError)
    {
        if let window = window(silence) { return try await window.close(report) }
        for id in try await find(silence, report)?.ids ?? [] {
            _ = try await exchange(silence, report) { () async throws(AccessError) -> (WebRequest, WebAnswer)? in
                guard try await look(silence)?.ids.contains(id) == true else { return nil }
                return try await send("DELETE", AlertmanagerRequests.one(silence, id: id), silence)
            }
        }
    }

    private func find(
        _ silence: AlertSilence,
        _ report: @Sendable (ActionProgress) -> Void
    ) async throws(AccessError) -> SilenceState? {
        if let window = window(silence) { return try await window.look() }
        return try await retrying(silence, report) { () async throws(AccessError) in try await look(silence) }
    }

    /// The runs that have such a silence open; a window can only be asked for one run.
    private func runs(
        _ silence: AlertSilence,
        _ report: @Sendable (ActionProgress) -> Void
    ) async throws(AccessError) -> [String] {
        if window(silence) != nil { return [] }
        return try await retrying(silence, report) { () async throws(AccessError) in
            let (request, answer) = try await send("GET", AlertmanagerRequests.list(silence), silence)
            do throws(ReadingError) {
                return try AlertmanagerRequests.runs(silence, in: answer.body)
            } catch {
                guard case .unreadable(let reason) = error else { throw Self.missing(silence) }
                throw .unreadable(host: Self.host(silence), command: Self.text(request), reason: reason)
            }
        }
    }

    private func look(_ silence: AlertSilence) async throws(AccessError) -> SilenceState? {
        let (request, answer) = try await send("GET", AlertmanagerRequests.list(silence), silence)
        do throws(ReadingError) {
            return try AlertmanagerRequests.find(silence, in: answer.body, now: now())
        } catch {
            guard case .unreadable(let reason) = error else { throw Self.missing(silence) }
            throw .unreadable(host: Self.host(silence), command: Self.text(request), reason: reason)
        }
    }

    /// A request that changes something, told as a command is.
    private func exchange(
        _ silence: AlertSilence,
        _ report: @Sendable (ActionProgress) -> Void,
        _ body: () async throws(AccessError) -> (WebRequest, WebAnswer)?
    ) async throws(AccessError) {
        let watch = Stopwatch(clock)
        guard let (request, answer) = try await retrying(silence, report, body) else { return }
        report(
            .ran(
                CommandTrace(
                    Command([request.method, request.url]),
                    on: AlertmanagerRequests.place,
                    status: "HTTP \(answer.status)",
                    took: watch.elapsed(),
                    output: answer.body
                )
            )
        )
    }

    private func window(_ silence: AlertSilence) -> MaintenanceWindow? {
        guard case .commands(let commands) = playbook.options(of: silence)?.means else { return nil }
        let deadline = playbook.deadlines.connect
        return MaintenanceWindow(
            silence: silence,
            commands: commands,
            programs: programs,
            deadline: deadline,
            clock: clock
        )
    }

    // MARK: one request

    /// Tries again while there is no answer, or one that may pass, as long as a host may be away.
    private func retrying<Value>(
        _ silence: AlertSilence,
        _ report: @Sendable (ActionProgress) -> Void,
        _ body: () async throws(AccessError) -> Value
    ) async throws(AccessError) -> Value {
        let watch = Stopwatch(clock)
        while true {
            do throws(AccessError) {
                return try await body()
            } catch {
                guard case .commandFailed(let host, _, let status, _) = error, Self.mayPass(status),
                    watch.elapsed() < playbook.deadlines.connect
                else { throw error }
                report(.reconnecting(host: host, reason: error.why))
                guard await watch.wait(.seconds(2)) else { throw error }
            }
        }
    }

    private func send(
        _ method: String,
        _ url: String,
        _ silence: AlertSilence,
        body: String? = nil
    ) async throws(AccessError) -> (WebRequest, WebAnswer) {
        var request = WebRequest(method, url, contentType: body.map { _ in "application/json" }, body: body)
        if case .alertmanager(_, .some(let path), _) = playbook.options(of: silence)?.means {
            request.token = try SecretFile.read(path)
        }
        let answer: WebAnswer
        do throws(WebError) {
            answer = try await web.send(request)
        } catch {
            guard case .noAnswer(let reason) = error else { throw Self.missing(silence) }
            throw failed(silence, request, Self.noAnswer, reason)
        }
        guard (200..<300).contains(answer.status) else {
            throw failed(silence, request, "HTTP \(answer.status)", Redaction.tail(answer.body))
        }
        return (request, answer)
    }

    private func failed(
        _ silence: AlertSilence,
        _ request: WebRequest,
        _ status: String,
        _ output: String
    ) -> AccessError {
        .commandFailed(host: Self.host(silence), command: Self.text(request), status: status, output: output)
    }

    private static let noAnswer = "no answer"

    /// A server that is being restarted answers so; whoever is refused is refused again.
    private static func mayPass(_ status: String) -> Bool {
        status == noAnswer || status.hasPrefix("HTTP 5") || status == "HTTP 429"
    }

    private static func text(_ request: WebRequest) -> String { "\(request.method) \(request.url)" }

    private static func host(_ silence: AlertSilence) -> String {
        let parts = silence.alertmanager.split(separator: "/", omittingEmptySubsequences: true)
        return parts.count > 1 ? String(parts[1]) : silence.alertmanager
    }
}
