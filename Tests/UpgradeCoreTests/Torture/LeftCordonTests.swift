import Testing
import UpgradeCore
import UpgradeTorture

/// A cordon that was in nobody's ledger: a way in which a nightly world was lost (seed 7665 of ten thousand).
@Suite("Nodes that a killed run, its cleanup and somebody else have cordoned", .serialized)
struct LeftCordonTests {
    /// The watch looks at the ledger after every change, and at the nodes in the end.
    @Test("are in the ledger while the cordon is ours, and uncordoned in the end")
    func ledger() async throws {
        let shape = try await Shape.hop()
        var undone = 0
        // From the first worker on; a prime stride lands on every kind of effect.
        for (index, effect) in stride(from: 720, through: shape.effects, by: 61).enumerated() {
            let moment = Fault.Moment.allCases[index % 3]
            let other: Fault.Kind = index % 2 == 0 ? .foreignUncordon(host: index) : .foreignCordon(host: index)
            let faults = [
                Fault(at: 1, .cleanup), Fault(at: effect - 9, other), Fault(at: effect, .kill(moment)),
                Fault(at: effect + 40, .kill(moment)),
            ]
            let outcome = World(shape, FaultPlan(seed: 0, faults: faults)).run()
            #expect(outcome.isSurvived, "\(effect): \(outcome.findings)")
            undone += outcome.history.count { $0.contains(" cleanup: ") && $0.contains("cordon(") }
        }
        #expect(undone > 0, "no cleanup has met a cordon")
    }

    /// kubectl leaves our annotation on a node that it uncordons; the next cordon of somebody else would be taken for ours.
    @Test(
        "are theirs where they cordon a node that they had uncordoned under the run, with a cleanup between or without"
    )
    func again() async throws {
        let shape = try await Shape.small()
        var kept = 0
        for effect in 20...shape.effects {
            let after = Fault(at: effect + 5, .foreignCordon(host: 0))
            let later = Fault(at: effect + 3 + effect % 12, .foreignCordon(host: 0))
            for more in [[after], [Fault(at: 1, .cleanup), Fault(at: effect + 1, .kill(.before)), later]] {
                let faults = more + [Fault(at: effect, .foreignUncordon(host: 0))]
                let plan = FaultPlan(seed: 0, faults: faults.sorted { $0.effect < $1.effect })
                let outcome = World(shape, plan).run()
                #expect(outcome.isSurvived, "\(effect), \(more.count): \(outcome.findings)")
                kept += outcome.history.count { $0.contains("foreignCordon") }
            }
        }
        #expect(kept > 0, "nobody has cordoned a node again")
    }
}
