import Foundation
import UpgradeCore

/// One part of the benchmarks a process, so that the memory of each is its own; `Scripts/bench` runs them all.
///
/// Prints a table for people and, as its last line, one JSON object.
@main
enum Benchmarks {
    static func main() async throws {
        let words = Array(CommandLine.arguments.dropFirst())
        var report = Report()
        switch (words.first, words.count) {
        case ("outlining", 2): try Planning.outline(nodes: number(words[1]), &report)
        case ("planning", 2): try await Planning.measure(nodes: number(words[1]), &report)
        case ("rehearsing", 2): try await Walk.measure(workers: number(words[1]), &report)
        case ("recording", 2): try await Recording.measure(late: number(words[1]), &report)
        case ("preparing", 3): return try await Resuming.prepare(transitions: number(words[1]), at: words[2])
        case ("resuming", 2): try Resuming.measure(RunDirectory(path: words[1]), &report)
        case ("foreseeing", 2): try Foreseeing.measure(nodes: number(words[1]), pods: number(words[1]) * 10, &report)
        case ("inventory", 3):
            try await Inventory.measure(releases: number(words[1]), revisions: words[2], &report)
        case ("remote", _): return try await RemoteWork.perform(Array(words.dropFirst()))
        default: throw Wrong(words: words)
        }
        report.add("peak memory", try Usage.peak(), "MiB")
        report.add("peak memory that is not a file's", try Usage.peakOfOwn(), "MiB")
        try report.printOut()
    }

    private static func number(_ word: String) throws -> Int {
        guard let number = Int(word), number > 0 else { throw Wrong(words: [word]) }
        return number
    }

    /// Words that name no part.
    struct Wrong: Error {
        var words: [String]
    }
}
