import Testing

@testable import UpgradeCore
@testable import UpgradeSteps

@Suite("Silences of alerts")
struct SilenceTests {
    private var scene: Scene {
        var scene = Scene()
        scene.playbook.silences = [
            SilenceOptions(
                name: "staging",
                alertmanager: "http://alerts.example.org:9093",
                matchers: [AlertMatcher(name: "cluster", value: "staging")]
            )
        ]
        return scene
    }

    private func silence(_ scene: Scene) -> AlertSilence { scene.playbook.silences[0].silence(run: scene.run) }

    @Test("a hop opens what is not open; one that has half of its time left is enough")
    func opens() throws {
        var scene = scene
        let silence = silence(scene)
        #expect(try scene.decide(OpenSilences(), "silence", on: "cluster") == [.openSilence(silence)])
        scene.silences[silence] = SilenceState(ids: ["1"], secondsLeft: 6.5 * 3600)
        #expect(try scene.decide(OpenSilences(), "silence", on: "cluster") == [])
        #expect(try scene.decide(KeepSilences(), "workers", on: "w1") == [])
        scene.silences[silence] = SilenceState(ids: ["1"], secondsLeft: 5.5 * 3600)
        #expect(try scene.decide(KeepSilences(), "workers", on: "w1") == [.openSilence(silence)])
    }

    @Test("the end of a hop ends what is open, and nothing else")
    func closes() throws {
        var scene = scene
        let silence = silence(scene)
        #expect(try scene.decide(CloseSilences(), "unsilence", on: "cluster") == [])
        scene.silences[silence] = SilenceState(ids: ["1"], secondsLeft: 1)
        #expect(try scene.decide(CloseSilences(), "unsilence", on: "cluster") == [.closeSilence(silence)])
    }

    @Test("alerts are silenced after preflight and before anything else, and at the hop's end no more")
    func places() throws {
        let outline = HopOutline.phases(HopID(from: .start), scene.playbook, true)
        let ids = outline.map(\.id)
        #expect(Array(ids.prefix(3)) == ["preflight", "silence", "backup"])
        #expect(Array(ids.suffix(2)) == ["verify", "unsilence"])
        for id: PhaseID in ["control-plane", "controllers", "workers"] {
            let lanes = try #require(outline.first { $0.id == id }).lanes
            #expect(lanes.allSatisfy { $0.steps.first == "keep-silences" }, "\(id)")
        }
        #expect(!HopOutline.phases(HopID(from: .start), Scene().playbook, true).map(\.id).contains("silence"))
    }
}
