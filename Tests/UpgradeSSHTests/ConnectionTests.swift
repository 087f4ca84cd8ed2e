import Foundation
import Testing
import UpgradeCore
import UpgradeSSH
import UpgradeTestSupport

// Time limits here are wide: they tell "soon" from "after two minutes" on a machine that does ten other things.
@Suite("A connection over SSH", .serialized)
struct ConnectionTests {
    @Test("a port where nobody listens makes the host unreachable at once, not an endless wait")
    func unreachable() async throws {
        try await SSHScene.withHost { remote, scene, daemon in
            daemon.process.end()
            let start = ContinuousClock.now
            let error = try await remoteError {
                _ = try await remote.run(Command("true"), on: scene.host, deadline: .seconds(20))
            }
            #expect(error.unreachableReason == "Connection refused")
            #expect(ContinuousClock.now - start < .seconds(60))
        }
    }

    @Test("a name that does not resolve makes the host unreachable")
    func unknownName() async throws {
        let scene = try await SSHScene()
        try scene.write(config: "Host cp1-alias\n HostName no-such-host.invalid\n")
        try await scene.withRemote { remote in
            let error = try await remoteError {
                _ = try await remote.run(Command("true"), on: scene.host, deadline: .seconds(20))
            }
            #expect(error.unreachableReason?.contains("cannot be resolved") == true, "\(error)")
        }
    }

    @Test("a host that accepts and says nothing is unreachable after the connect deadline")
    func silentListener() async throws {
        let deadline = Duration.seconds(1).patient
        let change: (inout SSHSettings) -> Void = { $0.connectDeadline = deadline }
        try await SSHScene.withHost(settings: change) { remote, scene, daemon in
            kill(daemon.process.pid, SIGSTOP)
            let error = try await remoteError {
                _ = try await remote.run(Command("true"), on: scene.host, deadline: .seconds(20).patient)
            }
            #expect(error.unreachableReason?.contains("no connection within \(deadline)") == true, "\(error)")
            kill(daemon.process.pid, SIGCONT)
            try await expectRuns(remote, scene.host)
        }
    }

    @Test("many commands share one connection")
    func oneConnection() async throws {
        try await SSHScene.withHost { remote, scene, daemon in
            for _ in 0..<10 {
                try await expectRuns(remote, scene.host)
            }
            #expect(daemon.process.output.components(separatedBy: "Accepted publickey").count == 2)
        }
    }

