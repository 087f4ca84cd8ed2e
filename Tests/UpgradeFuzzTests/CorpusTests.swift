internal import Foundation
internal import Testing
internal import UpgradeFuzz

@Suite("What has been fuzzed")
struct CorpusTests {
    /// The seeds that fuzzing begins with, and every input that has ever crashed a reader.
    private static func files(_ target: FuzzTarget) throws -> [URL] {
        let directory = URL(filePath: #filePath).deletingLastPathComponent().appending(
            path: "Corpus/\(target.rawValue)"
        )
        return try FileManager.default.contentsOfDirectory(at: directory, includingPropertiesForKeys: nil)
            .sorted { $0.path < $1.path }
    }

    @Test("is read or refused, without a crash and in time", .timeLimit(.minutes(2)), arguments: FuzzTarget.allCases)
    func corpus(target: FuzzTarget) async throws {
        let files = try Self.files(target)
        #expect(!files.isEmpty)
        for file in files {
            let bytes = Array(try Data(contentsOf: file))
            do {
                try await target.take(bytes)
                // Half of a file is what a bad night brings.
                try await target.take(Array(bytes.prefix(bytes.count / 2)))
            } catch {
                Issue.record("\(file.lastPathComponent): \(error)")
            }
        }
    }
}
