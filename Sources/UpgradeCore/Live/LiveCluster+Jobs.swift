extension LiveCluster {
    /// Runs one line of `action` as a job and follows it.
    func run(
        _ line: RenderedCommand,
        of action: Action,
        as unit: JobUnit,
        report: @escaping @Sendable (ActionProgress) -> Void
    ) async throws(AccessError) {
        let host = try await jobHost(line, of: action, unit: unit, report: report)
        let runner = runner(action, unit: unit, on: host, report: report)
        let lock = PackageLock(access: access, host: host, deadline: playbook.deadlines.install, report: report)
        let watch = Stopwatch(access.clock)
        let drain = drainWatch(action, report: report)
        while true {
            let (status, output) = try await runner.perform(line.command) { () async throws(AccessError) in
                if action.needsPackageLock { try await lock.wait(watch, before: line.command) }
            } whileRunning: {
                await drain?.look()
            }
            report(
                .ran(
                    CommandTrace(
                        line.command,
                        on: host.name,
                        status: "exit \(status)",
                        took: watch.elapsed(),
                        output: output
                    )
                )
            )
            if status == 0 { return }
            // Somebody took the lock between the look and the start; the job has done nothing and may be begun again.
            if PackageLock.kept(action, from: output), watch.elapsed() < lock.deadline {
                report(.packageLockHeld(host: host.name, by: try await lock.holder() ?? "another process"))
                try await runner.forget()
                if await watch.wait(.seconds(3)) { continue }
            }
            if case .drain(let node, let options) = action, let drain, Self.ranOutOfTime(output) {
                throw .drainBlocked(node: node, by: await drain.blocks(), deadline: options.deadline)
            }
            throw .commandFailed(
                host: host.name,
                command: Redaction.redact(line.command),
                status: "exit \(status)",
                output: Redaction.tail(output)
            )
        }
    }

    /// Waits until no job of this name runs on any host where it may.
    ///
    /// A drain may run on any control-plane host. One that cannot be reached is waited for while the drain could still
    /// be running: kubectl ends by itself at the drain's deadline. Where no host at all can be asked, that is an error.
    public func settle(
        _ action: Action,
        as job: JobID,
        report: @escaping @Sendable (ActionProgress) -> Void
    ) async throws(AccessError) {
        guard let line = CommandRendering.commands(for: action, playbook: playbook).first(where: \.asJob) else {
            return
        }
        let unit = JobUnit(name: job.unitName)
        guard case .drain(_, let options) = action else {
            _ = try await runner(action, unit: unit, on: try host(line.host), report: report).settle()
            return
        }
        let watch = Stopwatch(access.clock)
        var unasked = playbook.hosts(.controlPlane)
        var wasAnswered = false
        while true {
            var away: [Host] = []
            var last: AccessError?
            for host in unasked {
                do throws(AccessError) {
                    // It ran there and nowhere else: a drain is started on one host.
                    if try await runner(action, unit: unit, on: host, report: report).settle() { return }
                    wasAnswered = true
                } catch {
                    guard case .remote(let cause) = error, cause.isPassing else { throw error }
                    report(.reconnecting(host: host.name, reason: cause.reason))
                    away.append(host)
                    last = error
                }
            }
            guard let last else { return }
            guard wasAnswered else { throw last }
            if watch.elapsed() > options.deadline + playbook.deadlines.connect { return }
            guard await watch.wait(.seconds(5)) else { throw last }
            unasked = away
        }
    }

    // MARK: where and how

    private func runner(
        _ action: Action,
        unit: JobUnit,
        on host: Host,
        report: @escaping @Sendable (ActionProgress) -> Void
    ) -> JobRunner {
        JobRunner(access: access, host: host, unit: unit, deadline: deadline(of: action), report: report)
    }

    /// The host that the line names; for a request to the API, the first control-plane host that can be reached.
    private func jobHost(
        _ line: RenderedCommand,
        of action: Action,
        unit: JobUnit,
        report: @escaping @Sendable (ActionProgress) -> Void
    ) async throws(AccessError) -> Host {
        let hosts = action.isOnAPI ? api.hosts : [try host(line.host)]
        var last = AccessError.remote(.unreachable(host: line.host, address: "", reason: "no control-plane host"))
        for host in hosts {
            do throws(AccessError) {
                if hosts.count > 1 {
                    _ = try await runner(action, unit: unit, on: host, report: report).status()
                }
                return host
            } catch {
                guard case .remote(let cause) = error, cause.isPassing else { throw error }
                last = error
            }
        }
        throw last
    }

    private func deadline(of action: Action) -> Duration {
        switch action {
        // unattended-upgrades ends what it has in hand before it stops; it asks for as long as an install may take.
        case .refreshPackageLists, .download, .keepArchives, .install, .downgrade, .configurePending, .pause,
            .pullImage:
            playbook.deadlines.install
        case .restart: playbook.deadlines.daemon
        case .restartAll(_, let units, _): playbook.deadlines.daemon * units.count
        case .saveSnapshot, .proveSnapshot, .archive, .saveCalico, .migrateCalico, .placeFile, .stageEtcd, .swapEtcd:
            playbook.deadlines.backup
        // kubectl ends by itself at the drain's deadline; until then it may be waiting for the API.
        case .drain(_, let options): options.deadline + playbook.deadlines.connect
        case .hook(_, _, _, _, let deadline): deadline
        case .unhold, .hold, .mask, .unmask, .unpause, .fetch, .prune, .cordon, .uncordon, .setUpdateStrategy,
            .setDaemonSetImage,
            .setDeploymentImage, .deletePod, .convertHelmRelease, .removeHelmSecret, .openSilence, .closeSilence,
            .mapHelmRelease, .retireHelmRecord, .removeTiller, .switchCalico, .setDaemonSetVariable, .dropMark:
            playbook.deadlines.connect
        }
    }

    private func drainWatch(
        _ action: Action,
        report: @escaping @Sendable (ActionProgress) -> Void
    ) -> DrainWatch? {
        guard case .drain(let node, _) = action else { return nil }
        // A look that gets no answer is given up: the drain is followed all the same.
        return DrainWatch(
            api: APIAccess(access: access.impatient, hosts: api.hosts),
            playbook: playbook,
            node: node,
            report: report
        )
    }

    /// What kubectl says when `--timeout` is over.
    ///
    /// - Source: recorded from kubectl of the path; 1.20 pkg/drain/drain.go says "global timeout reached".
    private static func ranOutOfTime(_ output: String) -> Bool {
        output.contains("rain did not complete within") || output.contains("global timeout reached")
    }
}

extension Action {
    /// Whether dpkg's lock must be free before the action is begun.
    fileprivate var needsPackageLock: Bool {
        switch self {
        case .download, .install, .downgrade, .configurePending: true
        case .refreshPackageLists, .keepArchives, .unhold, .hold, .mask, .unmask, .pause, .unpause, .restart,
            .saveSnapshot, .archive,
            .fetch, .prune,
            .cordon,
            .uncordon, .drain, .setUpdateStrategy, .setDaemonSetImage, .setDeploymentImage, .deletePod, .hook,
            .convertHelmRelease, .removeHelmSecret, .openSilence, .closeSilence, .mapHelmRelease, .retireHelmRecord,
            .removeTiller, .proveSnapshot, .saveCalico, .migrateCalico, .switchCalico, .setDaemonSetVariable,
            .pullImage, .dropMark, .placeFile, .stageEtcd, .swapEtcd, .restartAll:
            false
        }
    }
}
