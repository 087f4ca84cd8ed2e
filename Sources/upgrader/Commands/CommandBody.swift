internal import ArgumentParser
internal import Foundation

/// Runs the body of a command; an error becomes five lines on standard error and the exit code that belongs to it.
///
/// - Throws: `ExitCode`.
func complaining(_ body: () async throws -> Ending) async throws {
    let ending: Ending
    do {
        ending = try await body()
    } catch let code as ExitCode {
        throw code
    } catch {
        let complaint = Complaint(error)
        Output.complain(complaint)
        ending = complaint.ending
    }
    if ending != .done {
        throw ending.code
    }
}

/// Writes to the standard streams.
enum Output {
    /// Writes to standard output.
    static func write(_ text: String) {
        put(text, FileHandle.standardOutput)
    }

    /// Writes to standard error.
    static func note(_ text: String) {
        put(text, FileHandle.standardError)
    }

    /// Whoever reads may be gone, as `tee` is after Ctrl-C: the run has to record its end all the same.
    private static func put(_ text: String, _ handle: FileHandle) {
        _ = signal(SIGPIPE, SIG_IGN)
        try? handle.write(contentsOf: Data((text + "\n").utf8))
    }

    /// Writes the blocks of a complaint to standard error.
    static func complain(_ complaint: Complaint) {
        note(complaint.blocks.map(\.text).joined(separator: "\n\n"))
    }
}
