import Foundation
import Synchronization
import UpgradeCore
import UpgradeSteps
import UpgradeTestSupport

/// A run on a simulated cluster with a real journal on disk, whose clock counts up by a second with every record.
final class StoryScene {
    let scratch: ScratchDirectory
    var scene: Scene
    let plan: Plan
    private let journal: Journal
    private let ticks: Ticks

    init(reason: String = "", edit: (inout Scene) -> Void = { _ in }) async throws {
        scratch = try ScratchDirectory()
        scene = try Scene(workers: 2)
        edit(&scene)
        plan = try await scene.plan()
        let ticks = Ticks()
        self.ticks = ticks
        journal = try Journal(directory: scratch.path, now: { ticks.next() })
        let header = RunHeader(run: scene.run, planDigest: "digest", holder: "ann@desk", reason: reason)
        try journal.append([.started(header)])
    }

    /// Walks to the end, with the transcript beside it.
    func walk() async throws {
        let driver = scene.driver(plan, SimulatedCluster(scene.cluster, clock: VirtualClock()))
        _ = try await driver.walk(recorder: journal)
    }

    /// Lets seconds pass in which nothing is recorded.
    func pass(_ seconds: Double) { ticks.pass(seconds) }

    /// Adds records as a run would.
    func append(_ records: Record...) throws { try journal.append(records) }

    /// What the journal holds now.
    var history: JournalReader.History { get throws { try JournalReader.read(directory: scratch.path) } }

    /// What the steps are for.
    var titles: [StepID: String] { scene.steps.steps.mapValues(\.title) }

    func key(_ text: String) throws -> StepKey {
        guard let key = StepKey(text) else { throw SceneError.notARelease(text) }
        return key
    }
}

/// Seconds from 2026-11-24T12:00:00Z.
private final class Ticks: Sendable {
    private let last = Mutex(1_795_521_599.0)

    func pass(_ seconds: Double) { last.withLock { $0 += seconds } }

    func next() -> Double {
        last.withLock { last in
            last += 1
            return last
        }
    }
}
