import Testing
import UpgradeCore

@testable import UpgradeSteps

@Suite("Controllers")
struct ControllersTests {
    let phase: PhaseID = "controllers"

    static let steps: [(any Step, String)] = [
        (RestartControllerManager(), "kube-controller-manager"), (RestartScheduler(), "kube-scheduler"),
    ]

    @Test("a controller that we masked is unmasked and started", arguments: steps)
    func unmask(step: any Step, unit: String) throws {
        var scene = Scene()
        scene.mask(unit, on: "cp1", byUs: true)
        #expect(
            try scene.decide(step, phase, on: "cp1") == [
                .unmask(host: "cp1", unit: unit), .restart(host: "cp1", unit: unit),
            ]
        )
    }

    @Test("a controller that runs the old version without a mask is restarted", arguments: steps)
    func restart(step: any Step, unit: String) throws {
        #expect(try Scene().decide(step, phase, on: "cp1") == [.restart(host: "cp1", unit: unit)])
    }

    @Test("a controller that is at the target but not active is started", arguments: steps)
    func inactive(step: any Step, unit: String) throws {
        var scene = Scene.done()
        scene.units["cp1"]?[unit]?.isActive = false
        #expect(try scene.decide(step, phase, on: "cp1") == [.restart(host: "cp1", unit: unit)])
    }

    @Test("a controller that runs the target is left alone", arguments: steps)
    func done(step: any Step, unit: String) throws {
        #expect(try Scene.done().decide(step, phase, on: "cp1") == [])
    }

    @Test("a mask of somebody else is not taken away", arguments: steps)
    func foreignMask(step: any Step, unit: String) throws {
        var scene = Scene()
        scene.mask(unit, on: "cp1", byUs: false)
        #expect(try scene.refusal(step, phase, on: "cp1") == .unitMasked(host: "cp1", unit: unit))
    }

    @Test("a mask of ours on another host says nothing about this one", arguments: steps)
    func otherHost(step: any Step, unit: String) throws {
        var scene = Scene()
        scene.mask(unit, on: "cp2", byUs: true)
        scene.mask(unit, on: "cp1", byUs: false)
        #expect(try scene.refusal(step, phase, on: "cp1") == .unitMasked(host: "cp1", unit: unit))
    }

    @Test("a lock that was last renewed before the restart is that of the leader that was stopped", arguments: steps)
    func staleLeader(step: any Step, unit: String) throws {
        var scene = Scene.done()
        scene.units["cp1"]?[unit]?.activeSeconds = 1.5
        #expect(try scene.verdict(step, phase, on: "cp1") == .waiting(.noLeader(component: unit)))
        scene.leaders[unit]?.secondsSinceRenewal = 1
        #expect(try scene.verdict(step, phase, on: "cp1") == .open)
        scene.units["cp1"]?[unit]?.activeSeconds = nil
        #expect(try scene.verdict(step, phase, on: "cp1") == .waiting(.noLeader(component: unit)))
    }

    @Test("the gate waits for the new version, then for a leader that renews its lock", arguments: steps)
    func gate(step: any Step, unit: String) throws {
        var scene = Scene.done()
        #expect(try scene.verdict(step, phase, on: "cp1") == .open)
        scene.leaders[unit]?.secondsSinceRenewal = 16
        #expect(try scene.verdict(step, phase, on: "cp1") == .waiting(.noLeader(component: unit)))
        scene.leaders[unit] = nil
        #expect(try scene.verdict(step, phase, on: "cp1") == .waiting(.noLeader(component: unit)))
        scene.units["cp1"]?[unit]?.isActive = false
        #expect(
            try scene.verdict(step, phase, on: "cp1")
                == .waiting(
                    .unitNotRunning(
                        host: "cp1",
                        unit: unit,
                        found: nil,
                        expected: PackageVersion.target.kubernetes
                    )
                )
        )
    }
}
