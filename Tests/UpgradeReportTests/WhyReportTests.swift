import Testing
import UpgradeCore
import UpgradeReport
import UpgradeTestSupport

@Suite("Why a run stands where it stands")
struct WhyReportTests {
    private func why(
        _ story: StoryScene,
        holder: String? = nil,
        transcript: [Transcript.Entry] = []
    ) throws -> WhyReport {
        WhyReport(
            story: RunStory(try story.history),
            plan: story.plan,
            playbook: story.scene.playbook,
            titles: story.titles,
            place: RunPlace(directory: "state/test/run", playbook: "play book.yaml", holder: holder),
            transcript: transcript
        )
    }

    @Test("a run that was killed in a drain names the drain, its commands, its unit, the wait, and what is ours")
    func killed() async throws {
        let story = try await StoryScene(reason: "ticket 7")
        let cordon = try story.key("1.12-1.13/workers/cordon@w1")
        let drain = try story.key("1.12-1.13/workers/drain@w1")
        try story.append(
            .begun(cordon, attempt: 1),
            .intended(cordon, attempt: 1, index: 0, .cordon(node: "w1.example.org", mark: "test")),
            .acted(cordon, attempt: 1, index: 0),
            .done(cordon),
            .begun(drain, attempt: 1),
            .intended(
                drain,
                attempt: 1,
                index: 0,
                .drain(node: "w1.example.org", options: DrainOptions(deadline: .seconds(60)))
            )
        )
        let wait = Transcript.Entry(time: 1_795_521_607, key: drain, event: .waits("pod shop/cart is held"))
        let report = try why(story, transcript: [wait])
        #expect(report.status == .killed)
        #expect(report.reason == "ticket 7")
        let step = try #require(report.inHand.first)
        #expect(report.inHand.count == 1)
        #expect(step.action == "drain w1.example.org")
        #expect(step.commands.first?.contains("kubectl") == true)
        #expect(step.unit == "upgrader-test:1.12-1.13:workers:drain:w1:1:0")
        #expect(step.waits == "pod shop/cart is held")
        #expect(report.ours.map(\.undo) == ["uncordon w1.example.org"])
        #expect(
            report.choices.map(\.command).prefix(2) == [
                "upgrader resume state/test/run", "upgrader cleanup state/test/run",
            ]
        )
        #expect(report.choices.first?.consequence.contains("begins nothing twice") == true)
        #expect(report.lines.contains { $0.contains("in doubt: drain w1.example.org") })
    }

    @Test("a failure tells why, what ran, what that printed, and that a changed playbook needs a run of its own")
    func failed() async throws {
        let story = try await StoryScene()
        let drain = try story.key("1.12-1.13/workers/drain@w1")
        let failure = Failure.access(
            .commandFailed(host: "cp1", command: "kubectl drain", status: "exit 1", output: "line one\nerror: no")
        )
        try story.append(.begun(drain, attempt: 1), .failed(drain, attempt: 1, failure), .stopped(.failed([drain])))
        let report = try why(story)
        #expect(report.status == .failed)
        #expect(report.causes.map(\.why) == ["cp1 says: error: no"])
        #expect(report.causes.first?.ran == "cp1: kubectl drain   (exit 1)")
        #expect(report.lines.contains("        | line one"))
        let budgets = try story.key("1.12-1.13/preflight/cordons@cluster")
        let other = try await StoryScene()
        try other.append(
            .begun(budgets, attempt: 1),
            .failed(budgets, attempt: 1, .unmet(.foreignCordon(node: "w2"))),
            .stopped(.failed([budgets]))
        )
        #expect(try why(other).choices.map(\.command).contains("upgrader run 'play book.yaml'"))
    }

    @Test("a run that is at work offers to watch it and no resume; a completed one only its report")
    func atWork() async throws {
        let story = try await StoryScene()
        let report = try why(story, holder: "ann@desk (pid 1)")
        #expect(report.status == .running)
        #expect(!report.choices.contains { $0.command.contains("resume") })
        try await story.walk()
        #expect(try why(story).choices.map(\.command) == ["upgrader report state/test/run -o report.html"])
    }
}
