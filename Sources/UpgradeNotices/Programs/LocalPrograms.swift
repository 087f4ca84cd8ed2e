internal import Glibc
public import UpgradeCore

/// Runs the commands of maintenance windows, each in a process group of its own that is killed past its deadline.
///
/// One at a time: a command that a killed run has left behind holds the lock until it has ended, and what asks how things stand
/// waits for it. The program flock has the lock, not the command: a daemon that a command starts holds nobody up.
public struct LocalPrograms: OperatorPrograms {
    private let lock: String?

    /// Makes a runner.
    ///
    /// - Parameter lock: the file that is locked meanwhile; `nil` where nothing is changed, only asked.
    public init(lock: String?) {
        self.lock = lock
    }

    /// sysexits(3), EX_TEMPFAIL.
    private static let busy: Int32 = 75

    /// Runs a program with nothing on its standard input.
    ///
    /// - Throws: `OperatorProgramError` when it could not be started, wrote too much, or did not end in time.
    public func run(_ words: [String], deadline: Duration) async throws(OperatorProgramError) -> OperatorProgramEnd {
        var (all, patience) = (words, deadline)
        if let lock {
            let descriptor = open(lock, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
            guard descriptor >= 0 else { throw OperatorProgramError("\(lock): \(String(cString: strerror(errno)))") }
            close(descriptor)
            let seconds = max(1, Int(deadline / .seconds(1)))
            all = ["flock", "--close", "--conflict-exit-code", "\(Self.busy)", "--wait", "\(seconds)", lock] + words
            patience += .seconds(seconds)
        }
        let program = LocalProgram(words: all, input: "", keepsOutput: true, longestOutput: 1_000_000)
        let ending: LocalProgram.Ending
        do throws(LocalProgram.Failure) {
            ending = try await program.run(deadline: patience)
        } catch {
            switch error {
            case .notStarted(let reason): throw OperatorProgramError(reason)
            case .outputTooLong: throw OperatorProgramError("it wrote more than a megabyte")
            case .overdue: throw OperatorProgramError("it did not end in \(deadline.text)")
            }
        }
        if let lock, ending.status == Self.busy {
            throw OperatorProgramError("a command of a window that was begun before still runs: see `fuser -v \(lock)`")
        }
        return OperatorProgramEnd(code: ending.status, output: ending.output, errors: ending.errors)
    }
}
