import Testing
import UpgradeCore
import UpgradeTestSupport

/// A lane looks at the cluster, then waits (for a host that is away, a hook, somebody's dpkg), and takes something down in the same
/// life of the process.
@Suite("A look that was made long ago")
struct OldLookTests {
    /// How long the lane of w1 waits between its look and its drain.
    private static let long = Duration.seconds(600)
    private static let short = Duration.seconds(20)

    private struct Walked {
        var stop: StopReason
        var record: RunState
        var drained: [String]
        /// How often a lane's look was asked for with the key of w1's drain.
        var renewed: Int
    }

    /// Walks a hop in which an etcd member goes away while the lane of w1 waits; it comes back after `mended`.
    private func walk(_ wait: Duration, mended: Duration? = nil) async throws -> Walked {
        let scene = try Scene(etcd: 3, controlPlane: 1, workers: 2)
        let clock = VirtualClock()
        let cluster = SimulatedCluster(scene.cluster, clock: clock)
        var access = StagedAccess(cluster)
        let (drained, renewed, away) = (Notes<String>(), Notes<StepKey>(), Notes<VirtualClock.Instant>())
        access.before = { action, job in
            if case .drain(let node, _) = action { drained.add(node) }
            guard job.key.target == .host("w1"), case .cordon = action else { return }
            try? await clock.sleep(for: wait)
            guard mended != .zero else { return }
            away.add(clock.now)
            await cluster.meddle { $0.hosts["etcd2"]?.etcd?.isHealthy = false }
        }
        access.asking = { _ in
            guard let mended, let since = away.all.first, since.duration(to: clock.now) >= mended else { return nil }
            await cluster.meddle { $0.hosts["etcd2"]?.etcd?.isHealthy = true }
            return nil
        }
        let observer = Listener { notice in
            if case .gateOpened(let key, _) = notice, key.step == "drain", key.target == .host("w1") {
                renewed.add(key)
            }
        }
        let recorder = MemoryRecorder()
        let stop = try await scene.driver(try await scene.plan(), access, clock: clock, observer: observer)
            .walk(recorder: recorder)
        return Walked(stop: stop, record: recorder.state, drained: drained.all, renewed: renewed.all.count)
    }

    @Test("is made anew before a node is drained: with an etcd member away nothing is")
    func away() async throws {
        let walked = try await walk(Self.long)
        #expect(walked.drained == [])
        guard case .failed(let keys) = walked.stop, let drain = keys.first else {
            Issue.record("\(walked.stop)")
            return
        }
        #expect(keys.count == 1 && drain.step == "drain" && drain.target == .host("w1"))
        #expect(
            walked.record.failed[drain]?.failure
                == .gateClosed(.etcdUnhealthy(host: "etcd2"), deadline: .seconds(180))
        )
    }

    @Test("goes on by itself once the member is back, and the lane to its end")
    func back() async throws {
        let walked = try await walk(Self.long, mended: .seconds(60))
        #expect(walked.stop == .completed)
        #expect(walked.drained == ["w1.example.org", "w2.example.org"])
        #expect(walked.renewed == 1)
    }

    @Test("holds nothing where all is well")
    func well() async throws {
        let walked = try await walk(Self.long, mended: .zero)
        #expect(walked.stop == .completed && walked.renewed == 1)
    }

    @Test("is not made anew where it was made just now")
    func recent() async throws {
        let walked = try await walk(Self.short, mended: .zero)
        #expect(walked.stop == .completed && walked.renewed == 0)
    }
}
