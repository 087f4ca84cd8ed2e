import Testing
import UpgradeCore

@testable import UpgradeSteps

@Suite("What is converted of a release's revisions")
struct HelmSelectionTests {
    let phase: PhaseID = "helm"

    private func scene(
        _ statuses: [String],
        newest: Int? = nil,
        excluding: [String] = [],
        _ change: (inout Scene) -> Void = { _ in }
    ) -> Scene {
        var scene = Scene()
        scene.movesHelm()
        scene.playbook.helm?.revisions = newest
        scene.playbook.helm?.excluded = excluding.map { HelmExclusion(release: $0, reason: "nobody misses it") }
        scene.playbook.helm?.cleanup = HelmCleanupOptions(at: MinorRelease.start.next)
        scene.helm = HelmInventory(
            records: statuses.enumerated().map { index, status in
                HelmScene.record("web", index + 1) { $0.status = status }
            },
            namespaces: ["kube-system", "shop"]
        )
        change(&scene)
        return scene
    }

    /// The revisions that are converted.
    private func converted(_ scene: Scene) throws -> [Int] {
        try scene.decide(HelmConvert(), phase, on: "cluster").compactMap { action in
            if case .convertHelmRelease(let one) = action { one.revision } else { nil }
        }
    }

    @Test("the deployed revision is converted, however few are wanted")
    func deployed() throws {
        #expect(try converted(scene(["superseded", "deployed", "failed"], newest: 1)) == [2, 3])
        #expect(try converted(scene(["deployed", "superseded", "failed", "failed"], newest: 1)) == [1, 4])
        #expect(try converted(scene(["superseded", "superseded", "deployed"], newest: 1)) == [3])
        // Helm takes the later of two; which is right only its user knows.
        #expect(try converted(scene(["deployed", "deployed", "failed"], newest: 1)) == [1, 2, 3])
    }

    @Test("where none is deployed, the last that was is converted")
    func wasDeployed() throws {
        #expect(try converted(scene(["superseded", "superseded", "failed", "failed"], newest: 1)) == [2, 4])
        #expect(try converted(scene(["superseded", "uninstalled"], newest: 1)) == [2])
        #expect(try converted(scene(["failed", "failed"], newest: 1)) == [2])
    }

    @Test("killed after any removal, a cleanup still finds what was converted")
    func cleanup() throws {
        for statuses in [["deployed", "superseded", "failed"], ["superseded", "deployed", "failed", "failed"]] {
            var scene = scene(statuses, newest: 1)
            let all = try #require(scene.helm?.records)
            let kept = try converted(scene)
            scene.helm?.secrets = all.filter { kept.contains($0.revision) }.map { HelmScene.secret($0) }
            var left = try scene.decide(HelmCleanup(), phase, on: "cluster")
            #expect(left.count == statuses.count)
            while case .retireHelmRecord(let next)? = left.first {
                scene.helm?.records.removeAll { $0.source == next.source }
                left.removeFirst()
                #expect(try scene.decide(HelmCleanup(), phase, on: "cluster") == left)
            }
            #expect(left.isEmpty)
        }
    }

    @Test("a release without its deployed revision is refused: it is left out as a whole, or not")
    func halves() throws {
        let half = scene(["superseded", "superseded", "deployed"], excluding: ["kube-system/web.v3"])
        let finding = Unmet.helmUnconvertible([
            "kube-system/web.v3: it is deployed, and the playbook excludes it but not the other revisions: Helm 3 could not "
                + "upgrade what is left; exclude kube-system/web as a whole"
        ])
        #expect(try half.refusal(HelmInventoryStep(), phase, on: "cluster") == finding)
        #expect(try half.refusal(HelmConvert(), phase, on: "cluster") == finding)
        #expect(try converted(scene(["superseded", "deployed"], excluding: ["kube-system/web.v1"])) == [2])
        #expect(try converted(scene(["superseded", "deployed"], excluding: ["kube-system/web"])) == [])
    }

    @Test("a revision that cannot be read may be what is deployed, unless another one is")
    func unreadableHalf() throws {
        let lost = HelmScene.record("web", 3) { record in
            record.problem = "its chart is gone"
            record.revision = 0
            record.status = ""
        }
        let half = scene(["superseded", "superseded"], excluding: ["kube-system/web.v3"]) {
            $0.helm?.records.append(lost)
        }
        guard case .helmUnconvertible(let findings)? = try half.refusal(HelmConvert(), phase, on: "cluster") else {
            Issue.record("not refused")
            return
        }
        #expect(
            findings.count == 1 && findings[0].hasPrefix("kube-system/web.v3: it cannot be read and may be what is")
        )
        let whole = scene(["superseded", "deployed"], excluding: ["kube-system/web.v3"]) {
            $0.helm?.records.append(lost)
        }
        #expect(try converted(whole) == [1, 2])
    }

    @Test(
        "a Tiller that keeps its releases in no object of the API is named, and nothing is removed",
        arguments: ["sql", "memory"]
    )
    func elsewhere(driver: String) throws {
        let scene = scene([]) { scene in
            scene.helm?.tillers = [HelmTiller(namespace: "ops", image: "tiller:v2.16.7", driver: driver)]
        }
        for step in [HelmInventoryStep() as any Step, HelmConvert(), HelmCleanup()] {
            guard case .helmUnconvertible(let findings)? = try scene.refusal(step, phase, on: "cluster") else {
                Issue.record("\(step.id) is not refused")
                continue
            }
            #expect(findings.count == 1 && findings[0].hasPrefix("Tiller in ops: it keeps its releases in \(driver)"))
        }
        let outlook = try HelmOutlook(try #require(scene.helm), scene.playbook, run: "run1")
        #expect(outlook.tillers.map(\.storage) == [driver])
    }
}
