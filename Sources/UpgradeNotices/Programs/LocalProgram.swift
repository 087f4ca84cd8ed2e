internal import Foundation
internal import Glibc
internal import Synchronization
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
    enum Failure: Error, Sendable {
        case notStarted(String)
        case inputTooLong
        case overdue
    }

    /// The program and its arguments; looked for in PATH.
    var words: [String]
    /// What it reads on standard input.
    var input: String
    /// Whether what it writes is wanted; nobody waits for the children of one whose output is not.
    var keepsOutput: Bool

    /// A pipe holds that much before anybody reads. (pipe(7): 65,536 bytes)
    private static let longestInput = 60_000

    /// Runs it; past the deadline, or when the task is cancelled, it is killed with its children.
    func run(deadline: Duration) async throws(Failure) -> Ending {
        guard input.utf8.count <= Self.longestInput else { throw .inputTooLong }
        let process = RunningProgram()
        let program = self
        let result = await withTaskGroup(of: Result<Ending, Failure>.self) { group in
            group.addTask { await process.run(program) }
            group.addTask {
                // Ends early where the task is cancelled.
                try? await Task.sleep(for: deadline)
                return .failure(.overdue)
            }
            let first = await group.next() ?? .failure(.overdue)
            process.kill()
            group.cancelAll()
            return first
        }
        return try result.get()
    }
}

/// A program that runs, on a thread of its own.
private final class RunningProgram: Sendable {
    private enum State {
        case idle
        case running(pid_t)
        case over
    }

    private let state = Mutex(State.idle)

    func run(_ program: LocalProgram) async -> Result<LocalProgram.Ending, LocalProgram.Failure> {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread { [self] in continuation.resume(returning: perform(program)) }
        }
    }

    /// Kills it, if it runs, or keeps it from being started.
    func kill() {
        state.withLock { state in
            // Foundation starts each program in a process group of its own.
            if case .running(let pid) = state { Glibc.kill(-pid, SIGKILL) }
            state = .over
        }
    }

    private func perform(_ program: LocalProgram) -> Result<LocalProgram.Ending, LocalProgram.Failure> {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = program.words
        let (input, output, errors) = (Pipe(), Pipe(), Pipe())
        process.standardInput = input
        process.standardOutput = program.keepsOutput ? output : FileHandle.nullDevice
        process.standardError = program.keepsOutput ? errors : FileHandle.nullDevice
        let isStarted = state.withLock { state -> Result<Bool, LocalProgram.Failure> in
            guard case .idle = state else { return .success(false) }
            do {
                // It fits the pipe: nothing waits for the program to read, and no signal comes when it does not.
                try input.fileHandleForWriting.write(contentsOf: Data(program.input.utf8))
                try input.fileHandleForWriting.close()
                try process.run()
            } catch {
                return .failure(.notStarted(error.localizedDescription))
            }
            state = .running(process.processIdentifier)
            return .success(true)
        }
        switch isStarted {
        case .failure(let error): return .failure(error)
        case .success(false): return .failure(.overdue)
        case .success(true): break
        }
        let read = program.keepsOutput ? (try? output.fileHandleForReading.readToEnd()) ?? Data() : Data()
        // One line at most, so that it fits the pipe while the output is read.
        let complaint = program.keepsOutput ? (try? errors.fileHandleForReading.readToEnd()) ?? Data() : Data()
        process.waitUntilExit()
        state.withLock { $0 = .over }
        return .success(
            LocalProgram.Ending(
                status: process.terminationReason == .exit ? process.terminationStatus : nil,
                output: String(decoding: read, as: UTF8.self),
                errors: String(decoding: complaint, as: UTF8.self)
            )
        )
    }
}
