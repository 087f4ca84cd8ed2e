internal import Synchronization
internal import UpgradeCore

/// One simulated world: a cluster, a disk, a clock and a process that faults strike, from its first plan to the end.
public final class World: Sendable {
    let shape: Shape
    let plan: FaultPlan
    let clock = TortureClock()
    let fate: Fate
    let disk: SimulatedDisk
    let cluster: TorturedCluster
    private let stops = Mutex<[Outcome.Stop]>([])
    private let limit: Int

    /// How far the operator's clock is off.
    var clockOffset: @Sendable () -> Double { { self.fate.operatorOffset } }

    /// How often the process is begun while faults last, and after they have ended.
    private static let faultyLives = 12
    private static let soundLives = 8

    /// Makes a world.
    ///
    /// - Parameters:
    ///   - shape: its cluster and plan.
    ///   - plan: what goes wrong.
    ///   - lives: how often the process is begun at most; `nil` for as often as a run may need.
    public init(_ shape: Shape, _ plan: FaultPlan, lives: Int? = nil) {
        limit = lives ?? (Self.faultyLives + Self.soundLives)
        self.shape = shape
        self.plan = plan
        fate = Fate(plan, clock)
        let disk = SimulatedDisk(seed: plan.seed, fate)
        self.disk = disk
        var watch = Watch(shape.cluster, shape.plan, shape.hops)
        watch.looksAtSkew = shape.isWhole
        let happening = Happening(shape.cluster, shape.playbook, seed: plan.seed)
        cluster = TorturedCluster(happening, watch, fate, clock, powerCut: { disk.cutPower() })
    }

    /// Makes the world of a seed: its faults are drawn from it.
    public convenience init(_ shape: Shape, seed: UInt64) {
        self.init(shape, FaultPlan(seed: seed, effects: shape.effects, hosts: shape.playbook.hosts.count))
    }

    /// Lets the world come to its end.
    public func run() -> Outcome {
        let executor = SeededExecutor(seed: plan.seed)
        let ended = executor.run(clock) { await self.live() }
        let (lives, ending, journal) = ended ?? (0, .stuck("nothing can go on, and nobody has stopped"), [])
        return Outcome(
            ending: ending,
            violations: cluster.withWorld { $1.violations },
            struck: fate.struck,
            lives: lives,
            effects: fate.effects,
            stops: stops.withLock { $0 },
            history: fate.history + journal
        )
    }

    private func live() async -> (Int, Outcome.Ending, [String]) {
        var dice = Dice(seed: plan.seed ^ 0x6C69_7665)
        var acknowledged: [Record] = []
        var directory: RunDirectory?
        var lives = 0
        var last = "it was never begun"
        for number in 1...limit {
            if number == Self.faultyLives + 1 || (number > 1 && fate.isOver && lives > 2) { heal() }
            fate.revive()
            let life = Life(world: self, directory: directory, acknowledged: acknowledged)
            lives += 1
            fate.note("life \(lives) begins")
            let reason = await life.live()
            directory = life.directory
            acknowledged = life.acknowledged
            note(reason, life)
            if case .stopped(.completed)? = reason { return (lives, end(life), journal(directory)) }
            last = describe(reason, life)
            if fate.takeCleanup() || life.needsCleanup { await life.cleanUp() }
            acknowledged = life.acknowledged
            if let right = rightly(reason, life), fate.isOver {
                return (lives, .rightlyStopped(right), journal(directory))
            }
            // Between a breath and a night.
            clock.pass(.seconds(dice.chance(30) ? dice.roll(3600...40_000) : dice.roll(1...300)))
        }
        return (lives, .stuck(last), journal(directory))
    }

    private func heal() {
        fate.end()
        disk.heal()
        cluster.heal()
    }

