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
        let program = Program.upgrader
        // Ctrl-C goes to the shell as well, which has to stay.
        try tmux.begin(
            "trap : INT; '\(program)' run '\(scratch.path)/slow.yaml' --state '\(scratch.path)/state'; echo \"exit code $?\"; sleep 60"
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
