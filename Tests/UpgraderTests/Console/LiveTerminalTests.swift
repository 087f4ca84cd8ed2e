import Foundation
import Testing
import UpgradeTestSupport

/// Drives the program in a real terminal, tmux; where tmux is not installed this fails, so that nobody takes it for run.
@Suite("The live view in a terminal")
struct LiveTerminalTests {
    @Test("shows the run, stops at Ctrl-C with code 12 and says how to go on", .timeLimit(.minutes(1)))
    func interrupt() async throws {
        let scratch = try ScratchDirectory()
        let tmux = try Tmux(socket: "\(scratch.path)/tmux")
        defer { tmux.end() }
        // A slow pace, so that there is something in hand whenever the test looks.
        let text = try String(contentsOfFile: "\(Golden.root)/playbooks/embedded.yaml", encoding: .utf8)
        try scratch.write(Data(text.replacing("pace: 100ms", with: "pace: 300ms").utf8), to: "slow.yaml")
        let program = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent().path + "/upgrader"
        // Ctrl-C goes to the shell as well, which has to stay.
        try tmux.begin(
            "unset NO_COLOR; trap : INT; '\(program)' run '\(scratch.path)/slow.yaml' --state '\(scratch.path)/state'; echo \"exit code $?\"; sleep 60"
        )

        try await tmux.waits { $0.contains("hop 1 of 4: 1.12 → 1.13") && $0.contains("▸ cp1") }
        try tmux.press("C-c")
        let screen = try await tmux.waits { $0.contains("exit code") }

        #expect(screen.contains("exit code 12"))
        #expect(screen.contains("`upgrader resume \(scratch.path)/state/embedded/"))
        #expect(screen.contains("! interrupted: "))
        #expect(!screen.contains("^C"))
        #expect(try tmux.run("display", "-p", "#{cursor_flag} #{alternate_on}") == "1 0\n")
    }
}

/// A terminal of 80 by 24 without a person.
private struct Tmux {
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

    func begin(_ script: String) throws {
        _ = try run("-f", "/dev/null", "new-session", "-d", "-x", "80", "-y", "24", "sh", "-c", script)
    }

    func press(_ key: String) throws {
        _ = try run("send-keys", key)
    }

    func end() {
        // A server that has ended already is as good.
        _ = try? run("kill-server")
    }

    /// The screen and its history, once it shows what is waited for; looks again for ten seconds.
    @discardableResult
    func waits(for isThere: (String) -> Bool) async throws -> String {
        var screen = ""
        for _ in 1...200 {
            screen = try run("capture-pane", "-p", "-J", "-S", "-")
            if isThere(screen) { return screen }
            try await Task.sleep(for: .milliseconds(50))
        }
        throw Silence(screen: screen)
    }

    /// `popen` and not `Process`: that one takes a command for ended only when the server that it left behind has ended.
    func run(_ words: String...) throws -> String {
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
