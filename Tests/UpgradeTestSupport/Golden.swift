internal import Foundation
public import Testing

/// Compares text with a file of the repository; `UPDATE_GOLDEN=1` writes the file anew.
public enum Golden {
    /// The root of the repository.
    public static var root: String {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().path
    }

    /// Records an issue when `text` is not what the file holds.
    ///
    /// - Parameters:
    ///   - text: what the test made.
    ///   - path: relative to the root of the repository.
    ///   - sourceLocation: of the test.
    /// - Throws: when the file cannot be written.
    public static func expect(
        _ text: String,
        matches path: String,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let file = URL(fileURLWithPath: root).appendingPathComponent(path)
        if ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] == "1" {
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(),
                withIntermediateDirectories: true
            )
            try Data(text.utf8).write(to: file)
        }
        let expected = try? String(contentsOf: file, encoding: .utf8)
        #expect(
            text == expected,
            "run with UPDATE_GOLDEN=1 and read the diff of \(path)",
            sourceLocation: sourceLocation
        )
    }
}
