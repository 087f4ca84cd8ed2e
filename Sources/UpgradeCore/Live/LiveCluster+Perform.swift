import FoundationEssentials

extension LiveCluster {
    /// A command that is not a job ends within seconds.
    private static let callDeadline = Duration.seconds(60)

    /// Performs `action`: its lines in order, each to its end.
    ///
    /// Lines that are not jobs do the same thing when done twice, so they are run again after a lost connection.
    ///
    /// - Throws: `.leaseLost` when a host has seen a newer token than the job's; what it was to begin was not begun; so
    ///   it is with `.remote(.anotherMachine)`, when the host is not the job's machine.
    public func perform(
        _ action: Action,
        as job: JobID,
        report: @escaping @Sendable (ActionProgress) -> Void
    ) async throws(AccessError) {
        do throws(AccessError) {
            try await fenced(for: job).carryOut(action, as: job, report: report)
        } catch {
            guard case .remote(.fenced(let host, let seen)) = error else { throw error }
            throw .leaseLost(.fenced(host: host, seen: seen))
        }
    }

    private func carryOut(
        _ action: Action,
        as job: JobID,
        report: @escaping @Sendable (ActionProgress) -> Void
    ) async throws(AccessError) {
        switch action {
        case .convertHelmRelease(let conversion): return try await convert(conversion, report: report)
        case .removeHelmSecret(let conversion): return try await remove(conversion, report: report)
        case .mapHelmRelease(let mapping): return try await map(mapping, report: report)
        case .retireHelmRecord(let one): return try await retire(one, report: report)
        case .openSilence(let silence), .closeSilence(let silence): throw SilencedCluster.missing(silence)
        default: break
        }
        let mark = MarkedCommand.Mark(run: job.run, step: job.key.description)
        for line in CommandRendering.commands(for: action, playbook: playbook, mark: mark) {
            switch line.means {
            case .call where action.isOnAPI: try await callAPI(line, of: action, report: report)
            case .call: try await call(line, report: report)
            case .job: try await run(line, of: action, as: JobUnit(name: job.unitName), report: report)
            case .copy: try await copy(action, report: report)
            case .here: break
            }
        }
    }

    // MARK: calls and copies

    private func call(
        _ line: RenderedCommand,
        report: @escaping @Sendable (ActionProgress) -> Void
    ) async throws(AccessError) {
        let host = try host(line.host)
        let watch = Stopwatch(access.clock)
        let result: CommandResult
        do throws(RemoteError) {
            result = try await access.run(line.command, on: host, deadline: Self.callDeadline, report: report).result
        } catch {
            throw .remote(error)
        }
        report(.ran(CommandTrace(line.command, on: line.host, result, watch)))
        guard result.succeeded else { throw .failed(line.command, on: line.host, result) }
    }

    private func callAPI(
        _ line: RenderedCommand,
        of action: Action,
        report: @escaping @Sendable (ActionProgress) -> Void
    ) async throws(AccessError) {
        let watch = Stopwatch(access.clock)
        let (result, host, mayHaveRun) = try await api.run(line.command, deadline: Self.callDeadline, report: report)
        report(.ran(CommandTrace(line.command, on: host, result, watch)))
        if result.succeeded { return }
        // The patch tests for our mark, which the first try may have taken away before its answer was lost; a mark that is to be
        // dropped may have gone with its node, or with what somebody else did.
        if mayHaveRun || action.isOnlyUnmarking, let (node, mark) = action.testedMark,
            try await answer([.node(node)]).answers[.node(node)].isWithout(mark: mark)
        {
            return
        }
        throw .failed(line.command, on: host, result)
    }

    private func copy(
        _ action: Action,
        report: @escaping @Sendable (ActionProgress) -> Void
    ) async throws(AccessError) {
        if case .placeFile(let name, let path, _, let sum) = action {
            return try await send(path, to: name, sum, report: report)
        }
        guard case .fetch(let name, let path, let relativePath) = action else { return }
        let localPath = local(relativePath)
        let host = try host(name)
        let directory = URL(filePath: localPath).deletingLastPathComponent().path
        do {
            try FileManager.default.createDirectory(
                atPath: directory,
                withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700]
            )
        } catch {
            throw .localFile(path: directory, reason: "the directory cannot be made")
        }
        do throws(RemoteError) {
            _ = try await access.retrying(host, report: report) { () throws(RemoteError) -> String in
                try await access.remote.download(
                    path,
                    from: host,
                    to: localPath,
                    needsRoot: true,
                    deadline: playbook.deadlines.backup
                )
            }
        } catch {
            throw .remote(error)
        }
    }
}

extension LiveCluster {
    /// Copies a file of this machine to where the login may write; the job that follows puts it in place.
    private func send(
        _ path: String,
        to name: String,
        _ sum: String,
        report: @escaping @Sendable (ActionProgress) -> Void
    ) async throws(AccessError) {
        let host = try host(name)
        do throws(RemoteError) {
            try await access.retrying(host, report: report) { () throws(RemoteError) in
                try await access.remote.upload(
                    local(path),
                    to: RestoreCommands.sent(sum),
                    on: host,
                    deadline: playbook.deadlines.backup
                )
            }
        } catch {
            throw .remote(error)
        }
    }
}

extension CommandTrace {
    /// A command that was called and answered.
    fileprivate init(_ command: Command, on host: String, _ result: CommandResult, _ watch: Stopwatch) {
        let output = [result.output, result.errorOutput].filter { !$0.isEmpty }.joined(separator: "\n")
        self.init(command, on: host, status: result.outcome.text, took: watch.elapsed(), output: output)
    }
}

extension Answer? {
    fileprivate func isWithout(mark: String) -> Bool {
        guard case .node(let node) = self else { return false }
        return node?.cordonMark != mark
    }
}

extension Action {
    /// The mark of a node that the patch tests for and takes away.
    fileprivate var testedMark: (node: String, mark: String)? {
        switch self {
        case .uncordon(let node, let mark), .dropMark(.cordon(let node, let mark)): (node, mark)
        default: nil
        }
    }

    /// Whether it takes a mark of a node away and nothing else.
    fileprivate var isOnlyUnmarking: Bool { if case .dropMark(.cordon) = self { true } else { false } }

    /// Whether the action is a request to the API, which any control-plane host can make.
    var isOnAPI: Bool {
        switch self {
        case .cordon, .uncordon, .drain, .setUpdateStrategy, .setDaemonSetImage, .setDeploymentImage, .deletePod,
            .convertHelmRelease, .removeHelmSecret, .mapHelmRelease, .retireHelmRecord, .removeTiller,
            .setDaemonSetVariable:
            true
        case .dropMark(let effect): effect.hostMark == nil
        case .refreshPackageLists, .download, .keepArchives, .install, .downgrade, .configurePending, .unhold, .hold,
            .mask, .unmask,
            .pause, .unpause, .restart,
            .saveSnapshot, .archive, .fetch, .prune, .hook, .openSilence, .closeSilence, .proveSnapshot,
            .saveCalico, .migrateCalico, .switchCalico, .pullImage, .placeFile, .stageEtcd, .swapEtcd, .restartAll:
            false
        }
    }
}
