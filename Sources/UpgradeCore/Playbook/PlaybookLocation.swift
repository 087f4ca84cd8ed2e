/// A place in a file that a person wrote.
public struct PlaybookLocation: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// The file, as it was given.
    public var file: String
    /// The line, from 1.
    public var line: Int
    /// The column, from 1, counted in Unicode scalars.
    public var column: Int

    /// Makes a location.
    public init(file: String, line: Int, column: Int) {
        self.file = file
        self.line = line
        self.column = column
    }

    /// `playbooks/staging.yaml:12:5`.
    public var description: String { "\(file):\(line):\(column)" }

    /// Orders by file, then by place.
    public static func < (left: PlaybookLocation, right: PlaybookLocation) -> Bool {
        (left.file, left.line, left.column) < (right.file, right.line, right.column)
    }
}
