internal import Foundation
internal import Subprocess
internal import UpgradeCore

/// Runs a program on the operator's machine, with a deadline; never in the way of whoever waits for it.
struct LocalProgram {
    /// How it ended.
    struct Ending: Sendable {
        /// The exit code; `nil` when a signal ended it.
        var status: Int32?
        var output: String
        var errors: String
    }

    /// Why it did not end by itself.
    enum Failure: Error, Equatable, Sendable {
        case notStarted(String)
        case outputTooLong
        case overdue
    }

    /// The program and its arguments; looked for in PATH.
    var words: [String]
    /// What it reads on standard input, as far as it does.
    var input: String
    /// Whether what it writes is wanted.
    var keepsOutput: Bool
    /// How much of what it writes is kept, in bytes.
    ///
    /// Above what `CurlClient` lets curl receive, whose own limit does not hold for an answer of unknown length.
    var longestOutput = 50_100_000

    /// Runs it; past the deadline, or when the task is cancelled, it is killed with its children.
    ///
    /// Nobody waits for the children of one that has ended, even where they have its outputs open.
    func run(deadline: Duration) async throws(Failure) -> Ending {
        let result = await withTaskGroup(of: Result<Ending, Failure>.self) { group in
            group.addTask { await ending() }
            group.addTask {
                // Ends early where the task is cancelled.
                try? await Task.sleep(for: deadline)
                return .failure(.overdue)
            }
            let first = await group.next() ?? .failure(.overdue)
            group.cancelAll()
            return first
        }
        return try result.get()
    }

    private func ending() async -> Result<Ending, Failure> {
        do {
            guard keepsOutput else {
                let status = try await perform(output: .discarded, errors: .discarded).terminationStatus
                return .success(Ending(status: status.code, output: "", errors: ""))
            }
            let output = BytesOutput.bytes(limit: longestOutput)
            let result = try await perform(output: output, errors: output)
            return .success(
                Ending(
                    status: result.terminationStatus.code,
                    output: String(decoding: result.standardOutput, as: UTF8.self),
                    errors: String(decoding: result.standardError, as: UTF8.self)
                )
            )
        } catch let error as SubprocessError where error.code == .outputLimitExceeded {
            return .failure(.outputTooLong)
        } catch is CancellationError {
            return .failure(.overdue)
        } catch {
            return .failure(.notStarted("\(error)"))
        }
    }

    private func perform<Output: OutputProtocol, Errors: ErrorOutputProtocol>(
        output: Output,
        errors: Errors
    ) async throws -> ExecutionResult<Void, Output, Errors> {
        try Task.checkCancellation()
        // One that ends before it has read is an error of the write, not the end of this process.
        _ = signal(SIGPIPE, SIG_IGN)
        var options = PlatformOptions()
        // A group of its own, which is killed as a whole.
        options.processGroupID = 0
        options.teardownSequence = [.send(signal: .kill, toProcessGroup: true, allowedDurationToNextStep: .zero)]
        return try await Subprocess.run(
            .name("env"),
            arguments: Arguments(words),
            platformOptions: options,
            input: .inputWriter,
            output: output,
            error: errors
        ) { execution in
            // It may end well without having read all of it.
            _ = try? await execution.standardInputWriter.write(input)
        }
    }
}

extension TerminationStatus {
    /// The exit code; `nil` when a signal ended it.
    fileprivate var code: Int32? {
        if case .exited(let code) = self { code } else { nil }
    }
}
