import Testing
import UpgradeCore

@testable import UpgradeSteps

@Suite("Preflight of a host")
struct HostChecksTests {
    let phase: PhaseID = "preflight"

    @Test("the machine of the survey, in time and with root, passes")
    func reachable() throws {
        #expect(try Scene().decide(HostReachable(), phase, on: "w1") == [])
    }

    @Test("a host without root is refused")
    func noRoot() throws {
        var scene = Scene()
        scene.identities["w1"]?.hasRoot = false
        #expect(try scene.refusal(HostReachable(), phase, on: "w1") == .noRoot(host: "w1"))
    }

    @Test("a clock that is off is refused, ahead or behind", arguments: [31.0, -31.0])
    func clock(offset: Double) throws {
        var scene = Scene()
        scene.identities["w1"]?.clockOffset = offset
        #expect(
            try scene.refusal(HostReachable(), phase, on: "w1")
                == .clockSkew(host: "w1", seconds: offset, limit: 30)
        )
    }

    @Test("another machine behind the same address is refused")
    func machineChanged() throws {
        var scene = Scene()
        scene.identities["w1"]?.machineID = "id-new"
        #expect(
            try scene.refusal(HostReachable(), phase, on: "w1")
                == .machineChanged(host: "w1", expected: "id-w1", found: "id-new")
        )
    }

    @Test("two names for one machine are refused")
    func machineTwice() throws {
        var scene = Scene()
        scene.machineIDs["w2"] = "id-w1"
        #expect(try scene.refusal(HostReachable(), phase, on: "w1") == .machineTwice(host: "w1", other: "w2"))
    }

    @Test("a worker needs room for packages below /var")
    func packageSpace() throws {
        var scene = Scene()
        #expect(try scene.decide(DiskSpace(), phase, on: "w1") == [])
        scene.freeSpace["w1:/var"] = .mebibytes(1023)
        #expect(
            try scene.refusal(DiskSpace(), phase, on: "w1")
                == .spaceShort(host: "w1", path: "/var", free: .mebibytes(1023), needed: .mebibytes(1024))
        )
    }

    @Test("an etcd host needs twice its database and a reserve, not room for packages")
    func snapshotSpace() throws {
        var scene = Scene()
        scene.members["etcd1"]?.databaseSize = .mebibytes(100)
        scene.freeSpace["etcd1:/var"] = nil
        scene.freeSpace["etcd1:/var/lib/upgrader"] = .mebibytes(712)
        #expect(try scene.decide(DiskSpace(), phase, on: "etcd1") == [])
        scene.freeSpace["etcd1:/var/lib/upgrader"] = .mebibytes(711)
        #expect(
            try scene.refusal(DiskSpace(), phase, on: "etcd1")
                == .spaceShort(
                    host: "etcd1",
                    path: "/var/lib/upgrader",
                    free: .mebibytes(711),
                    needed: .mebibytes(712)
                )
        )
    }

    @Test("a host that is etcd and control plane needs both")
    func stackedSpace() throws {
        var scene = Scene(hosts: [Host(name: "m1", roles: [.etcd, .controlPlane])])
        #expect(try scene.decide(DiskSpace(), phase, on: "m1") == [])
        scene.freeSpace["m1:/var/lib/upgrader"] = .mebibytes(1)
        #expect(try scene.refusal(DiskSpace(), phase, on: "m1") != nil)
    }

    @Test("an interrupted dpkg run is refused with what dpkg says")
    func packageSystem() throws {
        var scene = Scene()
        #expect(try scene.verdict(PackageSystem(), phase, on: "w1") == .open)
        scene.packageSystems["w1"]?.audit = "vim is half configured"
        #expect(throws: StepError.unmet(.packageSystemUnclean(host: "w1", audit: "vim is half configured"))) {
            try scene.verdict(PackageSystem(), phase, on: "w1")
        }
    }

    @Test("while another process holds the lock, the check waits and says who, whatever is half done")
    func packageLock() throws {
        var scene = Scene()
        scene.packageSystems["w1"] = PackageSystemState(audit: "vim is half configured", lockHolder: "apt (pid 7)")
        #expect(
            try scene.verdict(PackageSystem(), phase, on: "w1")
                == .waiting(.packageLockHeld(host: "w1", by: "apt (pid 7)"))
        )
    }

    @Test("a unit that somebody else masked is refused before anything is changed")
    func maskedUnit() throws {
        var scene = Scene()
        #expect(try scene.decide(UnitsReady(), phase, on: "cp1") == [])
        scene.mask("kube-scheduler", on: "cp1", byUs: false)
        #expect(
            try scene.refusal(UnitsReady(), phase, on: "cp1") == .unitMasked(host: "cp1", unit: "kube-scheduler")
        )
    }

    @Test("a unit that this run masked passes")
    func ourMask() throws {
        var scene = Scene()
        scene.mask("kube-scheduler", on: "cp1", byUs: true)
        #expect(try scene.decide(UnitsReady(), phase, on: "cp1") == [])
    }

    @Test("a worker without a kube-proxy unit is refused")
    func missingUnit() throws {
        var scene = Scene()
        scene.units["w1"]?["kube-proxy"]?.exists = false
        #expect(try scene.refusal(UnitsReady(), phase, on: "w1") == .unitMissing(host: "w1", unit: "kube-proxy"))
    }
}
