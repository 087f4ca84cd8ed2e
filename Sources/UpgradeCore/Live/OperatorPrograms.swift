/// Runs programs on the operator's machine: the seam to whatever starts them.
///
/// Given by whoever makes a world, as `WebClient` is.
public protocol OperatorPrograms: Sendable {
    /// Runs the words as a program and its arguments, without a shell, and waits for its end.
    ///
    /// - Throws: `OperatorProgramError` when it could not be started, or did not end within the deadline.
    func run(_ words: [String], deadline: Duration) async throws(OperatorProgramError) -> OperatorProgramEnd
}

/// How a program of the operator's machine ended.
public struct OperatorProgramEnd: Hashable, Sendable {
    /// The exit code; `nil` when a signal ended it.
    public var code: Int32?
    /// What it wrote to its standard output.
    public var output: String
    /// What it wrote to its standard error.
    public var errors: String

    /// Makes an end.
    public init(code: Int32?, output: String, errors: String) {
        self.code = code
        self.output = output
        self.errors = errors
    }
}

/// Why a program did not end by itself.
public struct OperatorProgramError: Error, Hashable, Sendable {
    /// In one line, for a person.
    public var reason: String

    /// Says why.
    public init(_ reason: String) {
        self.reason = reason
    }
}
