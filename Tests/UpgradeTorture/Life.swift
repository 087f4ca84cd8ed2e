internal import Synchronization
internal import UpgradeCore
internal import UpgradeSteps

/// One life of the process: opens the run's directory as `upgrader run` and `upgrader resume` do, walks, and ends.
final class Life {
    private let world: World
    private(set) var directory: RunDirectory?
    private(set) var acknowledged: [Record]
    /// What is recorded, as far as this life knew.
    private(set) var record = RunState()
    /// Whether the run says that a cleanup is what leads on.
    private(set) var needsCleanup = false

    private static let day = 1_790_000_000.0

    init(world: World, directory: RunDirectory?, acknowledged: [Record]) {
        self.world = world
        self.directory = directory
        self.acknowledged = acknowledged
    }

    /// Lives until the run stops; `nil` when the process was killed.
    func live() async -> Outcome.Reason? {
        do {
            let journal = try open()
            return world.fate.isDead ? nil : try await walk(journal)
        } catch {
            return world.fate.isDead ? nil : error.reason
        }
    }

    /// Cleans up, as the operator may between two lives.
    func cleanUp() async {
        world.fate.revive()
        guard let directory else { return }
        world.fate.note("cleanup begins")
        do {
            let journal = try recording { () throws(JournalError) in try directory.journal(on: world.disk, now: now) }
            let recorder = begin(journal)
            let outcomes = try await recordingLater { () async throws(JournalError) in
                try await Cleanup.perform(
                    run: directory.run,
                    recorder: recorder,
                    access: self.world.cluster,
                    machineIDs: self.world.shape.plan.machineIDs
                ) { _ in }
            }
            world.fate.note("cleanup: \(outcomes)")
        } catch {
            world.fate.note("cleanup ends: \(error)")
        }
        world.cluster.withWorld { $1.cleaned() }
    }

    // MARK: as the program does

    private var now: @Sendable () -> Double {
        let clock = world.clock
        let offset = world.clockOffset
        return { Self.day + clock.now.elapsed / .seconds(1) + offset() }
    }

    private func open() throws(LifeError) -> Journal {
        let (shape, disk) = (world.shape, world.disk)
        var isNew = false
        if directory == nil {
            isNew = true
            directory = try recording { () throws(JournalError) in
                try RunDirectory.create(
                    state: "state",
                    cluster: shape.playbook.cluster,
                    name: Shape.run,
                    plan: shape.plan,
                    playbook: shape.text,
                    playbookPath: "/playbook.yaml",
                    holder: "operator@here",
                    reason: "torture",
                    on: disk,
                    now: now
                )
            }
        }
        guard let directory else { throw LifeError(reason: .bug("no directory")) }
        let journal = try recording { () throws(JournalError) in try directory.journal(on: disk, now: now) }
        if isNew {
            let first = try recording { () throws(JournalError) in try directory.history(on: disk).records.map(\.record)
            }
            acknowledged = first
        }
        return journal
    }

    private func walk(_ journal: Journal) async throws(LifeError) -> Outcome.Reason {
        guard let directory else { return .bug("no directory") }
        let (shape, cluster) = (world.shape, world.cluster)
        let recorder = begin(journal)
        defer { finish(journal, recorder, directory) }
        if journal.state.stop == .completed { return .stopped(.completed) }
        // A plan without a preflight does not ask otherwise which machines the hosts are when it is begun.
        if journal.count > 1 || !shape.isWhole {
            do throws(ResumeCheck.Finding) {
                try await ResumeCheck.perform(plan: shape.plan, access: cluster)
            } catch {
                return .hosts(error)
            }
            do throws(AccessError) {
                let look = LedBackLook(shape.plan, journal.state, shape.playbook)
                if let back = look.find(in: try await cluster.answer(look.probes)).first {
                    return .bug("nobody has led back \(back)")
                }
            } catch {
                return .hosts(.access(error))
            }
        }
        if journal.count > 1, let header = journal.state.header {
            try recording { () throws(JournalError) in try recorder.append([.resumed(header)]) }
        }
        let finished = try await recordingLater { () async throws(JournalError) in
            try await Cleanup.finish(
                run: directory.run,
                recorder: recorder,
                access: cluster,
                machineIDs: shape.plan.machineIDs
            ) { _ in }
        }
        if !finished.isEmpty { cluster.withWorld { $1.cleaned() } }
        guard finished.allSatisfy(\.isSettled) else { return .cleanup(finished) }
        let interruption = Interruption()
        cluster.onWish { times in for _ in 0..<times { interruption.raise() } }
        let driver = Driver(
            run: directory.run,
            plan: shape.plan,
            playbook: shape.playbook,
            steps: shape.steps,
            hops: shape.hops,
            access: cluster,
            clock: world.clock,
            interruption: interruption
        )
        do throws(DriverError) {
            return .stopped(try await driver.walk(recorder: recorder))
        } catch {
            switch error {
            case .recorder(let error): return .journal(error)
            case .bug(let text): return .bug(text)
            }
        }
    }

