internal import Foundation
internal import Synchronization
internal import UpgradeCore

/// How a command that acts has ended, for programs; documented in docs/reference/json-documents.md.
struct EndDocument: Encodable {
    /// The form, raised when it changes.
    var schema = 1
    /// The command, such as `resume`.
    var command: String
    /// The exit code.
    var code: Int32
    /// What the exit code means.
    var ending: String
    /// What was told at the end, for a person: why it stopped, how to go on.
    var told: [String]
    /// What was refused or has failed, one for each finding.
    var errors: [CheckDocument.Trouble]
    /// How the run stands now, as `status` says it; absent where there is none yet.
    var run: StatusDocument?

    /// Makes the document.
    init(_ command: String, _ ending: Ending, _ reader: ProgramReader) {
        self.command = command
        code = ending.rawValue
        self.ending = ending.summary
        let end = reader.end
        told = end.told
        errors = end.complaints.flatMap { complaint in
            complaint.blocks.map { CheckDocument.Trouble($0, complaint.ending) }
        }
        // What cannot be read was complained of already.
        run = end.directory.flatMap { try? StatusDocument(reading: $0) }
    }

    /// The JSON text.
    var text: String {
        get throws { try JSON.text(self) }
    }
}

/// The program that reads standard output: it gets one document at the end, and nothing else; people read standard error.
final class ProgramReader: Sendable {
    /// What the document tells besides the exit code.
    struct End {
        /// Lines that a person would have read on standard output.
        var told: [String] = []
        /// What went wrong.
        var complaints: [Complaint] = []
        /// The run that was worked on.
        var directory: RunDirectory?
    }

    private let state = Mutex(End())

    /// What is known so far.
    var end: End { state.withLock { $0 } }

    /// Takes a line.
    func take(_ line: String) { state.withLock { $0.told.append(line) } }

    /// Takes what went wrong.
    func take(_ complaint: Complaint) { state.withLock { $0.complaints.append(complaint) } }

    /// Takes the run that is worked on.
    func take(_ directory: RunDirectory) { state.withLock { $0.directory = directory } }
}
