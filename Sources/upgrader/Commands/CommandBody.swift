internal import ArgumentParser
internal import Foundation

/// Runs the body of a command; an error becomes five lines on standard error and the exit code that belongs to it.
///
/// - Parameters:
///   - json: whether a program reads standard output; it gets the error as a document.
///   - isLines: whether its documents are one a line.
///   - command: the name of a command that acts: a program then gets how it ended as a document, well or not.
///   - body: the command.
/// - Throws: `ExitCode`.
func complaining(
    json: Bool = false,
    isLines: Bool = false,
    ends command: String? = nil,
    _ body: () async throws -> Ending
) async throws {
    let reader = json && command != nil ? ProgramReader() : nil
    var ending: Ending
    do {
        ending = try await Output.$reader.withValue(reader) { try await body() }
    } catch let code as ExitCode {
        // It has been said; a program that reads gets its document all the same.
        guard let known = Ending(rawValue: code.rawValue) else {
            await Output.flush()
            throw code
        }
        ending = known
    } catch {
        let complaint = Complaint(error)
        reader?.take(complaint)
        if json, reader == nil, let text = try? TroubleDocument(complaint).text(isLine: isLines) { Output.write(text) }
        Output.complain(complaint)
        ending = complaint.ending
    }
    if let reader, let command, let text = try? EndDocument(command, ending, reader).text { Output.write(text) }
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

    /// The program that gets a document at the end; then nothing else goes to standard output.
    @TaskLocal static var reader: ProgramReader?

    /// Writes what a command that acts has to say: to standard output, or to standard error where a program reads that.
    static func tell(_ text: String) {
        reader?.take(text)
        outlet.put(text + "\n", to: reader == nil ? STDOUT_FILENO : STDERR_FILENO)
    }

    /// Writes to standard output.
    static func write(_ text: String) {
        outlet.put(text + "\n", to: STDOUT_FILENO)
    }

    /// Writes to standard error.
    static func note(_ text: String) {
        outlet.put(text + "\n", to: STDERR_FILENO)
    }

    /// Says to a person on standard error how it ended, and to a program in its document.
    static func end(_ text: String) {
        reader?.take(text)
        note(text)
    }

    /// Waits until all was read; once the operator wants to leave, not for a reader that has stopped.
    static func flush() async {
        await outlet.flush()
    }

    /// Writes the blocks of a complaint to standard error.
    ///
    /// Folded to the width of a terminal; in a pipe and in a file each line is one.
    static func complain(_ complaint: Complaint) {
        reader?.take(complaint)
        let width = Terminal.errorWidth
        note(complaint.blocks.map { $0.text(width: width) }.joined(separator: "\n\n"))
    }
}
