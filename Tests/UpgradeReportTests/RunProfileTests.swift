import Testing
import UpgradeCore
import UpgradeReport
import UpgradeTestSupport

@Suite("Where the time of a run went")
struct RunProfileTests {
    /// A drain of 16 seconds, a wait of 31, and another host's first look a second later.
    private func profile() async throws -> RunProfile {
        let scene = try await StoryScene()
        let drain = try scene.key("1.12-1.13/workers/drain@w1")
        let ready = try scene.key("1.12-1.13/workers/node-ready@w1")
        let next = try scene.key("1.12-1.13/workers/host-foresight@w2")
        let action = Action.drain(node: "w1.example.org", options: scene.scene.playbook.drain)
        try scene.append(.begun(drain, attempt: 1))
        scene.pass(9)
        try scene.append(.intended(drain, attempt: 1, index: 0, action))
        scene.pass(4)
        try scene.append(.acted(drain, attempt: 1, index: 0), .done(drain), .begun(ready, attempt: 1))
        scene.pass(30)
        try scene.append(.done(ready), .begun(next, attempt: 1), .done(next))
        let story = RunStory(try scene.history)
        let began = try #require(story.began(drain))
        let trace = CommandTrace(host: "cp1", command: "kubectl drain", status: "exit 0", seconds: 3.5, output: "")
        let transcript = [
            Transcript.Entry(time: began + 14, key: drain, event: .ran(trace)),
            Transcript.Entry(time: began + 16, key: drain, event: .looked(2.5)),
            Transcript.Entry(time: began + 20, key: ready, event: .gate("not Ready", measured: nil)),
            Transcript.Entry(time: began + 30, key: ready, event: .gate("not new", measured: nil)),
            Transcript.Entry(time: began + 41, key: ready, event: .opened([])),
        ]
        return RunProfile(run: "test", story: story, plan: scene.plan, transcript: transcript)
    }

    @Test("what actions took, what gates were waited for, and the rest, by kind of step, the most first")
    func rows() async throws {
        let profile = try await profile()
        #expect(profile.rows.map(\.step) == ["node-ready", "drain", "host-foresight"])
        let (ready, drain) = (profile.rows[0], profile.rows[1])
        #expect(ready.seconds == .init(all: 31, acting: 0, commands: 0, waiting: 21) && ready.seconds.other == 10)
        #expect(drain.seconds == .init(all: 16, acting: 5, commands: 3.5, waiting: 0, looking: 2.5))
        #expect(drain.seconds.other == 8.5)
        #expect(drain.attempts == 1 && drain.longest == 16 && drain.slowest == "1.12-1.13/workers/drain@w1")
        #expect(profile.seconds.all == 48)
        #expect(profile.parts == [.init(phase: "1.12-1.13/workers", wall: 50, sum: 48, longestGap: 1)])
    }

    @Test("an attempt in hand when the process was killed has its row and its phase")
    func inHand() async throws {
        let scene = try await StoryScene()
        let drain = try scene.key("1.12-1.13/workers/drain@w1")
        try scene.append(.begun(drain, attempt: 1))
        scene.pass(7)
        try scene.append(
            .intended(drain, attempt: 1, index: 0, .drain(node: "w1", options: scene.scene.playbook.drain))
        )
        let profile = RunProfile(run: "test", story: RunStory(try scene.history), plan: scene.plan, transcript: [])
        #expect(profile.rows.map(\.step) == ["drain"] && profile.rows.map(\.attempts) == [1])
        #expect(profile.seconds.all > 0 && profile.parts.map(\.phase) == ["1.12-1.13/workers"])
    }

    @Test("its text has a line for each kind of step and each phase")
    func text() async throws {
        let text = try await profile().text
        let drain = text.split(separator: "\n").first { $0.hasPrefix("workers/drain ") }
        #expect(drain?.split(separator: " ").prefix(5) == ["workers/drain", "16", "s", "5.0", "s"], "\(text)")
        #expect(drain?.hasSuffix(" 1.12-1.13/workers/drain@w1") == true, "\(text)")
        #expect(
            text.split(separator: "\n").contains { $0.hasPrefix("1.12-1.13/workers") && $0.hasSuffix("1.0 s") },
            "\(text)"
        )
        #expect(!text.split(separator: "\n").contains { $0.hasSuffix(" ") })
    }
}
