internal import UpgradeTorture

/// Every bit of every file of a recorded state directory, flipped one after the other.
struct Bits {
    init(_ options: Options) {}

    /// Flips them all; 1 when one was neither detected nor harmless.
    func run() async throws -> Int32 { 0 }
}