    /// Holds what was recovered against what was acknowledged, and lets the watch see the record from now on.
    private func begin(_ journal: Journal) -> Acknowledging {
        let recorder = Acknowledging(journal, acknowledged) { self.acknowledged = $0 }
        record = journal.state
        let path = (directory?.path ?? "") + "/journal.jsonl"
        if let found = recovered(), !found.starts(with: acknowledged) {
            world.fail("a record that was kept is lost or changed: \(found.count) of \(acknowledged.count)")
        } else if let found = recovered() {
            acknowledged = found
            recorder.known = found
        }
        let disk = world.disk
        let view = RecordView(journal.state, bytes: disk.content(of: path)?.count ?? 0)
        recorder.view = view
        recorder.size = { disk.content(of: path)?.count ?? 0 }
        let run = directory?.run ?? ""
        world.cluster.withWorld { _, watch in
            watch.run = run
            watch.record = { (view.state, disk.isDurable(path, upTo: view.bytes)) }
        }
        return recorder
    }

    private func recovered() -> [Record]? {
        guard let directory else { return nil }
        return try? JournalReader.read(directory: directory.path, on: world.disk).records.map(\.record)
    }

    /// ReplayEqualsCheckpoint: what a reader finds is what this life believed.
    private func finish(_ journal: Journal, _ recorder: Acknowledging, _ directory: RunDirectory) {
        record = journal.state
        if case .failed? = journal.state.stop {
            needsCleanup = journal.state.failed.values.contains { failed in
                if case .unmet(.mustBeCordoned) = failed.failure { true } else { false }
            }
        }
        guard !world.fate.isDead else { return }
        do throws(JournalError) {
            let history = try directory.history(on: world.disk)
            // What an append has written and could not take back may stand at the end: nothing was done on it.
            let found = history.records.map(\.record)
            let isRefused =
                found.starts(with: recorder.known) && (recorder.known + recorder.refused).starts(with: found)
            if history.state != journal.state, !isRefused {
                world.fail("what is on disk is not what was recorded")
            }
        } catch {
            world.fail("what was recorded cannot be read: \(error)")
        }
    }
}

/// A failure of the disk as the reason of a stop.
struct LifeError: Error {
    var reason: Outcome.Reason
}

/// Turns a failure of the disk into the reason of a stop.
private func recordingLater<Value>(
    _ body: () async throws(JournalError) -> Value
) async throws(LifeError) -> Value {
    do throws(JournalError) {
        return try await body()
    } catch {
        throw LifeError(reason: .journal(error))
    }
}

/// The same for what does not wait.
private func recording<Value>(_ body: () throws(JournalError) -> Value) throws(LifeError) -> Value {
    do throws(JournalError) {
        return try body()
    } catch {
        throw LifeError(reason: .journal(error))
    }
}

/// What is recorded at this moment, for whoever watches, and how long the journal was when that was acknowledged.
final class RecordView: Sendable {
    private let stored: Mutex<(state: RunState, bytes: Int)>

    init(_ state: RunState, bytes: Int) { stored = Mutex((state, bytes)) }

    var state: RunState { stored.withLock { $0.state } }
    var bytes: Int { stored.withLock { $0.bytes } }

    /// What may have been kept although the disk complained counts as seen, not as acknowledged.
    func see(_ state: RunState) { stored.withLock { $0.state = state } }

    func acknowledge(_ state: RunState, bytes: Int) { stored.withLock { $0 = (state, bytes) } }
}

/// A recorder that keeps a list of what it has acknowledged.
final class Acknowledging: Recorder {
    private let base: Journal
    private let keep: ([Record]) -> Void
    var known: [Record]
    /// What the last append was to keep, where it failed.
    private(set) var refused: [Record] = []
    var view: RecordView?
    /// How long the journal is on disk.
    var size: () -> Int = { 0 }

    init(_ base: Journal, _ known: [Record], keep: @escaping ([Record]) -> Void) {
        self.base = base
        self.known = known
        self.keep = keep
    }

    var state: RunState { base.state }

    func append(_ records: [Record]) throws(JournalError) {
        do throws(JournalError) {
            try base.append(records)
        } catch {
            refused = records
            view?.see(base.state)
            throw error
        }
        view?.acknowledge(base.state, bytes: size())
        known += records
        keep(known)
    }
}
