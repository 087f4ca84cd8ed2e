import Testing
import UpgradeCore
import UpgradeTorture

/// What a run finds when it goes on in the middle of a lane: ways in which nightly worlds were lost.
@Suite("A lane that is taken up in its middle", .serialized)
struct TakenUpTests {
    @Test("evictions were refused for hours and an etcd member went away: nothing is drained before it is back")
    func drain() async throws {
        let shape = try await Shape.hop()
        var again = 0
        for effect in stride(from: 850, through: 1300, by: 50) {
            let outcome = World(
                shape,
                FaultPlan(
                    seed: 0,
                    faults: [
                        Fault(at: 750, .evictionsRefused(seconds: 9000)),
                        Fault(at: effect, .etcdDown(host: 1, seconds: 15_000)),
                    ]
                )
            )
            .run()
            #expect(outcome.isSurvived, "\(effect): \(outcome.findings)")
            again += outcome.history.count { $0.contains(/drain@w\d: gateClosed\(\S*etcdUnhealthy/) }
        }
        #expect(again > 0, "no drain has waited for the member")
    }

    @Test("an install failed and cleanup began the hosts before it anew: the API server that is down is mended")
    func cleanup() async throws {
        let shape = try await Shape.hop()
        var anew = 0
        for effect in stride(from: 540, through: 780, by: 20) {
            let outcome = World(
                shape,
                FaultPlan(seed: 0, faults: [Fault(at: 1, .cleanup), Fault(at: effect, .jobFails)])
            )
            .run()
            #expect(outcome.isSurvived, "\(effect): \(outcome.findings)")
            anew += outcome.history.count { $0.contains("install-control-plane@cp2") }
        }
        #expect(anew > 0, "no install of the second host has failed")
    }

    @Test(
        "the install of the only API server failed half way: it is brought back, though nobody can answer for the nodes"
    )
    func onlyServer() async throws {
        let shape = try await Shape.file(
            "one",
            text: """
                cluster: one
                target: "1.13"
                releases: {"1.12": 1.12.10-1, "1.13": 1.13.12-1}
                simulation: {release: "1.12"}
                hosts: [{name: cp1, roles: [etcd, control-plane]}, {name: w1, roles: [worker]}]

                """
        )
        var (failed, anew) = (0, 0)
        for effect in stride(from: 40, through: shape.effects, by: 4) {
            // By itself, and with a cleanup behind it, which has the lane begin anew with its look.
            for cleanup in [[], [Fault(at: effect, .cleanup)]] {
                let outcome = World(shape, FaultPlan(seed: 0, faults: cleanup + [Fault(at: effect, .jobFails)])).run()
                #expect(outcome.isSurvived, "\(effect), \(cleanup): \(outcome.findings)")
                failed += outcome.history.count { $0.contains("install-control-plane@cp1: access") }
                anew += outcome.history.count { $0.contains("cleanup: [") && $0.contains("kube-scheduler") }
            }
        }
        #expect(failed > 0, "no install of the API server has failed")
        #expect(anew > 0, "no cleanup has had the lane begin anew")
    }

    @Test("a lane's own look serves what it was made for: not a later attempt, nor a later life")
    func again() throws {
        let keys = try ["cluster-health", "drain"].map { step in
            StepKey(
                hop: HopID(from: try #require(MinorRelease("1.12"))),
                phase: "workers",
                step: try #require(StepID(step)),
                target: .host("w1")
            )
        }
        let failed = Failure.unmet(.mustBeCordoned(node: "w1"))
        func looks(_ records: [Record], _ more: [LaneEvent] = []) throws -> [LaneEffect] {
            var lane = LaneMachine(keys: keys, resuming: MemoryRecorder(records).state, asks: true)
            return try ([.started, .saved] + more).flatMap { try lane.handle($0) }
        }
        let begun = Record.begun(keys[0], attempt: 1)
        #expect(try looks([]).contains(.observe(keys[0], again: false)))
        #expect(try looks([begun, .failed(keys[0], attempt: 1, failed)]).contains(.observe(keys[0], again: false)))
        #expect(try looks([begun, .done(keys[0])]).contains(.observe(keys[1], again: true)))
        let on: [LaneEvent] = [.decided([]), .gateOpened, .saved, .saved]
        #expect(try looks([], on).contains(.observe(keys[1], again: false)))
        let asked: [LaneEvent] = [.failed(failed), .saved, .retried(after: nil), .saved]
        #expect(try looks([], asked + on).contains(.observe(keys[1], again: true)))
    }
}
