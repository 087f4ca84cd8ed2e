/// Looks at the cluster before a run goes on: the hosts must be the machines of the survey.
public enum ResumeCheck {
    /// What keeps a run from going on.
    public enum Finding: Error, Hashable, Sendable {
        /// A host could not be asked.
        case access(AccessError)
        /// The machine behind a name is another than at the survey.
        case machineChanged(host: String, expected: String, found: String)
    }

    /// Asks every host of the plan who it is.
    ///
    /// - Throws: `Finding` for the first host that cannot be asked or is another machine.
    public static func perform(plan: Plan, access: any ClusterAccess) async throws(Finding) {
        let hosts = plan.machineIDs.keys.sorted()
        let seen: Observation
        do {
            seen = try await access.answer(hosts.map { .identity(host: $0) })
        } catch {
            throw .access(error)
        }
        for host in hosts {
            guard let found = try? seen.identity(of: host).machineID, let expected = plan.machineIDs[host] else {
                continue
            }
            guard found == expected else { throw .machineChanged(host: host, expected: expected, found: found) }
        }
    }
}
