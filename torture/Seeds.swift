internal import Foundation
internal import UpgradeTorture

/// Worlds by seed: each has its own faults, drawn from it.
struct Seeds {
    private let options: Options

    init(_ options: Options) {
        self.options = options
    }

    /// Runs them all; 1 when one was lost.
    func run() async throws -> Int32 {
        let shapes = try await Shapes(options)
        var tally = Tally()
        let start = ContinuousClock.now
        let jobs = UInt64(options.jobs)
        let last = options.first + UInt64(options.count)
        await withTaskGroup(of: Tally.self) { group in
            for job in 0..<jobs {
                group.addTask {
                    var own = Tally()
                    var seed = options.first + job
                    while seed < last {
                        if let shape = shapes.shape(seed) {
                            own.add(World(shape, seed: seed).run(), shape.name, replay(of: seed))
                        }
                        seed += jobs
                        own.progress(every: 500)
                    }
                    return own
                }
            }
            for await own in group { tally.merge(own) }
        }
        tally.show(took: start.duration(to: .now))
        return tally.lost.isEmpty ? 0 : 1
    }

    /// Runs one seed and tells its whole history.
    func replay(_ seed: UInt64) async throws -> Int32 {
        guard let shape = try await Shapes(options).shape(seed) else { return 64 }
        let outcome = World(shape, seed: seed).run()
        return Tally.tell(outcome, shape)
    }

    private func replay(of seed: UInt64) -> String {
        let place = options.playbook.map { " --playbook \($0)" } ?? options.shape.map { " --shape \($0)" } ?? ""
        return "Scripts/torture --seed \(seed)\(place)"
    }
}
