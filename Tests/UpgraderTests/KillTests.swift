import Foundation
import Testing
import UpgradeCore
import UpgradeTestSupport

@Suite("Killed with -9 at any moment, then resumed")
struct KillTests {
    @Test(
        "four kills at random moments, and the end is that of an undisturbed run",
        arguments: [11, 22, 33] as [UInt64]
    )
    func killed(seed: UInt64) async throws {
        var random = Lottery(state: seed)
        let workshop = try Workshop(Workshop.two)
        for kill in 0..<4 {
            let program = try workshop.start(kill == 0 ? "run" : "resume", kill == 0 ? Workshop.playbook : "state")
            // Counted from its first record: what comes before is only looking.
            let moment = Duration.milliseconds(Int64.random(in: 0..<500, using: &random))
            try await program.expect("begins", then: SIGKILL, after: moment)
            #expect(try await program.wait().code == 128 + SIGKILL, "kill \(kill) came too late to be one")
            let status = try await workshop.upgrader("status")
            #expect(status.output.contains(": killed, "))
        }
        let resumed = try await workshop.upgrader("resume")
        #expect(resumed.code == 0, "\(resumed.errors)")
        let undisturbed = try Workshop(Workshop.two)
        try #require(try await undisturbed.upgrader("run", Workshop.playbook).code == 0)
        try expectSameEnd(workshop, undisturbed)
    }

    private func expectSameEnd(_ killed: Workshop, _ undisturbed: Workshop) throws {
        let (found, expected) = (try killed.cluster, try undisturbed.cluster)
        #expect(found.nodes == expected.nodes)
        #expect(found.daemonSets == expected.daemonSets)
        #expect(found.deployments == expected.deployments)
        for (name, host) in expected.hosts {
            #expect(found.hosts[name]?.packages == host.packages, "\(name)")
            #expect(found.hosts[name]?.units == host.units, "\(name)")
        }
        let installs = found.applied.compactMap { action -> [String]? in
            guard case .install(let host, let packages, _) = action else { return nil }
            return packages.map { "\(host) \($0.name) \($0.version)" }
        }
        .flatMap { $0 }
        #expect(Set(installs).count == installs.count, "a package was installed twice")
        let record = try killed.history.state
        #expect(record.ledger.entries.isEmpty)
        #expect(record.inFlight.isEmpty)
        #expect(record.done == Set(try killed.run.plan().keys))
    }
}

extension Workshop {
    /// Two hops with Calico, slow enough that four kills find it at work.
    fileprivate static var two: String {
        small(pace: "80ms", extra: "calico: {versions: {1.13: {package: 3.7.5-1, tag: v3.7.5}}}")
            .replacing("target: 1.13", with: "target: 1.14")
            .replacing("1.13: 1.13.12-1}", with: "1.13: 1.13.12-1, 1.14: 1.14.10-1}")
    }
}

/// Random numbers that are the same in every run of the tests (SplitMix64, public domain, Sebastiano Vigna).
private struct Lottery: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}
