import Foundation
import UpgradeTestSupport

/// `upgrader serve` of a workshop, and somebody who asks it.
final class ServeScene: Sendable {
    /// What was answered.
    struct Answer: Sendable {
        var status: Int
        /// In lower case.
        var headers: [String: String]
        var body: String
    }

    let workshop: Workshop
    let program: Program
    /// With the token, unless that is in a file.
    let url: String
    /// `http://127.0.0.1:PORT`.
    let base: String
    let token: String

    /// Starts it, and waits until it listens.
    init(_ workshop: Workshop, _ arguments: [String] = [], token known: String? = nil) async throws {
        self.workshop = workshop
        let words = ["serve", "--format", "json"] + arguments
        program = try Program(Program.upgrader, words, in: workshop.scratch.path)
        // The last member, and the end of the object.
        try await program.expect("\n}")
        struct Said: Decodable {
            var url: String
        }
        url = try JSONDecoder().decode(Said.self, from: Data(program.output.utf8)).url
        let parts = url.components(separatedBy: "/?token=")
        base = parts[0].hasSuffix("/") ? String(parts[0].dropLast()) : parts[0]
        token = known ?? (parts.count > 1 ? parts[1] : "")
    }

    var port: String { String(base.split(separator: ":").last ?? "") }

    /// Asks with curl; for a path with the token in it.
    func get(_ path: String, _ options: String..., token: Bool = true) async throws -> Answer {
        let scratch = try ScratchDirectory()
        let address = base + path + (token ? "?token=\(self.token)" : "")
        let words = ["curl", "-sS", "--path-as-is", "-m", "30", "-D", "headers", "-o", "body"] + options + [address]
        let result = try await Program("/usr/bin/env", words, in: scratch.path).wait()
        guard result.code == 0 else { throw Program.Failure(description: "curl \(path): \(result.errors)") }
        let lines = String(decoding: try scratch.read("headers"), as: UTF8.self).split(separator: "\r\n")
        let pairs = lines.dropFirst().map { line in
            let parts = line.split(separator: ":", maxSplits: 1)
            return (parts[0].lowercased(), parts.count > 1 ? parts[1].trimmingCharacters(in: .whitespaces) : "")
        }
        return Answer(
            status: Int(lines.first?.split(separator: " ")[1] ?? "") ?? 0,
            headers: Dictionary(pairs, uniquingKeysWith: { "\($0), \($1)" }),
            body: String(decoding: (try? scratch.read("body")) ?? Data(), as: UTF8.self)
        )
    }

    /// Begins to listen to the events, and goes on.
    func listen() throws -> Program {
        try Program("/usr/bin/env", ["curl", "-sSN", "\(base)/events?token=\(token)"], in: workshop.scratch.path)
    }

    /// Ends it with a signal.
    func end(_ signal: Int32 = SIGTERM) async throws -> Program.Result {
        program.signal(signal)
        return try await program.wait(deadline: .seconds(20))
    }
}

extension Workshop {
    /// What the file `token` holds.
    var token: String {
        get throws { String(decoding: try scratch.read("token"), as: UTF8.self).trimmingCharacters(in: .newlines) }
    }
}

/// A directory as it is: of everything in it the kind, mode, size, time of change and bytes.
struct DirectoryState: Hashable {
    struct Entry: Hashable {
        var mode: mode_t
        var size: Int
        var seconds: Int
        var nanoseconds: Int
        var bytes: Data?
    }

    var entries: [String: Entry] = [:]

    init(_ path: String) throws {
        let names = FileManager.default.enumerator(atPath: path)?.compactMap { $0 as? String } ?? []
        for name in [""] + names {
            var entry = stat()
            let full = "\(path)/\(name)"
            guard lstat(full, &entry) == 0 else { throw Program.Failure(description: "\(full) is not there") }
            entries[name] = Entry(
                mode: entry.st_mode,
                size: entry.st_size,
                seconds: entry.st_mtim.tv_sec,
                nanoseconds: entry.st_mtim.tv_nsec,
                bytes: entry.st_mode & S_IFMT == S_IFREG ? try Data(contentsOf: URL(fileURLWithPath: full)) : nil
            )
        }
    }
}
