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
        try await access.answer(questions(of: plan, run: run, playbook: playbook, steps: steps, hops: hops))
    }

    /// The questions in the order of the plan, each once.
    private static func questions(
        of plan: Plan,
        run: String,
        playbook: Playbook,
        steps: StepSet,
        hops: [HopID: HopFacts]
    ) -> [Probe] {
        var seen: Set<Probe> = []
        var questions: [Probe] = []
        // Hops ask much the same of the same hosts.
        let most = plan.hops.map { $0.phases.reduce(0) { $0 + $1.lanes.reduce(0) { $0 + $1.steps.count } } }.max() ?? 0
        seen.reserveCapacity(2 * most)
        questions.reserveCapacity(2 * most)
        for hop in plan.hops {
            guard let facts = hops[hop.id] else { continue }
            for phase in hop.phases {
                guard let step = phase.lanes.lazy.compactMap(\.steps.first).first else { continue }
                let key = StepKey(hop: hop.id, phase: phase.id, step: step, target: .cluster)
                // One context for the phase: a plan of thousands of hosts has hundreds of thousands of steps, and a copy of
                // playbook and plan for each was half of the survey's time.
                var context = StepContext(
                    key: key,
                    run: run,
                    hop: facts,
                    playbook: playbook,
                    plan: plan,
                    ledger: Ledger()
                )
                // Lanes of a phase have mostly the same steps: each is looked up once.
                var (ids, walked): ([StepID], [any Step]) = ([], [])
                for lane in phase.lanes {
                    context.key.target = lane.target
                    if lane.steps != ids {
                        ids = lane.steps
                        walked = ids.compactMap { steps.steps[$0] }
                    }
                    for step in walked {
                        context.key.step = step.id
                        for probe in step.probes(context) where seen.insert(probe).inserted {
                            questions.append(probe)
                        }
                        for probe in step.gate(context)?.probes ?? [] where seen.insert(probe).inserted {
                            questions.append(probe)
                        }
                    }
                }
            }
        }
        return questions
    }
}