    @Test("forty commands at once all run, although the host takes ten at a time", arguments: [10, 2])
    func manyCommands(_ maximumSessions: Int) async throws {
        try await SSHScene.withHost(maximumSessions: maximumSessions) { remote, scene, daemon in
            let host = scene.host
            let count = try await withThrowingTaskGroup(of: Bool.self) { group in
                for _ in 0..<40 {
                    group.addTask {
                        try await remote.run(Command("sleep", "0.05"), on: host, deadline: .seconds(40)).succeeded
                    }
                }
                return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            #expect(count == 40)
            #expect(daemon.process.output.components(separatedBy: "Accepted publickey").count == 2)
        }
    }

    @Test("a connection killed during a command is lost with the command sent, and the next call dials again")
    func killedDuringCommand() async throws {
        try await SSHScene.withHost { remote, scene, daemon in
            let host = scene.host
            let started = scene.scratch.file("started")
            try await Spawn.run("/usr/bin/mkfifo", started)
            let command = Command("sh", "-c", "echo > '\(started)'; sleep 120")
            async let call = remoteError { _ = try await remote.run(command, on: host, deadline: .seconds(110)) }
            // Opening a fifo for reading waits for its writer, so the command runs once this returns.
            try await Spawn.run("/bin/cat", started)
            daemon.process.signalChildren(SIGKILL)
            let start = ContinuousClock.now
            let error = try await call
            #expect(error.lostSent == true, "\(error)")
            #expect(ContinuousClock.now - start < .seconds(60))
            try await expectRuns(remote, host)
        }
    }

    @Test("a connection killed between commands is dialed again without an error")
    func killedBetweenCommands() async throws {
        try await SSHScene.withHost { remote, scene, daemon in
            for _ in 0..<3 {
                try await expectRuns(remote, scene.host)
                let children = daemon.process.children
                daemon.process.signalChildren(SIGKILL)
                try await daemon.process.expectEnd(of: children)
            }
        }
    }

    @Test("a host that stops answering is noticed by its silence: a command not yet sent is sent over a new connection")
    func stopped() async throws {
        let change: (inout SSHSettings) -> Void = { $0.keepaliveInterval = .milliseconds(300) }
        try await SSHScene.withHost(settings: change) { remote, scene, daemon in
            try await expectRuns(remote, scene.host)
            daemon.process.signalChildren(SIGSTOP)
            let start = ContinuousClock.now
            try await expectRuns(remote, scene.host)
            #expect(ContinuousClock.now - start < .seconds(60))
            #expect(daemon.process.output.components(separatedBy: "Accepted publickey").count == 3)
        }
    }

    @Test("a host that stops answering during a command is lost, with the command sent")
    func stoppedDuringCommand() async throws {
        let change: (inout SSHSettings) -> Void = { $0.keepaliveInterval = .milliseconds(300) }
        try await SSHScene.withHost(settings: change) { remote, scene, daemon in
            let host = scene.host
            let started = scene.scratch.file("started")
            try await Spawn.run("/usr/bin/mkfifo", started)
            let command = Command("sh", "-c", "echo > '\(started)'; sleep 120")
            async let call = remoteError { _ = try await remote.run(command, on: host, deadline: .seconds(110)) }
            try await Spawn.run("/bin/cat", started)
            daemon.process.signalChildren(SIGSTOP)
            let start = ContinuousClock.now
            let error = try await call
            #expect(error.lostSent == true, "\(error)")
            #expect(ContinuousClock.now - start < .seconds(60))
        }
    }

    @Test("keepalives keep an idle connection, and a long silent command, alive")
    func idle() async throws {
        let change: (inout SSHSettings) -> Void = { $0.keepaliveInterval = .milliseconds(100) }
        try await SSHScene.withHost(settings: change) { remote, scene, daemon in
            let result = try await remote.run(Command("sleep", "1.5"), on: scene.host, deadline: .seconds(20))
            #expect(result.succeeded)
            #expect(daemon.process.output.components(separatedBy: "Accepted publickey").count == 2)
        }
    }

    @Test("a cancelled task ends its call and leaves the connection to the others")
    func cancelled() async throws {
        try await SSHScene.withHost { remote, scene, daemon in
            let host = scene.host
            for _ in 0..<12 {
                await withTaskGroup(of: RemoteError?.self) { group in
                    group.addTask {
                        do throws(RemoteError) {
                            _ = try await remote.run(Command("sleep", "0.2"), on: host, deadline: .seconds(110))
                            return nil
                        } catch {
                            return error
                        }
                    }
                    group.cancelAll()
                    let error = await group.next() ?? nil
                    #expect(error?.lostSent != nil, "\(String(describing: error))")
                }
            }
            try await expectRuns(remote, host)
        }
    }

    @Test("a command that leaves a child behind with its output ends all the same")
    func backgroundChild() async throws {
        try await SSHScene.withHost { remote, scene, _ in
            let start = ContinuousClock.now
            let command = Command("sh", "-c", "echo started; sleep 120 & exit 3")
            let result = try await remote.run(command, on: scene.host, deadline: .seconds(110))
            #expect(result == CommandResult(output: "started\n", outcome: .exited(3)))
            #expect(ContinuousClock.now - start < .seconds(60))
        }
    }

    @Test("commands that outlive their deadline do not block the host for the calls that follow")
    func orphans() async throws {
        try await SSHScene.withHost { remote, scene, _ in
            let host = scene.host
            await withTaskGroup(of: Void.self) { group in
                for _ in 0..<8 {
                    group.addTask {
                        await #expect(throws: RemoteError.self) {
                            try await remote.run(Command("sleep", "120"), on: host, deadline: .seconds(3))
                        }
                    }
                }
            }
            try await expectRuns(remote, host)
        }
    }

    @Test("closing ends the calls that run and refuses those that come")
    func close() async throws {
        try await SSHScene.withHost { remote, scene, _ in
            let host = scene.host
            try await expectRuns(remote, host)
            let command = Command("sleep", "120")
            async let call = remoteError { _ = try await remote.run(command, on: host, deadline: .seconds(110)) }
            await remote.close()
            let ended = try await call
            #expect(ended.lostSent != nil)
            let late = try await remoteError {
                _ = try await remote.run(Command("true"), on: host, deadline: .seconds(1))
            }
            #expect(late.lostSent == false)
        }
    }
}
