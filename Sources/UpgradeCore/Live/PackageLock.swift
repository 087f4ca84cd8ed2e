/// Waits while another process holds dpkg's lock.
struct PackageLock: Sendable {
    let access: HostAccess
    let host: Host
    let deadline: Duration
    let report: @Sendable (ActionProgress) -> Void

    /// Whether `output` of a failed `action` says that it could not take a lock, and so has done nothing.
    ///
    /// dpkg's own words count only where dpkg was called directly: below apt they may come in the middle of the work.
    /// - Source: apt 1.4 to 2.6, apt-pkg/contrib/fileutl.cc GetLock; dpkg 1.18 to 1.21, lib/dpkg/file.c, dbmodify.c
    static func kept(_ action: Action, from output: String) -> Bool {
        switch action {
        case .download, .install, .refreshPackageLists:
            output.contains("E: Could not get lock ")
        case .configurePending, .downgrade:
            output.contains("locked by another process")
        case .keepArchives, .unhold, .hold, .mask, .unmask, .pause, .unpause, .restart, .hook, .saveSnapshot, .archive,
            .fetch, .prune,
            .cordon,
            .uncordon, .drain,
            .setUpdateStrategy, .setDaemonSetImage, .setDeploymentImage, .deletePod, .convertHelmRelease,
            .removeHelmSecret, .openSilence, .closeSilence, .mapHelmRelease, .retireHelmRecord, .removeTiller,
            .proveSnapshot, .saveCalico, .migrateCalico, .switchCalico, .setDaemonSetVariable, .pullImage, .dropMark,
            .placeFile, .stageEtcd, .swapEtcd, .restartAll:
            false
        }
    }

    /// Returns when nobody holds the lock.
    ///
    /// - Throws: `.commandFailed` with the holder when `deadline` has passed since `watch` began.
    func wait(_ watch: Stopwatch, before command: Command) async throws(AccessError) {
        var told: String?
        while let holder = try await holder() {
            if holder != told {
                report(.packageLockHeld(host: host.name, by: holder))
                told = holder
            }
            guard watch.elapsed() < deadline, await watch.wait(.seconds(2)) else {
                throw .commandFailed(
                    host: host.name,
                    command: Redaction.redact(command),
                    status: "not begun",
                    output: "dpkg's lock is held by \(holder)"
                )
            }
        }
    }

    /// Who holds the lock; `nil` when nobody does.
    func holder() async throws(AccessError) -> String? {
        let question = ProbeRendering.packageSystem
        let result: CommandResult
        do throws(RemoteError) {
            result = try await access.run(question, on: host, deadline: .seconds(60), report: report).result
        } catch {
            throw .remote(error)
        }
        do throws(ReadingError) {
            return try HostReading.packageSystem(Sections(try result.text())).lockHolder
        } catch {
            throw error.access(question, on: host.name, result)
        }
    }
}
