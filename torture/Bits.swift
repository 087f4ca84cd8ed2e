internal import UpgradeTorture

/// Every bit of every file of recorded state directories, flipped one after the other.
struct Bits {
    private let options: Options

    init(_ options: Options) {
        self.options = options
    }

    /// Flips them all; 1 when one was neither detected nor harmless.
    func run() async throws -> Int32 {
        var options = options
        options.shape = options.shape ?? "small"
        guard let shape = try await Shapes(options).shape(0) else { return 64 }
        // A run that was killed half way, one that failed and was cleaned up, and one that came to its end.
        let half = Fault(at: shape.effects / 2, .kill(.after))
        let failing = [Fault(at: shape.effects / 3, .jobFails), Fault(at: shape.effects / 3 + 1, .cleanup)]
        let directories = [
            ("killed half way", try FlippedBits(shape, FaultPlan(seed: 1, faults: [half]), lives: 1)),
            ("failed, cleaned up", try FlippedBits(shape, FaultPlan(seed: 1, faults: failing), lives: 1)),
            ("completed", try FlippedBits(shape, FaultPlan(seed: 1, faults: []), lives: 1)),
        ]
        var (flipped, missed) = (0, 0)
        for (title, directory) in directories {
            for (name, size) in directory.files {
                let count = directory.flip(name)
                flipped += count.flipped
                missed += count.missed.count
                print(
                    "\(shape.name), \(title): \(name), \(size) bytes: \(count.flipped) bits, \(count.detected) detected, "
                        + "\(count.harmless) harmless, \(count.missed.count) undetected"
                )
                for miss in count.missed.prefix(20) { print("MISSED: \(miss)") }
            }
        }
        print("bits flipped \(flipped), undetected \(missed)")
        return missed == 0 ? 0 : 1
    }
}
