public import UpgradeCore

/// A page of a list of the Kubernetes API, as its path asks for it: `limit` items behind `continue`, which is a number here.
public struct ListPage {
    /// Which items of the list it has.
    public let items: Range<Int>
    private let isLast: Bool

    /// Reads what a path asks for.
    ///
    /// - Parameters:
    ///   - path: with its query.
    ///   - count: how many items the list has.
    public init(_ path: String, of count: Int) {
        func number(_ key: String) -> Int {
            let part = path.split(whereSeparator: { "?&".contains($0) }).first { $0.hasPrefix("\(key)=") }
            return part.flatMap { Int($0.dropFirst(key.count + 1)) } ?? 0
        }
        let first = number("continue")
        items = first..<min(first + number("limit"), count)
        isLast = items.upperBound == count
    }

    /// What the API answers, given each item as JSON.
    public func answer(_ item: (Int) -> String) -> CommandResult {
        let next = isLast ? "" : "\"continue\":\"\(items.upperBound)\""
        return CommandResult(output: "{\"items\":[\(items.map(item).joined(separator: ","))],\"metadata\":{\(next)}}")
    }
}
