extension LiveCluster: LeaseStore {
    /// A heartbeat that is not answered is tried again; kubectl gives up after 20 s, and a busy host begins it late.
    private static let callDeadline = Duration.seconds(30)

    /// A host may be in the middle of a fenced command, whose end the telling waits for; those last a minute at most.
    private static let fenceDeadline = Duration.seconds(90)

    /// Reads the lease with the first API server that answers.
    ///
    /// - Throws: `AccessError` when none does, or what is there is not ours to read.
    public func readLease() async throws(AccessError) -> StoredLease {
        let question = LeaseRendering.question(playbook: playbook, versions: leaseVersions)
        let (result, host) = try await once(question)
        do throws(ReadingError) {
            return try LeaseReading.lease(Sections(try result.text()))
        } catch {
            throw error.access(question, on: host, result)
        }
    }

    /// Creates or replaces the object; the API compares the version, so that only one of two writers is right.
    ///
    /// - Throws: `AccessError` when no API server answered, or refused for another reason.
    public func writeLease(
        _ record: LeaseRecord,
        over stored: StoredLease
    ) async throws(AccessError) -> StoredLease? {
        let command = LeaseRendering.write(record, over: stored, playbook: playbook)
        let (result, host) = try await once(command)
        if !result.succeeded {
            if LeaseReading.isConflict(result) { return nil }
            throw .failed(command, on: host, result)
        }
        do throws(ReadingError) {
            return try LeaseReading.written(result.output, form: stored.form)
        } catch {
            throw error.access(command, on: host, result)
        }
    }

    /// Tells every host of the playbook the token, all at once.
    public func raiseFence(to token: Int, run: String) async -> [FenceAnswer] {
        await withTaskGroup(of: FenceAnswer.self) { group in
            for host in playbook.hosts {
                group.addTask { FenceAnswer(host: host.name, outcome: await raise(token, run: run, on: host)) }
            }
            var answers: [FenceAnswer] = []
            for await answer in group { answers.append(answer) }
            return answers.sorted { $0.host < $1.host }
        }
    }

    private func raise(_ token: Int, run: String, on host: Host) async -> FenceAnswer.Outcome {
        let command = Fence.raise(to: token)
        do throws(RemoteError) {
            let result = try await access.remote.run(command, on: host, deadline: Self.fenceDeadline)
            if let seen = Fence.seen(result) { return .refused(seen: seen) }
            guard result.succeeded else { return .away(.failed(command, on: host.name, result)) }
            return .raised(foreignJobs: Fence.foreignJobs(result.output, run: run))
        } catch {
            return .away(.remote(error))
        }
    }

    /// Asks each control-plane host once.
    private func once(_ command: Command) async throws(AccessError) -> (result: CommandResult, host: String) {
        let once = APIAccess(access: access.impatient, hosts: api.hosts)
        let answer = try await once.run(command, deadline: Self.callDeadline)
        return (answer.result, answer.host)
    }
}
