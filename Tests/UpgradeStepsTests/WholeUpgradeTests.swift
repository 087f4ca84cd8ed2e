import Synchronization
import Testing

@testable import UpgradeCore
@testable import UpgradeSteps

/// Every step of the catalog, in its order, on a simulated cluster: after its actions each must decide that nothing is
/// left, or the driver stops.
@Suite("A whole upgrade on a simulated cluster")
struct WholeUpgradeTests {
    /// Several versions of Calico at a release, a canary, and hooks in these phases and others.
    private static let hooked: Scene = {
        var scene = Scene.rolls
        let phases: [PhaseID] = ["network-before", "network", "workers", "control-plane", "preflight"]
        scene.playbook.hooks = phases.flatMap { phase in
            [true, false].map { before in
                Hook(name: "\(before ? "before" : "after")-\(phase)", phase: phase, runsBefore: before, words: ["true"])
            }
        }
        scene.playbook.waves = WaveOptions(canary: .named(["w2"]), cordonsAhead: true)
        return scene
    }()

    @Test(
        "a plain cluster, one with everything, and one with rolls, waves and hooks reach their target",
        arguments: [Scene(), Scene.everything, Scene.rolls, Self.hooked]
    )
    func reachesTarget(scene: Scene) async throws {
        var playbook = scene.playbook
        playbook.helm?.migrateAt = nil
        playbook.helm?.cleanup = nil
        // Two workers at once would leave no node for the pods of two.
        playbook.workerBatch = 1
        let clock = VirtualClock()
        let cluster = SimulatedCluster(.sample(playbook: playbook, at: .start), clock: clock)
        let hops = Dictionary(
            uniqueKeysWithValues: [HopID(from: .start), HopID(from: MinorRelease.start.next)].map {
                ($0, Scene.facts($0))
            }
        )
        let steps = StepCatalog.all(for: playbook)
        let plan = try await Planner.plan(
            playbook: playbook,
            playbookDigest: "",
            versionsDigest: "",
            run: "run1",
            steps: steps,
            hops: hops,
            access: cluster
        )
        .plan
        let recorder = MemoryRecorder()
        let gates = OpenedGates()
        let driver = Driver(
            run: "run1",
            plan: plan,
            playbook: playbook,
            steps: steps,
            hops: hops,
            access: cluster,
            clock: clock,
            observer: gates
        )
        let stop = try await driver.walk(recorder: recorder)
        #expect(stop == StopReason.completed)
        #expect(recorder.state.failed.isEmpty)
        #expect(recorder.state.done.count == plan.keys.count)
        #expect(recorder.state.ledger.entries.isEmpty)
        // Every gate says what it measured, and none opens for less than it needs.
        for (key, measured) in gates.all {
            #expect(!measured.isEmpty, "\(key)")
            for reading in measured where Int(reading.needed) != nil {
                #expect(reading.found == reading.needed, "\(key): \(reading.text)")
            }
        }
        let gated = plan.keys.filter { key in
            hops[key.hop].flatMap { facts in
                steps.steps[key.step]?.gate(
                    StepContext(key: key, run: "run1", hop: facts, playbook: playbook, plan: plan, ledger: Ledger())
                )
            } != nil
        }
        #expect(!gated.isEmpty && Set(gates.all.map(\.key)) == Set(gated))
        let end = await cluster.state
        // No member is stopped: there is no leader to move, and no quorum to reckon with.
        let units = end.applied.flatMap { action -> [String] in
            switch action {
            // A package of etcd would restart it.
            case .install(_, let packages, _): packages.map(\.name)
            case .mask(_, let unit), .pause(_, let unit), .restart(_, let unit): [unit]
            case .restartAll(_, let units, _): units
            default: []
            }
        }
        #expect(!units.isEmpty && !units.contains { $0.contains(DaemonName.etcd) })
        #expect(end.nodes.values.allSatisfy { !$0.isCordoned && $0.kubeletVersion == PackageVersion.later.kubernetes })
        #expect(end.daemonSets.values.allSatisfy { $0.updateStrategy == "RollingUpdate" })
    }
}

/// Hears which gates open, and what they measured.
private final class OpenedGates: RunObserver {
    private let heard = Mutex<[(key: StepKey, measured: [GateReading])]>([])

    var all: [(key: StepKey, measured: [GateReading])] { heard.withLock { $0 } }

    func notice(_ notice: RunNotice) {
        if case .gateOpened(let key, let measured) = notice { heard.withLock { $0.append((key, measured)) } }
    }
}
