/// Compares the numbers of versions such as `18.6.3` or `4.19.0-13-amd64`; whatever follows them does not count.
struct VersionText: Comparable {
    private let numbers: [Int]

    /// Reads the first run of numbers with dots; `nil` where there is none.
    init?(_ text: some StringProtocol) {
        let start = text.drop { !$0.isNumber }
        let numbers = start.prefix { $0.isNumber || $0 == "." }.split(separator: ".").compactMap { Int($0) }
        guard !numbers.isEmpty else { return nil }
        self.numbers = numbers
    }

    static func < (left: VersionText, right: VersionText) -> Bool {
        for index in 0..<max(left.numbers.count, right.numbers.count) {
            let (mine, other) = (left.number(index), right.number(index))
            if mine != other { return mine < other }
        }
        return false
    }

    static func == (left: VersionText, right: VersionText) -> Bool { !(left < right) && !(right < left) }

    private func number(_ index: Int) -> Int { numbers.indices.contains(index) ? numbers[index] : 0 }
}
