public import UpgradeCore

/// Runs the commands of maintenance windows, each in a process group of its own that is killed past its deadline.
public struct LocalPrograms: OperatorPrograms {
    /// Makes a runner.
    public init() {}

    /// Runs a program with nothing on its standard input.
    ///
    /// - Throws: `OperatorProgramError` when it could not be started, wrote too much, or did not end in time.
    public func run(_ words: [String], deadline: Duration) async throws(OperatorProgramError) -> OperatorProgramEnd {
        let program = LocalProgram(words: words, input: "", keepsOutput: true, longestOutput: 1_000_000)
        do throws(LocalProgram.Failure) {
            let ending = try await program.run(deadline: deadline)
            return OperatorProgramEnd(code: ending.status, output: ending.output, errors: ending.errors)
        } catch {
            switch error {
            case .notStarted(let reason): throw OperatorProgramError(reason)
            case .outputTooLong: throw OperatorProgramError("it wrote more than a megabyte")
            case .overdue: throw OperatorProgramError("it did not end in \(deadline.text)")
            }
        }
    }
}
