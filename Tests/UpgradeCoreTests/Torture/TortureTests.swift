import Foundation
import Testing
import UpgradeCore
import UpgradeTorture

/// Law: whatever goes wrong in a simulated world, nothing is lost; `Scripts/torture` does the same by the ten thousand.
@Suite("Law: nothing is lost", .serialized)
struct TortureTests {
    @Test("the same seed is the same world, to the last line of its history and its journal")
    func replay() async throws {
        for (shape, last) in [(try await Shape.small(), UInt64(4)), (try await Shape.hop(), 1)] {
            for seed in 1...last {
                let (one, other) = (World(shape, seed: seed).run(), World(shape, seed: seed).run())
                #expect(one.history == other.history, "\(shape.name), seed \(seed)")
                #expect(one.history.contains { $0.contains("life 1 begins") })
            }
        }
    }

    @Test("faults by seed: the run ends, or stops and says why, and no record is lost")
    func seeds() async throws {
        // Enough that each kind of fault strikes; the nightly ten thousand are those of Scripts/torture.
        let shapes = [
            (try await Shape.small(), UInt64(200)), (try await Shape.hop(), 4), (try await Shape.waves(), 4),
            (try await Shape.rolls(), 4),
        ]
        var struck: [String: Int] = [:]
        for (shape, last) in shapes {
            for seed in 1...last {
                let outcome = World(shape, seed: seed).run()
                struck.merge(outcome.struck, uniquingKeysWith: +)
                guard !outcome.isSurvived else { continue }
                Issue.record("\(outcome.findings)\nreplay: Scripts/torture --shape \(shape.name) --seed \(seed)")
            }
        }
        #expect(struck.count > 25, "not every kind of fault has struck: \(struck.keys.sorted())")
    }

    @Test("a host that another machine replaces at any time is not touched, whoever has accepted its host key")
    func replaced() async throws {
        let shape = try await Shape.hop()
        var refused = 0
        for effect in stride(from: 1, through: shape.effects, by: 233) {
            let faults = shape.playbook.hosts.indices.map { host in
                FaultPlan(seed: 0, faults: [Fault(at: effect, .replaced(host: host, isKeyAccepted: true))])
            }
            for plan in faults {
                let outcome = World(shape, plan).run()
                refused += outcome.history.contains { $0.contains("anotherMachine") } ? 1 : 0
                #expect(outcome.isSurvived, "\(outcome.findings), \(plan.faults)")
            }
        }
        #expect(refused > 0, "none was replaced before an action of its own")
    }

    @Test("killed before, in or after every effect of a small plan")
    func kills() async throws {
        let shape = try await Shape.small()
        for effect in 1...shape.effects {
            killed(shape, [Fault(at: effect, .kill(Fault.Moment.allCases[effect % 3]))])
        }
    }

    @Test("two kills at one effect are one: a process that died while it wrote a line does not write it again")
    func killsAtOneEffect() async throws {
        let shape = try await Shape.small()
        for effect in 1...shape.effects {
            killed(shape, [Fault(at: effect, .kill(.during)), Fault(at: effect, .kill(.after))])
            killed(shape, [Fault(at: effect, .powerCut(.during)), Fault(at: effect, .kill(.after))])
        }
    }

    @Test("killed at sampled effects of a hop, and again soon after")
    func killsOfAHop() async throws {
        let shape = try await Shape.hop()
        // A prime stride lands on every kind of effect.
        for effect in stride(from: 1, through: shape.effects, by: 97) {
            let moment = Fault.Moment.allCases[effect % 3]
            killed(shape, [Fault(at: effect, .kill(moment)), Fault(at: effect + 7, .kill(moment))])
        }
    }

    @Test("a flipped bit in a state directory is detected or harmless: one in 127, of every file")
    func bits() async throws {
        let shape = try await Shape.small()
        let killed = FaultPlan(seed: 1, faults: [Fault(at: shape.effects / 2, .kill(.after))])
        let directory = try FlippedBits(shape, killed, lives: 1)
        let names = directory.files.map(\.name)
        #expect(
            names == [
                "checkpoint.json", "journal.head", "journal.jsonl", "origin.json", "plan.json", "playbook.yaml",
                "simulation.json",
            ]
        )
        for name in names {
            let count = directory.flip(name, stride: 127)
            #expect(count.missed == [], "\(name)")
        }
    }

    private func killed(_ shape: Shape, _ faults: [Fault]) {
        let outcome = World(shape, FaultPlan(seed: 0, faults: faults)).run()
        guard !outcome.isSurvived else { return }
        let words = faults.map { fault in
            if case .kill(let moment) = fault.kind { " --kill \(fault.effect):\(moment.rawValue)" } else { "" }
        }
        Issue.record("\(outcome.findings)\nreplay: Scripts/torture --shape \(shape.name)\(words.joined())")
    }
}
