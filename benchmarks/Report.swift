import Foundation
import Glibc

/// Figures, for people and for programs.
struct Report {
    private struct Figure: Codable {
        var name: String
        var value: Double
        var unit: String
    }

    private var figures: [Figure] = []

    mutating func add(_ name: String, _ value: Double, _ unit: String) {
        figures.append(Figure(name: name, value: value, unit: unit))
    }

    func printOut() throws {
        for figure in figures {
            let value = String(format: figure.value < 100 ? "%.2f" : "%.0f", figure.value)
            let name = figure.name.padding(toLength: 52, withPad: " ", startingAt: 0)
            let space = String(repeating: " ", count: max(0, 12 - value.count))
            print("\(name)\(space)\(value) \(figure.unit)")
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        print(String(decoding: try encoder.encode(figures), as: UTF8.self))
    }
}

extension Duration {
    var microseconds: Double { self / .microseconds(1) }
}

extension [Duration] {
    /// The duration that this share of them does not exceed.
    func quantile(_ share: Double) -> Duration {
        guard !isEmpty else { return .zero }
        let sorted = sorted()
        return sorted[Swift.min(count - 1, Int(Double(count) * share))]
    }
}

/// What this process has used.
enum Usage {
    /// Seconds of processor time, of all threads: what a busy machine distorts least.
    static var processorTime: Double { Double(clock()) / Double(CLOCKS_PER_SEC) }

    /// The most that was resident at once, in MiB.
    static func peak() throws -> Double { try read("VmHWM:") }

    /// The most that was resident of the process's own at once, in MiB: without the program and its libraries.
    static func peakOfOwn() throws -> Double { try peak() - read("RssFile:") }

    /// What is resident now, in MiB.
    static func resident() throws -> Double { try read("VmRSS:") }

    private static func read(_ name: String) throws -> Double {
        let text = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
        let line = text.split(separator: "\n").first { $0.hasPrefix(name) }
        let kibibytes = line.flatMap { Double($0.split(separator: " ").dropLast().last?.trimmed ?? "") } ?? 0
        return kibibytes / 1024
    }
}

extension Substring {
    fileprivate var trimmed: String { trimmingCharacters(in: .whitespaces) }
}
