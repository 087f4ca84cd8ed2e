internal import UpgradeTorture

/// A kill before and after every effect: once on each shape, twice on the small one.
struct Kills {
    private let options: Options

    init(_ options: Options) {
        self.options = options
    }

    /// Runs them all; 1 when one was lost.
    func run() async throws -> Int32 {
        var options = options
        options.shape = options.shape ?? "staging"
        guard let shape = try await Shapes(options).shape(0) else { return 64 }
        let small = try await Shape.small()
        var tally = Tally()
        let start = ContinuousClock.now
        for effect in 1...max(1, shape.effects) {
            for moment in [Fault.Moment.before, .after] {
                let plan = FaultPlan(seed: UInt64(effect), faults: [Fault(at: effect, .kill(moment))])
                tally.add(World(shape, plan).run(), UInt64(effect), shape.name)
            }
            if effect.isMultiple(of: 500) { print("  \(effect) of \(shape.effects) effects, \(tally.lost.count) lost") }
        }
        for first in 1...max(1, small.effects) {
            for second in 1...small.effects {
                for moment in [Fault.Moment.before, .after] {
                    let faults = [Fault(at: first, .kill(moment)), Fault(at: first + second, .kill(moment))]
                    let plan = FaultPlan(seed: UInt64(first), faults: faults)
                    tally.add(World(small, plan).run(), UInt64(first), small.name)
                }
            }
        }
        tally.show(took: start.duration(to: .now)) { "killed at effect \($0)" }
        return tally.lost.isEmpty ? 0 : 1
    }
}
