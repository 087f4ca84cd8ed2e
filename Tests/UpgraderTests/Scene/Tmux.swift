import Foundation
import Testing
import UpgradeTestSupport

/// A terminal without a person.
struct Tmux {
    /// Of its own, so that no other server is met and nothing of it stays behind.
    private let socket: String

    struct Missing: Error, CustomStringConvertible {
        var description: String { "tmux is not installed, so the live view was not tested: apt-get install tmux" }
    }

    struct Silence: Error, CustomStringConvertible {
        var screen: String
        var description: String { "the terminal never showed what was waited for; it shows:\n\(screen)" }
    }

    init(socket: String) throws {
        self.socket = socket
        do {
            _ = try run("-V")
        } catch {
            throw Missing()
        }
    }

    /// Starts a shell with a script in a terminal of this size.
    ///
    /// Whoever runs the tests may have set NO_COLOR, with which there is no live view.
    func begin(_ script: String, width: Int = 80, height: Int = 24) throws {
        let size = ["-x", "\(width)", "-y", "\(height)"]
        _ = try run(["-f", "/dev/null", "new-session", "-d"] + size + ["sh", "-c", "unset NO_COLOR; \(script)"])
    }

    func press(_ key: String) throws {
        _ = try run("send-keys", key)
    }

    /// Types a line, each character as it is.
    func type(_ line: String) throws {
        _ = try run("send-keys", "-l", line)
        try press("Enter")
    }

    func end() {
        // A server that has ended already is as good.
        _ = try? run("kill-server")
    }

    /// The screen and its history, once it shows what is waited for; looks again for ten seconds, or so many.
    @discardableResult
    func waits(seconds: Int = 10, for isThere: (String) -> Bool) async throws -> String {
        try await waits(seconds, ["-J", "-S", "-"], for: isThere)
    }

    /// The screen alone, line by line as the terminal has them.
    @discardableResult
    func waitsOnScreen(seconds: Int = 10, for isThere: (String) -> Bool) async throws -> String {
        try await waits(seconds, [], for: isThere)
    }

    private func waits(_ seconds: Int, _ options: [String], for isThere: (String) -> Bool) async throws -> String {
        var screen = ""
        for _ in 1...seconds * 20 {
            screen = try run(["capture-pane", "-p"] + options)
            if isThere(screen) { return screen }
            try await Task.sleep(for: .milliseconds(50))
        }
        throw Silence(screen: screen)
    }

    /// `popen` and not `Process`: that one takes a command for ended only when the server that it left behind has ended.
    func run(_ words: String...) throws -> String { try run(words) }

    private func run(_ words: [String]) throws -> String {
        let command = (["tmux", "-u", "-S", socket] + words).map { "'\(quoted($0))'" }.joined(separator: " ")
        guard let stream = popen("\(command) 2>&1", "r") else { throw Missing() }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while case let count = fread(&buffer, 1, buffer.count, stream), count > 0 {
            bytes += buffer.prefix(count)
        }
        let text = String(decoding: bytes, as: UTF8.self)
        if pclose(stream) != 0 { throw Silence(screen: text) }
        return text
    }

    private func quoted(_ text: String) -> String {
        text.replacing("'", with: "'\\''")
    }
}
