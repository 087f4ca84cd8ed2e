import Foundation
import Testing
import UpgradeCore
import UpgradeHelm
import UpgradeSteps
import UpgradeTestSupport

/// Where the judge's API server is; `nil` where nobody has brought one up.
private enum Judge {
    static let kubeconfig = ProcessInfo.processInfo.environment["HELM_JUDGE_KUBECONFIG"]
}

/// The conversion on a real API server; `Scripts/helm/judge` brings one up, and asks Helm itself afterwards.
@Suite("The conversion, judged by Helm itself", .enabled(if: Judge.kubeconfig != nil))
struct JudgedConversionTests {
    /// What `Scripts/helm/releases.py odd` makes that cannot be converted.
    static let broken = [
        "kube-system/damaged.v1", "kube-system/encrypted.v1", "kube-system/vault.v1", "kube-system/chartless.v1",
        "kube-system/badvalues.v1", "kube-system/misnamed.v1", "kube-system/empty.v1", "kube-system/toolarge.v1",
    ]

    @Test("all that can be is converted and verified, the rest is named, a second look finds nothing to do")
    func conversion() async throws {
        var scene = try Scene(edit: { playbook in
            playbook.ssh.sudo = false
            playbook.api.kubeconfig = Judge.kubeconfig ?? ""
            playbook.helm = HelmOptions(versions: [:], migrateAt: playbook.target)
        })
        let plan = Plan(
            cluster: "judge",
            playbookDigest: "",
            versionsDigest: "",
            machineIDs: [:],
            baseline: Baseline(readyNodes: [], foreignCordons: [], etcdMembers: 1),
            hops: []
        )
        func access() -> LiveCluster {
            LiveCluster(remote: LocalShellRemote(), playbook: scene.playbook, helm: HelmFormat(), now: { 0 })
        }
        func context(_ id: StepID, at hop: String) throws -> StepContext {
            let key = try #require(StepKey("\(hop)/helm/\(id)@cluster"))
            return StepContext(
                key: key,
                run: "judge",
                hop: try #require(scene.hops[key.hop]),
                playbook: scene.playbook,
                plan: plan,
                ledger: Ledger()
            )
        }
        func decide(_ id: StepID, at hop: String = "1.12-1.13") async throws -> [Action] {
            let step = try #require(scene.steps.steps[id])
            let context = try context(id, at: hop)
            return try step.actions(try await access().answer(step.probes(context)), context)
        }
        var findings: [String] = []
        do {
            _ = try await decide("helm-convert")
        } catch StepError.unmet(.helmUnconvertible(let found)) {
            findings = found
        }
        #expect(Set(findings.map { String($0.prefix { $0 != ":" }) }) == Set(Self.broken))
        scene.playbook.helm?.excluded = Self.broken.map { HelmExclusion(release: $0, reason: "made so") }
        let actions = try await decide("helm-convert")
        #expect(actions.count > 50)
        let key = try #require(StepKey("1.12-1.13/helm/helm-convert@cluster"))
        for (index, action) in actions.enumerated() {
            let job = JobID(run: "judge", key: key, attempt: 1, index: index)
            try await access().perform(action, as: job) { _ in }
        }
        // As after a kill whose answer was lost: done twice, there once.
        let first = try #require(actions.first)
        try await access().perform(first, as: JobID(run: "judge", key: key, attempt: 2, index: 0)) { _ in }
        #expect(try await decide("helm-convert") == [])
        let verify = try #require(scene.steps.steps["helm-verify"])
        let gate = try #require(verify.gate(try context("helm-verify", at: "1.12-1.13")))
        let seen = try await access().answer(gate.probes)
        #expect(try gate.verdict(seen) == .open)
        #expect(try gate.measured(seen).first?.found == "\(actions.count)")
        // Taken back, and done again.
        guard case .convertHelmRelease(let conversion) = first else { return }
        let third = JobID(run: "judge", key: key, attempt: 3, index: 0)
        try await access().perform(.removeHelmSecret(conversion), as: third) { _ in }
        #expect(try await decide("helm-convert") == [first])
        try await access().perform(first, as: JobID(run: "judge", key: key, attempt: 4, index: 0)) { _ in }
        // Written anew for the release that takes APIs away; one is left out, so that Helm shows what that is for.
        scene.playbook.helm?.mapsAPIs = true
        scene.playbook.helm?.excluded.append(HelmExclusion(release: "team17/app57", reason: "to see Helm refuse it"))
        let mappings = try await decide("helm-map", at: "1.15-1.16")
        #expect(mappings.count == 1)
        for (index, action) in mappings.enumerated() {
            // Twice: the second time as after a kill.
            for attempt in 1...2 {
                let job = JobID(run: "judge", key: key, attempt: 5 + attempt, index: index)
                do throws(AccessError) {
                    try await access().perform(action, as: job) { _ in }
                } catch {
                    #expect(attempt == 2 && error.why.contains("was changed since it was looked at"))
                }
            }
        }
        #expect(try await decide("helm-map", at: "1.15-1.16") == [])
    }
}
