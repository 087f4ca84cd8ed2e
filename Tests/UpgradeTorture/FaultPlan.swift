/// What goes wrong in one world: a pure value of its seed.
public struct FaultPlan: Hashable, Sendable, Codable {
    /// The seed.
    public var seed: UInt64
    /// What goes wrong, in the order of the effects at which it does.
    public var faults: [Fault]

    /// Makes a plan of these faults.
    public init(seed: UInt64, faults: [Fault]) {
        self.seed = seed
        self.faults = faults.sorted { $0.effect < $1.effect }
    }

    /// Draws a plan.
    ///
    /// - Parameters:
    ///   - seed: decides all.
    ///   - effects: how many effects a run has that nothing happens to.
    ///   - hosts: how many hosts there are.
    public init(seed: UInt64, effects: Int, hosts: Int) {
        var dice = Dice(seed: seed ^ 0x6661_756C_7473)
        var faults: [Fault] = []
        // One world in eight has a single fault, so that what it does is seen by itself.
        let count = dice.chance(12) ? 1 : dice.roll(2...9)
        var last = 0
        for _ in 0..<count {
            // Half of them follow close upon another: what is being mended is hit again.
            let isClose = last > 0 && dice.chance(50)
            let effect = isClose ? last + dice.roll(1...25) : dice.roll(1...max(1, effects))
            last = effect
            faults.append(Fault(at: effect, Self.kind(&dice, host: dice.roll(0...max(0, hosts - 1)))))
        }
        self.init(seed: seed, faults: faults)
    }

    private static func kind(_ dice: inout Dice, host: Int) -> Fault.Kind {
        let moment = dice.pick(Fault.Moment.allCases) ?? .before
        switch dice.roll(1...100) {
        case 1...16: return .kill(moment)
        case 17...26: return .powerCut(moment)
        case 27...31: return .interrupt(dice.roll(1...2))
        case 32...35: return .diskFull(dice.roll(1...6))
        case 36...39: return .diskError(dice.roll(1...4))
        case 40...49: return .connection(moment)
        case 50...56: return .reboot(host: host, seconds: dice.roll(20...600))
        case 57...60: return .away(host: host, seconds: dice.roll(5...20_000))
        case 61: return .gone(host: host)
        case 62: return .replaced(host: host, isKeyAccepted: dice.chance(60))
        case 63...65:
            return .hostClock(host: host, offset: dice.roll(-7200...7200), seconds: dice.roll(60...40_000))
        case 66...67: return .operatorClock(offset: dice.roll(-90_000...90_000))
        case 68...72: return .apiFlaps(seconds: dice.roll(5...4000))
        case 73...76: return .evictionsRefused(seconds: dice.roll(60...30_000))
        case 77...80: return .etcdDown(host: host, seconds: dice.roll(10...20_000))
        case 81...83: return .packageLock(host: host, seconds: dice.roll(10...5000))
        case 84...88: return .slowJob(seconds: dice.roll(1000...20_000))
        case 89...91: return .jobFails
        case 92...94: return .foreignCordon(host: host)
        case 95...96: return .foreignUncordon(host: host)
        default: return .cleanup
        }
    }
}
