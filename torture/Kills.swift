internal import UpgradeTorture

/// A kill before, in the middle of and after every effect: once on a shape, twice over on the small one.
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
        let once = (1...max(1, shape.effects)).flatMap { effect in
            Fault.Moment.allCases.map { [Fault(at: effect, .kill($0))] }
        }
        await all(once, shape, &tally)
        let points = tally.worlds
        let twice = (1...max(1, small.effects)).flatMap { first in
            (1...max(1, small.effects)).flatMap { second in
                Fault.Moment.allCases.map { [Fault(at: first, .kill($0)), Fault(at: first + second, .kill($0))] }
            }
        }
        await all(twice, small, &tally)
        tally.show(took: start.duration(to: .now))
        print("kill points \(points) of \(shape.name), and \(tally.worlds - points) pairs of them of \(small.name)")
        return tally.lost.isEmpty ? 0 : 1
    }

    /// Runs one world again, with its history.
    func replay(_ faults: [Fault]) async throws -> Int32 {
        guard let shape = try await Shapes(options).shape(0) else { return 64 }
        let outcome = World(shape, FaultPlan(seed: 0, faults: faults)).run()
        return Tally.tell(outcome, shape)
    }

    private func all(_ worlds: [[Fault]], _ shape: Shape, _ tally: inout Tally) async {
        let jobs = options.jobs
        await withTaskGroup(of: Tally.self) { group in
            for job in 0..<jobs {
                group.addTask {
                    var own = Tally()
                    for index in stride(from: job, to: worlds.count, by: jobs) {
                        let faults = worlds[index]
                        // The same seed for all: the walk up to the kill is the one whose effects were counted.
                        let outcome = World(shape, FaultPlan(seed: 0, faults: faults)).run()
                        own.add(outcome, shape.name, "Scripts/torture --shape \(shape.name)" + Self.words(faults))
                        own.progress(every: 1000)
                    }
                    return own
                }
            }
            for await own in group { tally.merge(own) }
        }
    }

    private static func words(_ faults: [Fault]) -> String {
        faults.map { fault in
            if case .kill(let moment) = fault.kind { " --kill \(fault.effect):\(moment.rawValue)" } else { "" }
        }.joined()
    }
}
