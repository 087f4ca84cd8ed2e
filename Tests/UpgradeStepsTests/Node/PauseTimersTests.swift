import Testing
import UpgradeCore

@testable import UpgradeSteps

@Suite("Timers of apt")
struct PauseTimersTests {
    let units = ["apt-daily.timer", "apt-daily-upgrade.timer", "unattended-upgrades.service"]

    private func pause(_ unit: String) -> Action { .pause(host: "w1", unit: unit) }

    @Test("what installs packages by itself is paused, and not again")
    func pauses() throws {
        var scene = Scene()
        #expect(try scene.decide(PauseTimers(), "workers", on: "w1") == units.map(pause))
        for unit in units { scene.units["w1"]?[unit] = UnitState(isActive: false, isMasked: true) }
        #expect(try scene.decide(PauseTimers(), "workers", on: "w1") == [])
    }

    @Test("what does not run, is not there, or somebody has masked, is left alone and is not ours to start")
    func foreign() throws {
        var scene = Scene()
        scene.units["w1"]?["apt-daily.timer"] = UnitState(isActive: false)
        scene.units["w1"]?["apt-daily-upgrade.timer"] = UnitState(isActive: true, isMasked: true)
        scene.units["w1"]?["unattended-upgrades.service"] = UnitState(exists: false, isActive: false)
        #expect(try scene.decide(PauseTimers(), "workers", on: "w1") == [])
        scene.units["w1"]?["apt-daily.timer"] = UnitState(isActive: false, isMasked: true)
        #expect(try scene.decide(ResumeTimers(), "workers", on: "w1") == [])
    }

    @Test(
        "one that this run had masked and not stopped yet, when it was cut off, is stopped; a mask of somebody else is not"
    )
    func cutOff() throws {
        var scene = Scene()
        scene.units["w1"]?[units[0]] = UnitState(isActive: true, isMasked: true)
        #expect(try scene.decide(PauseTimers(), "workers", on: "w1") == units.dropFirst().map(pause))
        scene.enter(pause(units[0]))
        #expect(try scene.decide(PauseTimers(), "workers", on: "w1") == units.map(pause))
    }

    @Test("ours goes on, as long as it is as this run left it")
    func resumes() throws {
        var scene = Scene()
        for unit in units {
            scene.units["w1"]?[unit] = UnitState(isActive: false, isMasked: true)
            scene.enter(pause(unit))
        }
        // Somebody has taken the mask of one away, and started another.
        scene.units["w1"]?["apt-daily.timer"]?.isMasked = false
        scene.units["w1"]?["apt-daily-upgrade.timer"] = UnitState(isActive: true)
        #expect(
            try scene.decide(ResumeTimers(), "workers", on: "w1") == [.unpause(host: "w1", unit: units[2])]
        )
    }
}
