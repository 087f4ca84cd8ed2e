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
        FileHandle.standardOutput.write(Data((text + "\n").utf8))
    }

    /// Writes to standard error.
    static func note(_ text: String) {
        FileHandle.standardError.write(Data((text + "\n").utf8))
    }

    /// Writes the blocks of a complaint to standard error.
    static func complain(_ complaint: Complaint) {
        note(complaint.blocks.map(\.text).joined(separator: "\n\n"))
    }
}
