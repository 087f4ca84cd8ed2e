import Foundation
import UpgradeCore
import UpgradeKnowledge

/// Pages of upstream from files, each of which a test may replace.
struct UpstreamScene {
    static let directory = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Fixtures/upstream")

    /// The text that stands for a page; the key is the end of its address.
    var replaced: [String: String] = [:]

    /// The text of a page.
    static func page(_ address: String) throws -> String {
        let path = address.replacing("https://", with: "")
        return try String(contentsOf: directory.appending(path: path), encoding: .utf8)
    }

    /// What is proposed.
    func run() async throws -> VersionSync.Report {
        guard let day = CalendarDay("2026-11-22") else { throw CocoaError(.featureUnsupported) }
        let replaced = replaced
        return try await VersionSync.run(day: day) { url throws(PageError) in
            if let text = replaced.first(where: { url.hasSuffix($0.key) })?.value { return text }
            guard let text = try? Self.page(url) else { throw .status(404) }
            return text
        }
    }
}
