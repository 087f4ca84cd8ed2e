internal import Foundation
internal import UpgradeCore

/// What a build has verified of upstream's files and what it could not, as its record tells it.
struct VerificationLines: Decodable {
    private struct Finding: Decodable {
        var file: String
        var means: String
        var verified: Bool
        var text: String
    }

    private var verification: [Finding]

    /// Reads the record of a build, `COMPONENT_VERSION.json`.
    ///
    /// - Throws: `AccessError` where it is none.
    init(record path: String) throws {
        do {
            self = try JSON.decode(Self.self, from: try Data(contentsOf: URL(filePath: path)))
        } catch {
            throw AccessError.localFile(path: path, reason: JSON.reason(error, is: "the record of a build"))
        }
    }

    /// In the words of a build that is made here.
    var lines: [String] {
        verification.map { "\($0.verified ? "verified:  " : "UNVERIFIED:") \($0.file): \($0.means): \($0.text)" }
    }
}
