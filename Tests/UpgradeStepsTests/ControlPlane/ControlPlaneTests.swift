import Testing
import UpgradeCore

@testable import UpgradeSteps

@Suite("Control plane")
struct ControlPlaneTests {
    let phase: PhaseID = "control-plane"
    let install = Action.install(
        host: "cp1",
        packages: [PackageSpec(name: "kubernetes-master", version: .target)]
    )

    @Test("both controllers are masked before the package is installed")
    func hold() throws {
        #expect(
            try Scene().decide(HoldControllers(), phase, on: "cp1") == [
                .mask(host: "cp1", unit: "kube-controller-manager"), .mask(host: "cp1", unit: "kube-scheduler"),
            ]
        )
    }

    @Test("a controller that we masked, or that runs the target, is left alone")
    func held() throws {
        var scene = Scene()
        scene.mask("kube-controller-manager", on: "cp1", byUs: true)
        #expect(
            try scene.decide(HoldControllers(), phase, on: "cp1") == [.mask(host: "cp1", unit: "kube-scheduler")]
        )
        scene.mask("kube-scheduler", on: "cp1", byUs: true)
        #expect(try scene.decide(HoldControllers(), phase, on: "cp1") == [])
        #expect(try Scene.done().decide(HoldControllers(), phase, on: "cp1") == [])
    }

    @Test("a controller that somebody else masked stops the lane before anything is installed")
    func foreignMask() throws {
        var scene = Scene()
        scene.mask("kube-scheduler", on: "cp1", byUs: false)
        #expect(
            try scene.refusal(HoldControllers(), phase, on: "cp1") == .unitMasked(host: "cp1", unit: "kube-scheduler")
        )
    }

    @Test("the package is installed where it is not at the target, and only there")
    func installs() throws {
        #expect(try Scene().decide(InstallControlPlane(), phase, on: "cp1") == [install])
        #expect(try Scene.done().decide(InstallControlPlane(), phase, on: "cp1") == [])
    }

    @Test("a half-installed package is configured first, even when its version is the target's")
    func halfInstalled() throws {
        var scene = Scene()
        scene.packages["cp1"]?["kubernetes-master"] = InstalledPackage(version: .target, isConfigured: false)
        #expect(
            try scene.decide(InstallControlPlane(), phase, on: "cp1") == [.configurePending(host: "cp1"), install]
        )
    }

    @Test("another package that is half installed is configured first as well")
    func unclean() throws {
        var scene = Scene()
        scene.packageSystems["cp1"]?.audit = "vim is half configured"
        #expect(
            try scene.decide(InstallControlPlane(), phase, on: "cp1") == [.configurePending(host: "cp1"), install]
        )
    }

    @Test("a package on hold is not overruled")
    func heldPackage() throws {
        var scene = Scene()
        scene.packages["cp1"]?["kubernetes-master"]?.isHeld = true
        #expect(
            try scene.refusal(InstallControlPlane(), phase, on: "cp1")
                == .packageHeld(host: "cp1", package: "kubernetes-master")
        )
    }

    @Test("a package that is newer than the hop is not taken back")
    func newer() throws {
        var scene = Scene()
        scene.packages["cp1"]?["kubernetes-master"]?.version = .later
        #expect(
            try scene.refusal(InstallControlPlane(), phase, on: "cp1")
                == .unexpectedPackage(
                    host: "cp1",
                    package: "kubernetes-master",
                    found: .later,
                    expected: [.start, .target]
                )
        )
    }

    @Test("an API server that runs the old version is restarted, though the new package is installed")
    func restart() throws {
        var scene = Scene()
        scene.install(on: "cp1")
        #expect(
            try scene.decide(RestartAPIServer(), phase, on: "cp1") == [.restart(host: "cp1", unit: "kube-apiserver")]
        )
    }

    @Test("an API server that the package has restarted already is not restarted again")
    func restarted() throws {
        #expect(try Scene.done().decide(RestartAPIServer(), phase, on: "cp1") == [])
    }

    @Test("an API server is not taken down while another one is unhealthy")
    func others() throws {
        var scene = Scene()
        scene.servers["cp2"]?.isHealthy = false
        #expect(try scene.refusal(RestartAPIServer(), phase, on: "cp1") == .apiServerUnhealthy(host: "cp2"))
    }

    @Test("an API server that is down is started, however the others are")
    func down() throws {
        var scene = Scene()
        scene.servers["cp2"]?.isHealthy = false
        scene.units["cp1"]?["kube-apiserver"] = UnitState(isActive: false)
        #expect(
            try scene.decide(RestartAPIServer(), phase, on: "cp1") == [.restart(host: "cp1", unit: "kube-apiserver")]
        )
    }

    @Test("a single API server is restarted: there are no others")
    func single() throws {
        let scene = Scene(hosts: Scene.hosts.filter { $0.name != "cp2" })
        #expect(
            try scene.decide(RestartAPIServer(), phase, on: "cp1") == [.restart(host: "cp1", unit: "kube-apiserver")]
        )
    }

    @Test("an API server that somebody masked is not restarted")
    func masked() throws {
        var scene = Scene()
        scene.mask("kube-apiserver", on: "cp1", byUs: false)
        #expect(
            try scene.refusal(RestartAPIServer(), phase, on: "cp1") == .unitMasked(host: "cp1", unit: "kube-apiserver")
        )
    }

    @Test("the gate waits for the running version, for health, and for what the endpoint says")
    func gate() throws {
        var scene = Scene.done()
        let new = PackageVersion.target.kubernetes
        let old = PackageVersion.start.kubernetes
        #expect(try scene.verdict(RestartAPIServer(), phase, on: "cp1") == .open)
        scene.servers["cp1"]?.version = old
        #expect(
            try scene.verdict(RestartAPIServer(), phase, on: "cp1")
                == .waiting(.apiServerVersion(host: "cp1", found: old, expected: new))
        )
        scene.servers["cp1"]?.isHealthy = false
        #expect(
            try scene.verdict(RestartAPIServer(), phase, on: "cp1") == .waiting(.apiServerUnhealthy(host: "cp1"))
        )
        scene.units["cp1"]?["kube-apiserver"]?.runningVersion = old
        #expect(
            try scene.verdict(RestartAPIServer(), phase, on: "cp1")
                == .waiting(.unitNotRunning(host: "cp1", unit: "kube-apiserver", found: old, expected: new))
        )
    }
}
