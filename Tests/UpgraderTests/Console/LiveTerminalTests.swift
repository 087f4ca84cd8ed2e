import Foundation
import Testing
import UpgradeCore
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

    @Test(
        "a drain that a budget blocks names pod, owner, budget and since when, and stays in sight when the terminal shrinks",
        .timeLimit(.minutes(2))
    )
    func blocked() async throws {
        let workshop = try Workshop(Workshop.small(pace: "300ms"))
        let program = try workshop.start("run", Workshop.playbook)
        try await program.expect("restart-scheduler@cp1 begins", then: SIGKILL)
        _ = try await program.wait()
        // Somebody makes the budget stricter once the workers are all that is left: preflight would have told of it.
        var state = try workshop.cluster
        for index in state.budgets.indices {
            state.budgets[index].desiredHealthy = state.budgets[index].currentHealthy
            state.budgets[index].disruptionsAllowed = 0
        }
        try SimulationFile(path: try workshop.run.simulationPath).write(state)
        let tmux = try Tmux(socket: "\(workshop.scratch.path)/tmux")
        defer { tmux.end() }
        try tmux.begin(
            "trap : INT; cd '\(workshop.scratch.path)'; '\(Program.upgrader)' resume; echo \"exit code $?\"; sleep 60",
            width: 200,
            height: 60
        )
        let block = /shop\/web-[0-9]+ of ReplicaSet\/web: budget shop\/web allows 0 +for 0:[0-9]{2}/
        let isBlocked = { (screen: String) in screen.contains(block) }
        let isWhole = { (screen: String, width: Int) in
            let lines = screen.split(separator: "\n")
            return lines.count { $0.allSatisfy { $0 == "─" } && $0.count == width } == 1
                && lines.allSatisfy { $0.count <= width }
        }
        let wide = try await tmux.waits(seconds: 60) { isBlocked($0) && isWhole($0, 200) }
        #expect(wide.contains("hop 1 of 1: 1.12 → 1.13") && wide.contains("workers"), "\(wide)")
        #expect(wide.contains(/gate +\S*cluster-health@w1 open +etcd members healthy: 1 of 1/), "\(wide)")
        _ = try tmux.run("resize-window", "-x", "80", "-y", "24")
        let small = try await tmux.waitsOnScreen { isBlocked($0) && isWhole($0, 80) }
        #expect(small.split(separator: "\n").count <= 24)
        #expect(small.contains("Ctrl-C"), "\(small)")
        // In hand is a drain that goes on: the second Ctrl-C waits for it no longer.
        try tmux.press("C-c")
        try await tmux.waits { $0.contains("interrupted: ") }
        try tmux.press("C-c")
        let screen = try await tmux.waits { $0.contains("exit code") }
        #expect(screen.contains("exit code 12"), "\(screen)")
        let why = try await workshop.upgrader("why").output
        #expect(why.contains(/last seen: .*shop\/web-[0-9]+/) && why.contains("budget shop/web"), "\(why)")
        #expect(why.contains("the hosts in 1.12-1.13, as the journal saw them last:"), "\(why)")
        #expect(why.contains(/upgrader rollback w1 state\/small\//), "\(why)")
    }
}
