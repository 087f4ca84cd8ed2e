internal import Foundation
internal import UpgradeTorture

/// The shapes that seeds are spread over.
struct Shapes {
    private var made: [String: Shape] = [:]
    private var chosen: String?

    /// How many seeds of a hundred each gets: cheap ones more.
    ///
    /// A new one takes its share from the last, so that the seeds of all others stay the worlds that they were.
    private static let shares = [
        ("small", 30), ("hop", 25), ("waves", 15), ("embedded", 12), ("staging", 12), ("large", 3), ("rolls", 3),
    ]

    init(_ options: Options) async throws {
        if let path = options.playbook {
            let text = try String(contentsOfFile: path, encoding: .utf8)
            made[path] = try await Shape.file(path, text: text)
            chosen = path
            return
        }
        chosen = options.shape
        for (name, _) in Self.shares where chosen == nil || chosen == name {
            made[name] = try await Self.make(name)
        }
    }

    private static func make(_ name: String) async throws -> Shape {
        switch name {
        case "small": return try await Shape.small()
        case "hop": return try await Shape.hop()
        case "waves": return try await Shape.waves()
        case "rolls": return try await Shape.rolls()
        case "large": return try await Shape.large()
        default:
            let text = try String(contentsOfFile: "playbooks/\(name).yaml", encoding: .utf8)
            return try await Shape.file(name, text: text)
        }
    }

    /// The shape of a seed.
    func shape(_ seed: UInt64) -> Shape? {
        if let chosen { return made[chosen] }
        var dice = Dice(seed: seed ^ 0x7368_6170_65)
        var roll = dice.roll(1...100)
        for (name, share) in Self.shares {
            roll -= share
            if roll <= 0 { return made[name] }
        }
        return nil
    }
}