    private func note(_ reason: Outcome.Reason?, _ life: Life) {
        fate.note("life ends: \(describe(reason, life))")
        guard let reason else { return }
        stops.withLock { $0.append(Outcome.Stop(reason: reason, record: life.record)) }
        if case .bug(let text) = reason { fail("a mistake in upgrader: \(text)") }
        if case .journal(let error) = reason {
            guard case .system = error else { return fail("the state directory was refused: \(error)") }
        }
    }

    func fail(_ text: String) {
        cluster.withWorld { $1.fail(text) }
    }

    /// Why it is right that the run goes no further, if it is.
    private func rightly(_ reason: Outcome.Reason?, _ life: Life) -> String? {
        let lost = cluster.withWorld { happening, _ in
            happening.reach.filter { $0.value == .gone || { if case .replaced = $0 { true } else { false } }($0.value) }
                .map(\.key).sorted()
        }
        guard !lost.isEmpty, let reason else { return nil }
        let text = describe(reason, life)
        return lost.first { text.contains($0) }
    }

    private func describe(_ reason: Outcome.Reason?, _ life: Life) -> String {
        switch reason {
        case nil: return "killed"
        case .stopped(.failed(let keys)):
            return keys.map { "\($0): \(life.record.failed[$0].map { "\($0.failure)" } ?? "?")" }.joined(
                separator: "; "
            )
        case .stopped(let stop): return "\(stop)"
        case .journal(let error): return "\(error)"
        case .bug(let text): return text
        case .hosts(let finding): return "\(finding)"
        case .cleanup(let outcomes): return "\(outcomes)"
        }
    }

    private func journal(_ directory: RunDirectory?) -> [String] {
        guard let directory, let bytes = disk.content(of: directory.path + "/journal.jsonl") else { return [] }
        return [String(decoding: bytes, as: UTF8.self)]
    }

    /// Holds the end against that of a run that nothing happened to.
    private func end(_ life: Life) -> Outcome.Ending {
        let (state, unreachable) = cluster.withWorld { happening, _ in
            (happening.state, Set(happening.playbook.hosts.map(\.name).filter { !happening.isReachable($0) }))
        }
        var found: [String] = []
        if !life.record.ledger.entries.isEmpty { found.append("left in the ledger: \(life.record.ledger.entries)") }
        if !life.record.inFlight.isEmpty { found.append("still in flight: \(life.record.inFlight.keys)") }
        let target = shape.playbook.releases[shape.playbook.target]
        let names = Set(
            shape.playbook.packages.controlPlane + shape.playbook.packages.node + shape.playbook.packages.client
        )
        let workers = Set(shape.isWhole ? shape.playbook.hosts.map(\.name) : shape.plan.keys.map(\.target.description))
        for (name, host) in state.hosts.sorted(by: { $0.key < $1.key }) where workers.contains(name) {
            for (package, installed) in host.packages where names.contains(package) {
                if installed.version != target || !installed.isConfigured {
                    found.append("\(package) on \(name): \(installed)")
                }
            }
            // One that has gone for ever after its last step was done runs nothing any more.
            guard !unreachable.contains(name) else { continue }
            for (unit, it) in host.units.sorted(by: { $0.key < $1.key })
            where shape.cluster.hosts[name]?.units[unit]?.isActive == true {
                if !it.isActive || it.isMasked { found.append("\(unit) on \(name): \(it)") }
                // An etcd is of no release of Kubernetes.
                let isOfRelease = shape.cluster.hosts[name]?.units[unit]?.runningVersion != nil
                if shape.isWhole, isOfRelease, it.runningVersion != target?.kubernetes {
                    found.append("\(unit) on \(name) runs \(String(describing: it.runningVersion))")
                }
            }
        }
        for node in state.nodes.values where node.isCordoned && node.cordonMark != nil {
            found.append("\(node.name) is left cordoned")
        }
        for (name, set) in state.daemonSets where set.updateStrategy != shape.cluster.daemonSets[name]?.updateStrategy {
            found.append("\(name) has strategy \(set.updateStrategy)")
        }
        for text in found { fail("at the end \(text)") }
        return .completed
    }
}
