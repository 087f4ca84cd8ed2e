import Foundation
import Testing
import UpgradeCore
import UpgradeTestSupport

@testable import upgrader

@Suite("A reader that stops reading")
struct StalledReaderTests {
    @Test("does not hold the run; a signal ends the wait for it", .timeLimit(.minutes(2)))
    func finished() async throws {
        let workshop = try Workshop(Workshop.small())
        let pipe = try FullPipe()
        let program = try workshop.start("run", Workshop.playbook, output: pipe.input)
        try await program.until { (try? workshop.history.state.stop) == .completed }
        program.signal(SIGTERM)
        #expect(try await program.wait(deadline: .seconds(20)).code == 0)
    }

    @Test("does not keep a signal from stopping the run", .timeLimit(.minutes(2)), arguments: [SIGINT, SIGTERM])
    func interrupted(signal: Int32) async throws {
        let workshop = try Workshop(Workshop.small(pace: "300ms"))
        let pipe = try FullPipe()
        let program = try workshop.start("run", Workshop.playbook, output: pipe.input)
        try await program.until { ((try? workshop.history.count) ?? 0) > 12 }
        program.signal(signal)
        #expect(try await program.wait(deadline: .seconds(20)).code == 12)
        #expect(try workshop.history.state.stop == .interrupted)
    }

    @Test("does not hold the live view; the terminal is shown how things are when it goes on", .timeLimit(.minutes(1)))
    func live() async throws {
        let workshop = try Workshop(Workshop.small(pace: "20ms"))
        var (leader, follower): (Int32, Int32) = (-1, -1)
        try #require(openpty(&leader, &follower, nil, nil, nil) == 0)
        defer { close(leader) }
        // Ctrl-S: from here on the terminal takes nothing.
        try #require(write(leader, "\u{13}", 1) == 1)
        let program = try workshop.start("run", Workshop.playbook, output: follower)
        close(follower)
        try await program.until { (try? workshop.history.state.stop) == .completed }
        program.signal(SIGTERM)
        #expect(try await program.wait(deadline: .seconds(20)).code == 0)
    }

    @Test("misses lines, and is told how many, once it reads again", .timeLimit(.minutes(1)))
    func leftOut() async throws {
        let pipe = try FullPipe()
        let outlet = Outlet()
        for number in 0..<(Outlet.limit + 11) {
            outlet.put("line \(number)\n", to: pipe.input, mayBeLeftOut: true)
        }
        outlet.put("the end\n", to: pipe.input)
        let reader = Task.detached { pipe.read(until: "the end\n") }
        await outlet.flush()
        let lines = await reader.value.split(separator: "\n").suffix(4)
        let last = lines.dropLast(2).last.flatMap { Int($0.dropFirst(5)) } ?? 0
        // The thread may have taken one line out of the queue before it was full.
        let count = Outlet.limit + 10 - last
        #expect((10...11).contains(count))
        #expect(
            lines.suffix(2).first
                == "\(count) lines are left out here: nobody read them in time; the journal has everything"
        )
        #expect(lines.last == "the end")
    }

    @Test("is given up when the operator wants to leave; whoever else reads is told all", .timeLimit(.minutes(1)))
    func hurried() async throws {
        let stuck = try FullPipe()
        let open = try FullPipe(isFull: false)
        let outlet = Outlet(grace: .milliseconds(50))
        outlet.put("nobody reads this\n", to: stuck.input)
        outlet.put("somebody reads this\n", to: open.input)
        outlet.hurry()
        await outlet.flush()
        #expect(open.read(until: "\n") == "somebody reads this\n")
    }
}

/// A pipe that takes nothing until it is read.
private final class FullPipe: Sendable {
    let output: Int32
    let input: Int32

    init(isFull: Bool = true) throws {
        var ends: [Int32] = [-1, -1]
        try #require(pipe(&ends) == 0)
        for end in ends {
            try #require(fcntl(end, F_SETFD, FD_CLOEXEC) == 0)
        }
        (output, input) = (ends[0], ends[1])
        guard isFull else { return }
        let flags = fcntl(input, F_GETFL)
        try #require(fcntl(input, F_SETFL, flags | O_NONBLOCK) == 0)
        let block = [UInt8](repeating: UInt8(ascii: "."), count: 1 << 12) + [UInt8(ascii: "\n")]
        while write(input, block, block.count) > 0 {}
        while write(input, block, 1) > 0 {}
        try #require(fcntl(input, F_SETFL, flags) == 0)
    }

    deinit {
        close(output)
        close(input)
    }

    func read(until end: String) -> String {
        var text: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while !text.suffix(end.utf8.count).elementsEqual(end.utf8) {
            let count = Foundation.read(output, &buffer, buffer.count)
            guard count > 0 else { break }
            text += buffer[..<count]
        }
        return String(decoding: text, as: UTF8.self)
    }
}
