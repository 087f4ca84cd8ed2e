internal import UpgradeTorture

/// What became of many worlds.
struct Tally: Sendable {
    var seeds = 0
    var lives = 0
    var effects = 0
    var completed = 0
    var rightlyStopped = 0
    var struck: [String: Int] = [:]
    var shapes: [String: Int] = [:]
    var lost: [(seed: UInt64, findings: [String])] = []

    mutating func add(_ outcome: Outcome, _ seed: UInt64, _ shape: String) {
        seeds += 1
        lives += outcome.lives
        effects += outcome.effects
        shapes[shape, default: 0] += 1
        struck.merge(outcome.struck, uniquingKeysWith: +)
        switch outcome.ending {
        case .completed: completed += 1
        case .rightlyStopped: rightlyStopped += 1
        case .stuck: break
        }
        if !outcome.isSurvived { lost.append((seed, outcome.findings)) }
    }

    mutating func merge(_ other: Tally) {
        seeds += other.seeds
        lives += other.lives
        effects += other.effects
        completed += other.completed
        rightlyStopped += other.rightlyStopped
        struck.merge(other.struck, uniquingKeysWith: +)
        shapes.merge(other.shapes, uniquingKeysWith: +)
        lost += other.lost
    }

    func show(took: Duration, _ replay: (UInt64) -> String) {
        for (seed, findings) in lost.sorted(by: { $0.seed < $1.seed }).prefix(50) {
            print("LOST: \(replay(seed))")
            for finding in findings.prefix(5) { print("      \(finding.prefix(400))") }
        }
        print("faults that struck:")
        for (name, count) in struck.sorted(by: { $0.key < $1.key }) { print("  \(count)\t\(name)") }
        print("worlds by shape: \(shapes.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", "))")
        let seconds = took / .seconds(1)
        print(
            "seeds \(seeds), lost \(lost.count), completed \(completed), rightly stopped \(rightlyStopped), "
                + "lives \(lives), effects \(effects), faults \(struck.values.reduce(0, +)), "
                + "\(Int(seconds)) s, \((Double(seeds) / max(seconds, 0.001)).formattedOnce) seeds/s"
        )
    }
}

extension Double {
    /// With one digit behind the point.
    var formattedOnce: String { "\((self * 10).rounded() / 10)" }
}
