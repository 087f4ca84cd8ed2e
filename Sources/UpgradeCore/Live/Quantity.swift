/// Reads amounts as the API writes them.
///
/// - Source: Kubernetes apimachinery pkg/api/resource/quantity.go and suffix.go
enum Quantity {
    private static let factors: [Substring: Double] = [
        "": 1, "n": 1e-9, "u": 1e-6, "m": 1e-3, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12, "P": 1e15, "E": 1e18,
        "Ki": 0x1p10, "Mi": 0x1p20, "Gi": 0x1p30, "Ti": 0x1p40, "Pi": 0x1p50, "Ei": 0x1p60,
    ]

    /// The number; `nil` for a text that is no quantity.
    static func value(_ text: String) -> Double? {
        // What is no number and what is endless are Double's, not the API's.
        guard text.allSatisfy({ $0.isASCII && ($0.isNumber || $0.isLetter || "+-.".contains($0)) }) else { return nil }
        if let plain = Double(text) { return plain.isFinite ? plain : nil }
        let digits = text.prefix { $0.isNumber || $0 == "." || $0 == "-" || $0 == "+" }
        guard let factor = factors[text.dropFirst(digits.count)], let number = Double(digits) else { return nil }
        return number * factor
    }

    /// Requests or allocatable amounts by resource name; what is not there counts as nothing.
    static func resources(_ amounts: [String: String]) -> Resources {
        func whole(_ name: String, _ scale: Double) -> Int64 {
            let scaled = (amounts[name].flatMap(value) ?? 0) * scale
            // Beyond 2^52 an amount is a mistake of whoever wrote it.
            return Int64(min(max(scaled, 0), 0x1p52).rounded())
        }
        return Resources(
            cpu: whole("cpu", 1_000),
            memory: ByteCount(bytes: whole("memory", 1)),
            pods: Int(whole("pods", 1))
        )
    }
}
