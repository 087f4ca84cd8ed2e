/// Numbers as Go's strconv reads and writes them.
enum GoNumber {
    /// > ParseInt(s, 0, 64): a sign, then 0x, 0o, 0b or 0 says the base  (Go strconv/atoi.go)
    static func integer(_ text: String) -> Int64? {
        guard let (isNegative, digits, base) = parts(text) else { return nil }
        return Int64((isNegative ? "-" : "") + digits, radix: base)
    }

    /// > ParseUint(s, 0, 64): like ParseInt, but no sign
    static func unsigned(_ text: String) -> UInt64? {
        guard text.utf8.first != UInt8(ascii: "+"), let (isNegative, digits, base) = parts(text), !isNegative else {
            return nil
        }
        return UInt64(digits, radix: base)
    }

    private static func parts(_ text: String) -> (isNegative: Bool, digits: String, base: Int)? {
        var rest = text[...]
        let isNegative = rest.hasPrefix("-")
        if isNegative || rest.hasPrefix("+") { rest.removeFirst() }
        // What follows is digits; `Int64(_:radix:)` would take another sign.
        guard let first = rest.first, first != "-", first != "+" else { return nil }
        var base = 10
        if first == "0", rest.count > 1 {
            let bases: [Character: Int] = ["x": 16, "X": 16, "o": 8, "O": 8, "b": 2, "B": 2]
            if rest.count > 2, let named = rest.dropFirst().first.flatMap({ bases[$0] }) {
                base = named
                rest = rest.dropFirst(2)
            } else {
                base = 8
                rest = rest.dropFirst()
            }
        }
        guard let digit = rest.first, digit != "-", digit != "+" else { return nil }
        return (isNegative, String(rest), base)
    }

    /// A decimal number; `nil` where it is none, or none that a `Double` comes near to.
    ///
    /// > ^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$  (yaml.v2 resolve.go, yamlStyleFloat)
    static func float(_ text: String) -> Double? {
        var rest = text.utf8[...]
        func sign() { if let byte = rest.first, byte == plus || byte == minus { rest.removeFirst() } }
        func digits() -> Int {
            let count = rest.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }.count
            rest = rest.dropFirst(count)
            return count
        }
        sign()
        let whole = digits()
        var fraction = 0
        if rest.first == UInt8(ascii: ".") {
            rest.removeFirst()
            fraction = digits()
        }
        guard whole > 0 || fraction > 0 else { return nil }
        if let byte = rest.first, byte == UInt8(ascii: "e") || byte == UInt8(ascii: "E") {
            rest.removeFirst()
            sign()
            guard digits() > 0 else { return nil }
        }
        // Swift takes no point without a digit behind it.
        guard rest.isEmpty, let value = Double(text.replacing(/\.(?=$|[eE])/, with: "")), value.isFinite else {
            return nil
        }
        return value
    }

    /// The same of a text that begins with a point, where `_` may stand between two digits only.
    ///
    /// > underscores may separate digits  (Go strconv.ParseFloat; yaml.v2 leaves them out of all other numbers itself)
    static func fraction(_ text: String) -> Double? {
        let bytes = Array(text.utf8)
        func isDigit(_ index: Int) -> Bool {
            bytes.indices.contains(index) && (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[index])
        }
        let separators = bytes.indices.filter { bytes[$0] == UInt8(ascii: "_") }
        guard separators.allSatisfy({ isDigit($0 - 1) && isDigit($0 + 1) }) else { return nil }
        return float(text.filter { $0 != "_" })
    }

    private static let plus = UInt8(ascii: "+")
    private static let minus = UInt8(ascii: "-")

    /// The shortest text that is read as the same number.
    ///
    /// > %e is used if the exponent from the conversion is less than -4 or greater than or equal to the precision. if
    /// > precision was the shortest possible, use precision 6 for this decision.
    /// (Go strconv/ftoa.go, FormatFloat(f, 'g', -1, 32); an exponent has two digits at least)
    static func text(_ value: Float) -> String {
        if value.isNaN { return ".nan" }
        if value.isInfinite { return value < 0 ? "-.inf" : ".inf" }
        let (digits, exponent) = shortest(value.magnitude)
        let sign = value.sign == .minus ? "-" : ""
        guard (-4..<6).contains(exponent) else {
            let fraction = digits.dropFirst()
            let number = abs(exponent)
            return "\(sign)\(digits.prefix(1))\(fraction.isEmpty ? "" : ".")\(fraction)e\(exponent < 0 ? "-" : "+")"
                + "\(number < 10 ? "0" : "")\(number)"
        }
        if exponent < 0 { return sign + "0." + String(repeating: "0", count: -exponent - 1) + digits }
        let whole = digits.prefix(exponent + 1)
        let zeros = String(repeating: "0", count: exponent + 1 - whole.count)
        let fraction = digits.dropFirst(exponent + 1)
        return "\(sign)\(whole)\(zeros)\(fraction.isEmpty ? "" : ".")\(fraction)"
    }

    /// The digits of the shortest text without zeros around them, and the power of ten of the first.
    private static func shortest(_ value: Float) -> (digits: String, exponent: Int) {
        // Swift's own text is the shortest as well: `12.5`, `1e+20`, `1.5e-07`.
        let parts = value.description.split(separator: "e")
        let number = (parts.first ?? "0").split(separator: ".", omittingEmptySubsequences: false)
        let whole = number.first ?? "0"
        let all = whole + (number.count > 1 ? number[1] : "")
        let leading = all.prefix { $0 == "0" }.count
        guard leading < all.count else { return ("0", 0) }
        var digits = all.dropFirst(leading)
        while digits.last == "0" { digits.removeLast() }
        let power = parts.count > 1 ? Int(parts[1]) ?? 0 : 0
        return (String(digits), whole.count - 1 - leading + power)
    }
}
