internal import UpgradeCore

/// What a command with `--format json` writes when it has nothing else to say.
///
/// Documented in docs/reference/json-documents.md.
struct TroubleDocument: Encodable {
    /// The form, raised when it changes.
    var schema = 1
    /// Why there is nothing.
    var error: CheckDocument.Trouble?

    /// Makes the document of an error.
    init(_ complaint: Complaint) {
        error = CheckDocument.Trouble(complaint)
    }

    /// The JSON text, on several lines or on one.
    func text(isLine: Bool = false) throws -> String {
        isLine ? String(decoding: try JSON.line(self), as: UTF8.self) : try JSON.text(self)
    }
}

extension CheckDocument.Trouble {
    /// Makes it of the first block.
    init?(_ complaint: Complaint) {
        guard let block = complaint.blocks.first else { return nil }
        self.init(block, complaint.ending)
    }

    /// Makes it of a block.
    init(_ block: FiveLines, _ ending: Ending) {
        self.init(error: block.error, why: block.why, ran: block.ran, next: block.next, code: ending.rawValue)
    }
}
