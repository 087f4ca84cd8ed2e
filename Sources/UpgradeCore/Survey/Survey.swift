/// Looks at the real cluster, changing nothing.
public enum Survey {
    /// Asks the questions of every step of the plan, each once.
    ///
    /// - Throws: `AccessError` for the first question that could not be answered.
    public static func take(
        plan: Plan,
        run: String,
        playbook: Playbook,
        steps: StepSet,
        hops: [HopID: HopFacts],
        access: any ClusterAccess
    ) async throws(AccessError) -> Observation {
        var seen: Set<Probe> = []
        var questions: [Probe] = []
        for key in plan.keys {
            guard let step = steps.steps[key.step], let hop = hops[key.hop] else { continue }
            let context = StepContext(key: key, run: run, hop: hop, playbook: playbook, plan: plan, ledger: Ledger())
            for probe in step.probes(context) + (step.gate(context)?.probes ?? []) where seen.insert(probe).inserted {
                questions.append(probe)
            }
        }
        return try await access.answer(questions)
    }
}
