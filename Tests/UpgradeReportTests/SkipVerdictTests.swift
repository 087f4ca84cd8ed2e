import Testing
import UpgradeCore
import UpgradeReport
import UpgradeSteps

@Suite("What may be left out")
struct SkipVerdictTests {
    /// All that may be; a new step may not be until somebody has thought about it and written down what follows.
    private static let allowed: Set<StepID> = [
        "budgets", "open-silences", "keep-silences", "close-silences", "keep-packages", "save-configuration",
        "cluster-health", "cordon-ahead", "node-ready", "verify-cluster", "dry-start",
        "calico-backup",
    ]

    private func verdict(
        _ step: String,
        _ phase: String = "workers",
        _ hindrance: SkipHindrance? = nil
    ) throws
        -> SkipVerdict
    {
        SkipVerdict(try #require(StepKey("1.12-1.13/\(phase)/\(step)@w1")), hindrance, guides: try StepGuide.all())
    }

    @Test("nothing that changes versions, empties nodes or saves etcd may be left out, nor what later steps build on")
    func kinds() throws {
        let guides = try StepGuide.all()
        #expect(Set(guides.filter { $0.value.skip != nil }.keys) == Self.allowed)
        for step in [
            "install-node", "install-control-plane", "drain", "cordon", "etcd-snapshot", "helm-cleanup",
            "restart-kubelet",
        ] {
            #expect(try verdict(step) == .refused(why: "the steps after \(step) take for granted what it does"))
        }
        for step in Self.allowed {
            guard case .allowed(let consequence) = try verdict(step.description) else {
                Issue.record("\(step)")
                continue
            }
            #expect(consequence.count > 40)
        }
    }

    @Test("a hook may be left out, under any name; a step that nobody knows may not")
    func hooks() throws {
        guard case .allowed = try verdict("hook-smoke-test") else {
            Issue.record("a hook")
            return
        }
        #expect(try verdict("hooked") == .refused(why: "the steps after hooked take for granted what it does"))
    }

    @Test("the health of the cluster may not be left out where an API server is taken down next")
    func phases() throws {
        for phase in ["control-plane", "controllers"] {
            guard case .refused(let why) = try verdict("cluster-health", phase) else {
                Issue.record("\(phase)")
                continue
            }
            #expect(why.contains("with the cluster worse than before already"))
        }
    }

    @Test("what a step has left hinders its skip, whatever kind it is")
    func hindrance() throws {
        let silence = SkipHindrance.leftOnCluster(.cordon(node: "w1", mark: "run"))
        #expect(try verdict("open-silences", "silence", silence) == .refused(why: silence.why))
    }
}
