/// A time after which nothing of a run may be half done.
public struct RunWindow: Sendable {
    /// How long it still is; negative when it is over.
    public var left: @Sendable () -> Duration
    /// How long steps took before in this run.
    public var times: StepTimes

    /// Makes a window.
    public init(left: @escaping @Sendable () -> Duration, times: StepTimes = StepTimes()) {
        self.left = left
        self.times = times
    }
}

extension Driver {
    /// How long the steps may take together: each as long as it has taken at most in this run, else its deadlines.
    func needs(_ keys: [StepKey], _ times: StepTimes, _ ledger: Ledger) throws(DriverError) -> Duration {
        var sum = Duration.zero
        for key in keys { sum += try needs(key, times, ledger) }
        // What a lane looked at in its beginning is looked at again where it is taken up after that, or has had to wait.
        let renewed = Set(keys.compactMap { key in steps.steps[key.step]?.renews.map(key.with) })
        for key in renewed where steps.steps[key.step] != nil { sum += try needs(key, times, ledger) }
        return sum
    }

    private func needs(_ key: StepKey, _ times: StepTimes, _ ledger: Ledger) throws(DriverError) -> Duration {
        if let seen = times.longest(key) { return seen }
        guard let step = steps.steps[key.step], let hop = hops[key.hop] else {
            throw .bug("the plan has a step \(key) that does not exist")
        }
        return step.longest(
            StepContext(key: key, run: run, hop: hop, playbook: playbook, plan: plan, ledger: ledger)
        )
    }
}
