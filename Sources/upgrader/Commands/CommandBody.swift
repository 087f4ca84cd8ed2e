internal import ArgumentParser
internal import Foundation

/// Runs the body of a command; an error becomes five lines on standard error and the exit code that belongs to it.
///
/// - Parameters:
///   - json: whether a program reads standard output; it gets the error as a document.
///   - body: the command.
/// - Throws: `ExitCode`.
func complaining(json: Bool = false, _ body: () async throws -> Ending) async throws {
    var ending: Ending
    do {
        ending = try await body()
    } catch let code as ExitCode {
        await Output.flush()
        throw code
    } catch {
        let complaint = Complaint(error)
        if json, let text = try? TroubleDocument(complaint).text { Output.write(text) }
        Output.complain(complaint)
        ending = complaint.ending
    }
    await Output.flush()
    if ending == .done, let loss = Output.outlet.loss(of: STDOUT_FILENO) {
        let complaint = Complaint(
            FiveLines(
                error: "standard output could not be written",
                why: loss,
                state: "the command has ended; what it printed is not all there",
                next: "make room, or name another file, then try again"
            ),
            .usage
        )
        Output.complain(complaint)
        await Output.flush()
        ending = complaint.ending
    }
    if ending != .done {
        throw ending.code
    }
}

/// Writes to the standard streams; never waits, `flush` does.
enum Output {
    /// Whoever reads may be gone, as `tee` is after Ctrl-C, or may have stopped: a run goes on and records its end.
    static let outlet = Outlet()

    /// Writes to standard output.
    static func write(_ text: String) {
        outlet.put(text + "\n", to: STDOUT_FILENO)
    }

    /// Writes to standard error.
    static func note(_ text: String) {
        outlet.put(text + "\n", to: STDERR_FILENO)
    }

    /// Waits until all was read; once the operator wants to leave, not for a reader that has stopped.
    static func flush() async {
        await outlet.flush()
    }

    /// Writes the blocks of a complaint to standard error.
    static func complain(_ complaint: Complaint) {
        note(complaint.blocks.map(\.text).joined(separator: "\n\n"))
    }
}
