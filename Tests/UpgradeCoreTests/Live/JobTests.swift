import Testing

@testable import UpgradeCore

@Suite("jobs")
struct JobTests {
    private let update = Action.refreshPackageLists(host: "cp1")

    private func install() throws -> Action {
        let version = try LiveScene.version("1.14.10-1")
        return .install(host: "w1", packages: [PackageSpec(name: "kubernetes-node", version: version)])
    }

    @Test("a job is started once and followed to its end")
    func followed() async throws {
        let scene = try LiveScene(
            .job("cp1", "inactive", "none"),
            .on("cp1", "upgrader-start-job"),
            .job("cp1", "active", "begun"),
            .job("cp1", "active", "begun"),
            .job("cp1", "inactive", "ended 0")
        )
        try await scene.perform(update)
        scene.remote.expectFinished()
        #expect(scene.reports.all.isEmpty)
        #expect(scene.remote.calls[1].command.words.contains("--unit=\(LiveScene.unit)"))
    }

    @Test("a long host name gives a unit name that systemd takes, and each job its own")
    func longNames() throws {
        let host = Array(repeating: "node-of-a-very-long-name", count: 10).joined(separator: ".")
        let key = try #require(StepKey("1.12-1.13/workers/install-node@\(host)"))
        let names = (1...3).flatMap { attempt in
            (0..<2).map { JobID(run: "20260101-000000", key: key, attempt: attempt, index: $0).unitName }
        }
        #expect(Set(names).count == 6)
        for name in names {
            #expect("\(name).service".utf8.count <= 255)
            #expect(name.wholeMatch(of: /[A-Za-z0-9:._-]+/) != nil)
        }
    }

    @Test("a connection lost right after systemd-run does not start the job a second time")
    func lostAfterStart() async throws {
        let scene = try LiveScene(
            .job("cp1", "inactive", "none"),
            .lost("cp1", "upgrader-start-job"),
            .on(
                "cp1",
                "upgrader-start-job",
                error: "Failed to start transient service unit: Unit u.service already exists.",
                status: 1
            ),
            .job("cp1", "active", "begun"),
            .job("cp1", "inactive", "ended 0")
        )
        try await scene.perform(update)
        scene.remote.expectFinished()
        #expect(scene.reports.all == [.reconnecting(host: "cp1", reason: "reset by peer")])
    }

    @Test("a host that is away while its job runs is waited for")
    func away() async throws {
        let scene = try LiveScene(
            .job("cp1", "active", "begun"),
            .lost("cp1", "upgrader-job-status"),
            .unreachable("cp1", "upgrader-job-status"),
            .job("cp1", "inactive", "ended 0")
        )
        try await scene.perform(update)
        scene.remote.expectFinished()
        #expect(scene.reports.all.count == 2)
    }

    @Test("a job that has ended already is not started again")
    func ended() async throws {
        let scene = try LiveScene(.job("cp1", "inactive", "ended 0"))
        try await scene.perform(update)
        scene.remote.expectFinished()
    }

