/// Workers that are upgraded under one limit, before the next wave begins.
public struct WorkerWave: Hashable, Sendable {
    /// The name of the wave of those that go first.
    public static let canary = "canary"
    /// The name of the wave of those that are in no group.
    public static let rest = "rest"

    /// Its name; `nil` where there is only this one.
    public var name: String?
    /// Its hosts, in the order in which they are begun.
    public var hosts: [Host]
    /// How many are worked on at once.
    public var batch: Int
    /// How many may fail before no other worker is begun.
    public var failureBudget: Int

    /// Makes a wave.
    public init(name: String?, hosts: [Host], batch: Int, failureBudget: Int) {
        self.name = name
        self.hosts = hosts
        self.batch = batch
        self.failureBudget = failureBudget
    }
}

/// Why workers cannot be divided as the playbook says.
public enum WaveError: Error, Hashable, Sendable {
    /// A worker is of two groups.
    case inTwoGroups(worker: String, WorkerGroup, WorkerGroup)
    /// No worker is of the group.
    case nobody(WorkerGroup)
}

extension Playbook {
    /// All workers as one wave, as they are upgraded without a canary and groups.
    public var wholeWave: WorkerWave {
        WorkerWave(name: nil, hosts: hosts(.worker), batch: workerBatch, failureBudget: workerFailureBudget)
    }

    /// Divides the workers into waves: the canaries, one group after the other, and who is left.
    ///
    /// - Parameter nodes: the Node objects, whose labels and taints say who is in which group.
    /// - Returns: the waves in their order, none without a host; one without a name where the playbook asks for none.
    /// - Throws: `WaveError`.
    public func waves(among nodes: [NodeState]) throws(WaveError) -> [WorkerWave] {
        guard waves.canary != nil || !waves.groups.isEmpty else { return [wholeWave] }
        let workers = hosts(.worker)
        let byName = Dictionary(nodes.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        var groupOf: [String: WorkerGroup] = [:]
        for group in waves.groups {
            let members = workers.filter { group.holds($0, byName[$0.node]) }
            if members.isEmpty { throw .nobody(group) }
            for member in members {
                if let other = groupOf[member.name] { throw .inTwoGroups(worker: member.name, other, group) }
                groupOf[member.name] = group
            }
        }
        let first = canaries
        let isFirst = Set(first.map(\.name))
        let others = workers.filter { !isFirst.contains($0.name) }
        var drawn = [WorkerWave(name: WorkerWave.canary, hosts: first, batch: 1, failureBudget: 0)]
        drawn += waves.groups.map { group in
            let members = others.filter { groupOf[$0.name]?.name == group.name }
            return WorkerWave(name: group.name, hosts: members, batch: group.batch, failureBudget: group.failureBudget)
        }
        var rest = wholeWave
        rest.name = WorkerWave.rest
        rest.hosts = others.filter { groupOf[$0.name] == nil }
        return (drawn + [rest]).filter { !$0.hosts.isEmpty }
    }

    private var canaries: [Host] {
        switch waves.canary {
        case .first(let count): Array(hosts(.worker).prefix(count))
        case .named(let names): names.compactMap(host)
        case nil: []
        }
    }
}
