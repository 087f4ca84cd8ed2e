internal import Glibc
internal import UpgradeTorture

/// What became of many worlds.
struct Tally: Sendable {
    var worlds = 0
    var lives = 0
    var effects = 0
    var completed = 0
    var rightlyStopped = 0
    var struck: [String: Int] = [:]
    var shapes: [String: Int] = [:]
    var lost: [(replay: String, findings: [String])] = []

    /// Takes a world; `replay` is the command that runs it again.
    mutating func add(_ outcome: Outcome, _ shape: String, _ replay: String) {
        worlds += 1
        lives += outcome.lives
        effects += outcome.effects
        shapes[shape, default: 0] += 1
        struck.merge(outcome.struck, uniquingKeysWith: +)
        switch outcome.ending {
        case .completed: completed += 1
        case .rightlyStopped: rightlyStopped += 1
        case .stuck: break
        }
        guard !outcome.isSurvived else { return }
        lost.append((replay, outcome.findings))
        // Told at once: a night's run may be ended before its end.
        print("  lost: \(replay)")
        fflush(nil)
    }

    mutating func merge(_ other: Tally) {
        worlds += other.worlds
        lives += other.lives
        effects += other.effects
        completed += other.completed
        rightlyStopped += other.rightlyStopped
        struck.merge(other.struck, uniquingKeysWith: +)
        shapes.merge(other.shapes, uniquingKeysWith: +)
        lost += other.lost
    }

    /// Says how far it has come, now and then.
    func progress(every count: Int) {
        guard worlds > 0, worlds.isMultiple(of: count) else { return }
        print("  \(worlds) worlds of one job, \(lost.count) lost")
        fflush(nil)
    }

    /// Tells the history of one world; 1 when it was lost.
    static func tell(_ outcome: Outcome, _ shape: Shape) -> Int32 {
        for line in outcome.history { print(line) }
        print("shape \(shape.name): \(outcome.ending)")
        for line in outcome.findings { print("LOST: \(line)") }
        return outcome.isSurvived ? 0 : 1
    }

    func show(took: Duration) {
        for (replay, findings) in lost.prefix(50) {
            print("LOST: \(replay)")
            for finding in findings.prefix(5) { print("      \(finding.prefix(400))") }
        }
        print("faults that struck:")
        for (name, count) in struck.sorted(by: { $0.key < $1.key }) { print("  \(count)\t\(name)") }
        print(
            "worlds by shape: \(shapes.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", "))"
        )
        let seconds = took / .seconds(1)
        print(
            "worlds \(worlds), lost \(lost.count), completed \(completed), rightly stopped \(rightlyStopped), "
                + "lives \(lives), effects \(effects), faults \(struck.values.reduce(0, +)), "
                + "\(Int(seconds)) s, \((Double(worlds) / max(seconds, 0.001)).formattedOnce) worlds/s"
        )
    }
}

extension Double {
    /// With one digit behind the point.
    var formattedOnce: String { "\((self * 10).rounded() / 10)" }
}
