import Yams

/// Gathers what is wrong with one playbook while it is read.
final class PlaybookProblems {
    private let file: String
    private var found: [PlaybookError] = []

    /// Begins with nothing wrong.
    init(file: String) {
        self.file = file
    }

    func report(_ error: PlaybookError) {
        found.append(error)
    }

    /// Where the node begins.
    func place(of node: Node) -> PlaybookLocation {
        PlaybookLocation(file: file, line: node.mark?.line ?? 1, column: node.mark?.column ?? 1)
    }

    /// The errors as one, in the order of the file; `nil` for none.
    var error: PlaybookError? {
        // Two errors of one place keep the order in which they were found: Swift's sort is stable.
        let ordered = found.sorted { left, right in
            guard let first = left.location, let second = right.location else { return false }
            return first < second
        }
        return ordered.count > 1 ? .several(ordered) : ordered.first
    }
}
