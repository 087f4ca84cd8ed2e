import Crypto
import FoundationEssentials

extension LiveCluster {
    /// A question is answered within seconds or not at all; hashing a snapshot of some GiB takes the longest.
    private static let questionDeadline = Duration.seconds(60)

    /// How many hosts are asked at once, and how many questions one host is asked at once.
    ///
    /// sshd allows ten sessions on one connection (sshd_config(5), MaxSessions); jobs and copies need some too.
    private static let hostsAtOnce = 32
    private static let questionsAtOnce = 4

    /// Asks every question, those to different places at once; changes nothing.
    ///
    /// - Throws: `AccessError` for the first question, in the order given, that could not be answered.
    public func answer(
        _ probes: [Probe],
        report: @escaping @Sendable (ActionProgress) -> Void
    ) async throws(AccessError) -> Observation {
        let cluster = telling(report)
        let pods = try await cluster.runningPods(probes)
        var places: [Question.Place?] = []
        var byPlace: [Question.Place?: [Int]] = [:]
        for (index, probe) in probes.enumerated() {
            let place = place(of: probe)
            if byPlace[place] == nil { places.append(place) }
            byPlace[place, default: []].append(index)
        }
        let work = places.map { byPlace[$0] ?? [] }
        let answered = await concurrently(work, atOnce: Self.hostsAtOnce) { indexes in
            await concurrently(indexes, atOnce: Self.questionsAtOnce) { index in
                (index, await cluster.result(of: probes[index], pods))
            }
        }
        var observation = Observation()
        for (index, result) in answered.joined().sorted(by: { $0.0 < $1.0 }) {
            observation.record(try result.get(), to: probes[index])
        }
        return observation
    }

    private func place(of probe: Probe) -> Question.Place? {
        if case .podReach(let host, _) = probe { return .host(host) }
        return ProbeRendering.question(for: probe, playbook: playbook)?.place
    }

    private func result(of probe: Probe, _ pods: String) async -> Result<Answer, AccessError> {
        do throws(AccessError) {
            if case .podReach(let host, let node) = probe {
                return .success(.podReach(try await podReach(PodReachReading(pods, node: node), from: host)))
            }
            return .success(try await answer(probe))
        } catch {
            return .failure(error)
        }
    }

    private func answer(_ probe: Probe) async throws(AccessError) -> Answer {
        if case .localFile(let path) = probe { return .file(try localFile(local(path))) }
        if case .helmReleases(let compares) = probe {
            return .helmReleases(try await helmInventory(compares: compares))
        }
        if case .helmPresence = probe { return .helmPresence(try await helmPresence()) }
        if case .silenceMarks(let silence) = probe { throw SilencedCluster.missing(silence) }
        if case .silence(let silence) = probe { throw SilencedCluster.missing(silence) }
        guard let question = ProbeRendering.question(for: probe, playbook: playbook) else {
            preconditionFailure("every probe is a question to a host or to this machine")
        }
        var (result, host, times) = try await ask(question)
        // The first call to a host includes the making of the connection; its clock is compared without that.
        if case .identity = probe, times.received - times.sent > 1 {
            (result, host, times) = try await ask(question)
        }
        do throws(ReadingError) {
            return try question.read(result, times)
        } catch {
            throw error.access(question.command, on: host, result)
        }
    }

    private func ask(
        _ question: Question
    ) async throws(AccessError) -> (CommandResult, host: String, times: Question.Times) {
        let sent = now()
        switch question.place {
        case .host(let name):
            let host = try host(name)
            do throws(RemoteError) {
                let answer = try await access.run(
                    question.command,
                    on: host,
                    deadline: question.deadline ?? Self.questionDeadline,
                    report: waiting
                )
                return (answer.result, name, Question.Times(sent: sent, received: now()))
            } catch {
                throw .remote(error)
            }
        case .controlPlane:
            let answer = try await api.run(question.command, deadline: Self.questionDeadline, report: waiting)
            return (answer.result, answer.host, Question.Times(sent: sent, received: now()))
        }
    }

    private func localFile(_ path: String) throws(AccessError) -> FileState? {
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        do {
            let data = try Data(contentsOf: URL(filePath: path), options: .mappedIfSafe)
            let digits = SHA256.hash(data: data).map { byte in
                String(byte >> 4, radix: 16) + String(byte & 15, radix: 16)
            }
            return FileState(sha256: digits.joined(), size: ByteCount(bytes: Int64(data.count)))
        } catch {
            throw .localFile(path: path, reason: "it cannot be read")
        }
    }
}

/// Does `body` for every item, at most `atOnce` at a time; the results are in the order of the items.
private func concurrently<Item: Sendable, Value: Sendable>(
    _ items: [Item],
    atOnce limit: Int,
    _ body: @escaping @Sendable (Item) async -> Value
) async -> [Value] {
    await withTaskGroup(of: (Int, Value).self) { group in
        var values: [(Int, Value)] = []
        for (index, item) in items.enumerated() {
            if index >= limit, let value = await group.next() { values.append(value) }
            group.addTask { (index, await body(item)) }
        }
        for await value in group { values.append(value) }
        return values.sorted { $0.0 < $1.0 }.map(\.1)
    }
}
