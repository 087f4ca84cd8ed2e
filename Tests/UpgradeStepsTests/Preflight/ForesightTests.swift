import Testing

@testable import UpgradeCore
@testable import UpgradeSteps

@Suite("Foresight as a step")
struct ForesightTests {
    private static func broken(_ flag: String) -> HostConfiguration {
        HostConfiguration(
            clock: 1_600_000_000,
            files: [.init(kind: .environment, path: "/etc/default/kubelet", text: "DAEMON_ARGS=\"\(flag)\"")],
            daemons: [.init(name: "kubelet", files: ["/etc/default/kubelet"], words: [flag])]
        )
    }

    @Test("a clean cluster passes")
    func clean() throws {
        #expect(try Scene().decide(ForeseenBreakage(), "preflight", on: "cluster") == [])
        #expect(try Scene().decide(HostForeseenBreakage(), "workers", on: "w1") == [])
    }

    @Test("what breaks at a later hop refuses at the first, with its id and its cure")
    func laterHop() throws {
        var scene = Scene()
        scene.hops = [scene.hop, HopID(from: scene.hop.to)]
        scene.configurations["w1"] = Self.broken("--experimental-fail-swap-on=false")
        let unmet = try #require(try scene.refusal(ForeseenBreakage(), "preflight", on: "cluster"))
        guard case .foreseen(let findings, let ids, let cure) = unmet else {
            Issue.record("\(unmet)")
            return
        }
        #expect(ids == ["flag-removed/kubelet/--experimental-fail-swap-on"])
        #expect(findings.first?.contains("w1") == true)
        #expect(cure.contains("--fail-swap-on"))
    }

    @Test("before a node only what kills it in this hop counts")
    func thisHop() throws {
        var scene = Scene()
        scene.hops = [scene.hop, HopID(from: scene.hop.to)]
        scene.configurations["w1"] = Self.broken("--experimental-fail-swap-on=false")
        #expect(try scene.refusal(HostForeseenBreakage(), "workers", on: "w1") == nil)
        scene.hop = HopID(from: scene.hop.to)
        #expect(try scene.refusal(HostForeseenBreakage(), "workers", on: "w1") != nil)
    }

    @Test("an accepted finding passes until the end of its day")
    func accepted() throws {
        var scene = Scene()
        scene.hop = HopID(from: scene.hop.to)
        scene.hops = [scene.hop]
        scene.configurations["w1"] = Self.broken("--experimental-fail-swap-on=false")
        let id = "flag-removed/kubelet/--experimental-fail-swap-on"
        // 1600000000 is in the afternoon of 2020-09-13.
        for (day, passes) in [("2020-09-13", true), ("2020-09-12", false)] {
            let until = try #require(CalendarDay(day))
            scene.playbook.acceptedFindings = [AcceptedFinding(id: id, reason: "test", until: until)]
            #expect((try scene.refusal(HostForeseenBreakage(), "workers", on: "w1") == nil) == passes, "\(day)")
        }
    }

    @Test("days of the calendar, and their ends")
    func days() {
        #expect(CalendarDay("1970-01-01")?.end == 86_400)
        #expect(CalendarDay("2000-02-29")?.end == 951_868_800)
        #expect(CalendarDay("2020-09-13")?.end == 1_600_041_600)
        for text in ["2019-02-29", "2020-13-01", "2020-1-1", "today", "2020-04-31"] {
            #expect(CalendarDay(text) == nil, "\(text)")
        }
    }
}