    @Test("a job that was begun and has left no result has vanished")
    func vanished() async throws {
        let scene = try LiveScene(.job("cp1", "inactive", "begun"), .job("cp1", "failed", "begun"))
        await #expect(throws: AccessError.jobVanished(host: "cp1", unit: LiveScene.unit)) {
            try await scene.perform(update)
        }
        scene.remote.expectFinished()
    }

    @Test("a job that never comes to life after its start has vanished, and is not started again")
    func neverBegun() async throws {
        let scene = try LiveScene(
            .job("cp1", "inactive", "none"),
            .on("cp1", "upgrader-start-job"),
            .job("cp1", "failed", "none"),
            .job("cp1", "failed", "none")
        )
        await #expect(throws: AccessError.jobVanished(host: "cp1", unit: LiveScene.unit)) {
            try await scene.perform(update)
        }
    }

    @Test("a failing job tells the end of what it printed, without secrets")
    func failing() async throws {
        let lines = (1...40).map { "line \($0)" }.joined(separator: "\n")
        let scene = try LiveScene(.job("cp1", "inactive", "ended 100\n\(lines)\nE: --token=abc"))
        let error = await #expect(throws: AccessError.self) { try await scene.perform(update) }
        guard case .commandFailed("cp1", let command, "exit 100", let output) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(command.hasSuffix("apt-get update"))
        #expect(output.hasPrefix("line 22\n"))
        #expect(output.hasSuffix("E: --token=[redacted]"))
    }

    @Test("a job that does not end in time may still be running")
    func overdue() async throws {
        var scene = try LiveScene()
        scene.playbook.deadlines.install = .seconds(1)
        // A real host waits before it says so; this one says it at once, at each of eleven looks.
        scene.remote = ToldRemote(Array(repeating: .job("cp1", "active", "begun"), count: 11))
        let overdue = AccessError.jobOverdue(host: "cp1", unit: LiveScene.unit, deadline: .seconds(1))
        let slow = scene
        await #expect(throws: overdue) { try await slow.perform(update) }
        scene.remote.expectFinished()
    }

    @Test("an answer that is not one is an error, not a trap", arguments: ["", "ActiveState=active\n", "x\ny\n"])
    func unreadable(output: String) async throws {
        let scene = try LiveScene(.on("cp1", "upgrader-job-status", output))
        let error = await #expect(throws: AccessError.self) { try await scene.perform(update) }
        guard case .unreadable("cp1", _, _) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    // MARK: dpkg's lock

    @Test("an installation waits for dpkg's lock and says who holds it, once")
    func lockHeld() async throws {
        let scene = try LiveScene(
            .job("w1", "inactive", "none"),
            .lock("w1", heldBy: "714 unattended-upgr"),
            .lock("w1", heldBy: "714 unattended-upgr"),
            .lock("w1"),
            .on("w1", "upgrader-start-job"),
            .job("w1", "inactive", "ended 0")
        )
        try await scene.perform(try install())
        scene.remote.expectFinished()
        #expect(scene.reports.all == [.packageLockHeld(host: "w1", by: "unattended-upgr (pid 714)")])
    }

    @Test("an installation that runs already does not wait for the lock that it holds itself")
    func ownLock() async throws {
        let scene = try LiveScene(.job("w1", "active", "begun"), .job("w1", "inactive", "ended 0"))
        try await scene.perform(try install())
        scene.remote.expectFinished()
    }

    @Test("an installation that lost the race for the lock is begun again, its empty result removed first")
    func lockRace() async throws {
        let scene = try LiveScene(
            .job("w1", "inactive", "none"),
            .lock("w1"),
            .on("w1", "upgrader-start-job"),
            .job("w1", "inactive", "ended 100\nE: Could not get lock /var/lib/dpkg/lock-frontend - open (11)"),
            .lock("w1", heldBy: "714 unattended-upgr"),
            .on("w1", "upgrader-forget-job"),
            .job("w1", "inactive", "none"),
            .lock("w1"),
            .on("w1", "upgrader-start-job"),
            .job("w1", "inactive", "ended 0")
        )
        try await scene.perform(try install())
        scene.remote.expectFinished()
        #expect(scene.reports.all == [.packageLockHeld(host: "w1", by: "unattended-upgr (pid 714)")])
    }

    @Test("any other failure of an installation is final")
    func installFails() async throws {
        let scene = try LiveScene(
            .job("w1", "inactive", "ended 100\ndpkg: error: dpkg frontend is locked by another process")
        )
        await #expect(throws: AccessError.self) { try await scene.perform(try install()) }
        scene.remote.expectFinished()
    }

    @Test("a lock that is never let go ends the wait at the deadline, with the holder")
    func lockForEver() async throws {
        var scene = try LiveScene()
        scene.playbook.deadlines.install = .seconds(3)
        scene.remote = ToldRemote(
            [.job("w1", "inactive", "none")] + Array(repeating: .lock("w1", heldBy: "9 apt-get"), count: 3)
        )
        let action = try install()
        let held = scene
        let error = await #expect(throws: AccessError.self) { try await held.perform(action) }
        guard case .commandFailed("w1", _, "not begun", "dpkg's lock is held by apt-get (pid 9)") = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        scene.remote.expectFinished()
    }

    @Test("an installation that keeps losing the race for the lock fails at the deadline")
    func lockLostForEver() async throws {
        let round: [ToldRemote.Line] = [
            .job("w1", "inactive", "none"), .lock("w1"), .on("w1", "upgrader-start-job"),
            .job("w1", "inactive", "ended 100\nE: Could not get lock /var/lib/dpkg/lock-frontend - open (11)"),
        ]
        var scene = try LiveScene()
        scene.playbook.deadlines.install = .seconds(3)
        scene.remote = ToldRemote(round + [.lock("w1"), .on("w1", "upgrader-forget-job")] + round)
        let (held, action) = (scene, try install())
        let error = await #expect(throws: AccessError.self) { try await held.perform(action) }
        guard case .commandFailed("w1", _, "exit 100", _) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        scene.remote.expectFinished()
    }

    // MARK: settle

    @Test(
        "settling returns at once where no job was begun, waits for one that runs, and is content with one that ended"
    )
    func settle() async throws {
        let none = try LiveScene(.job("cp1", "inactive", "none"))
        try await none.settle(update)
        none.remote.expectFinished()
        let running = try LiveScene(.job("cp1", "active", "begun"), .job("cp1", "inactive", "ended 1\nE: no"))
        try await running.settle(update)
        running.remote.expectFinished()
        let vanished = try LiveScene(.job("cp1", "inactive", "begun"))
        try await vanished.settle(update)
        vanished.remote.expectFinished()
    }

    @Test("settling an action that is no job asks nobody")
    func settleCall() async throws {
        try await LiveScene().settle(.cordon(node: "w1", mark: "run-1"))
    }

    @Test("settling where the host cannot be asked is an error")
    func settleUnreachable() async throws {
        let scene = try LiveScene(.unreachable("cp1", "upgrader-job-status"))
        await #expect(throws: AccessError.self) { try await scene.settle(update) }
    }
}
