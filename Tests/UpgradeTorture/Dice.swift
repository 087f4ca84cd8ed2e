/// Pseudo-random numbers from a seed: the same seed gives the same ones, on every machine and in every version.
///
/// - Source: Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, 2014 (SplitMix64).
public struct Dice: RandomNumberGenerator, Sendable {
    private var state: UInt64

    /// Makes dice.
    public init(seed: UInt64) {
        state = seed
    }

    /// The next 64 bits.
    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// A number of the range; both ends may come.
    ///
    /// Not `Int.random`: how that one uses its generator may change with the standard library.
    public mutating func roll(_ range: ClosedRange<Int>) -> Int {
        range.lowerBound + Int(next() % UInt64(range.count))
    }

    /// One of the items; `nil` where there is none.
    public mutating func pick<Item>(_ items: [Item]) -> Item? {
        items.isEmpty ? nil : items[roll(0...(items.count - 1))]
    }

    /// True `percent` times of a hundred.
    public mutating func chance(_ percent: Int) -> Bool {
        roll(1...100) <= percent
    }
}
