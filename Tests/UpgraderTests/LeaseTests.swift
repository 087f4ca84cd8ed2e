import Foundation
import Testing
import UpgradeCore
import UpgradeTestSupport

@testable import upgrader

@Suite("The lease of a cluster, as an operator meets it")
struct LeaseTests {
    @Test("a run journals that it took the lease, gives it back, and the next one has a higher token")
    func taken() async throws {
        let workshop = try Workshop(Workshop.small())
        try #require(try await workshop.upgrader("run", Workshop.playbook).code == 0)
        #expect(try workshop.history.state.lease == LeaseClaim(token: 1))
        let lease = try #require(try workshop.cluster.lease)
        #expect(lease.holder == nil)
        #expect(lease.token == 1)
        let log = try await workshop.upgrader("log")
        #expect(log.output.contains("the lease of the cluster is held, with token 1"))
    }

    @Test("a killed run takes its own lease back at once, with a new token; cleanup does, too")
    func killed() async throws {
        let workshop = try Workshop(Workshop.small(pace: "200ms"))
        let program = try workshop.start("run", Workshop.playbook)
        try await program.expect("does drain w1.example.org", then: SIGKILL)
        _ = try await program.wait()
        #expect(try workshop.cluster.lease?.holder != nil, "who was killed gives nothing back")
        let cleanup = try await workshop.upgrader("cleanup")
        #expect(cleanup.code == 0, "\(cleanup.errors)")
        #expect(try workshop.history.state.lease == LeaseClaim(token: 2))
        let resumed = try await workshop.upgrader("resume")
        #expect(resumed.code == 0, "\(resumed.errors)")
        #expect(try workshop.history.state.lease == LeaseClaim(token: 3))
        #expect(try workshop.cluster.lease?.holder == nil)
    }

    @Test("a cluster that somebody else holds is refused with their name, and taken only with --takeover")
    func held() async throws {
        let workshop = try Workshop(Workshop.small(pace: "200ms"))
        let program = try workshop.start("run", Workshop.playbook)
        try await program.expect("does drain w1.example.org", then: SIGKILL)
        _ = try await program.wait()
        let other = LeaseHolder(
            user: "bob@bench",
            run: "20261124-200000",
            reason: "ticket 8",
            step: "1.12-1.13/workers/drain@w2",
            machine: "other",
            process: "1"
        )
        let file = SimulationFile(path: try workshop.run.simulationPath)
        var cluster = try #require(try file.read())
        cluster.lease = LeaseRecord(holder: other, token: 7, beats: 3, ttlSeconds: 120, renewed: "2026-11-24T20:00:00Z")
        try file.write(cluster)
        for command in ["resume", "cleanup"] {
            let records = try workshop.history.count
            let refused = try await workshop.upgrader(command)
            try workshop.expect(refused, golden: "held-\(command)")
            #expect(try workshop.history.count == records, "nothing is recorded by who is refused")
        }
        let taken = try await workshop.upgrader("resume", "--takeover")
        #expect(taken.code == 0, "\(taken.errors)")
        #expect(taken.errors.contains("took the lease over from bob@bench for run 20261124-200000"))
        #expect(try workshop.history.state.lease == LeaseClaim(token: 8, takenFrom: other))
        let status = try await workshop.upgrader("status")
        #expect(status.output.contains("lease:    token 8, taken over from bob@bench"))
    }

    @Test("a run that is stopped beyond its time to live and woken begins nothing more, says why, and can be resumed")
    func frozen() async throws {
        let extra = "lease: {heartbeat: 1s, ttl: 5s}"
        let workshop = try Workshop(Workshop.small(pace: "300ms", extra: extra))
        let program = try workshop.start("run", Workshop.playbook)
        try await program.expect("does drain w1.example.org", then: SIGSTOP)
        let before = try workshop.cluster.applied.count
        try await Task.sleep(for: .seconds(6))
        program.signal(SIGCONT)
        let result = try await program.wait()
        #expect(result.code == 13)
        #expect(result.errors.contains("error: stopped before the next action"))
        #expect(result.errors.contains("no heartbeat reached the cluster for"))
        #expect(result.errors.contains("the lease of the cluster has lapsed\n"), "\(result.errors)")
        #expect(result.errors.contains("; nobody has taken it since\n"), "\(result.errors)")
        #expect(try workshop.cluster.applied.count <= before + 1, "what was under way may have ended")
        let stop = try workshop.history.state.stop
        guard case .leaseLost(.lapsed) = stop else {
            Issue.record("\(String(describing: stop))")
            return
        }
        #expect(try await workshop.upgrader("status").output.contains(": lease-lost, "))
        #expect(try await workshop.upgrader("why").output.contains("lost: no heartbeat reached the cluster"))
        let resumed = try await workshop.upgrader("resume")
        #expect(resumed.code == 0, "\(resumed.errors)")
    }

    @Test("a lease that lapsed is free, unless another process took it since, with a copy of the same run or another")
    func lapsed() throws {
        func next(run: String, token: Int) throws -> String {
            let holder = LeaseHolder(user: "bob@bench", run: run, reason: "", machine: "", process: "")
            let record = LeaseRecord(holder: holder, token: token, beats: 9, ttlSeconds: 120, renewed: "")
            let complaint = Complaint(
                lost: .lapsed(after: .seconds(136)),
                now: StoredLease(record: record, place: "Lease kube-system/upgrader"),
                token: 1,
                done: "70 of 543 steps are done",
                RunDirectory(path: "state/small/own")
            )
            let block = try #require(complaint.blocks.first)
            #expect(block.why.contains("held by bob@bench") == (run != "own" || token != 1), "\(block.why)")
            return block.next
        }
        let later = "`upgrader resume state/small/own` goes on once it is given back"
        #expect(try next(run: "own", token: 1).hasSuffix("then `upgrader resume state/small/own` goes on"))
        #expect(try next(run: "own", token: 2).hasSuffix(later))
        #expect(try next(run: "other", token: 2).hasSuffix(later))
    }
}
