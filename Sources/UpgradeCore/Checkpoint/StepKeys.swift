/// Reads the keys of a journal's steps: what stands before the target is the same for all hosts of a hop's phase, and is
/// taken apart once.
struct StepKeys: Sendable {
    /// By the bytes up to the `@`: a key of that hop, phase and step, whatever its target.
    private var known: [ArraySlice<UInt8>: StepKey] = [:]

    /// Reads `1.13-1.14/workers/drain@node7`; `nil` for what is no key.
    mutating func key(_ text: ArraySlice<UInt8>) -> StepKey? {
        guard let at = text.firstIndex(of: UInt8(ascii: "@")), var key = known[text[..<at]] else {
            let key = StepKey(String(decoding: text, as: UTF8.self))
            // The bytes alone: a slice of the journal would keep all of it.
            if let key, let at = text.firstIndex(of: UInt8(ascii: "@")) { known[Array(text[..<at])[...]] = key }
            return key
        }
        guard let target = Target(String(decoding: text[(at + 1)...], as: UTF8.self)) else { return nil }
        key.target = target
        return key
    }
}
