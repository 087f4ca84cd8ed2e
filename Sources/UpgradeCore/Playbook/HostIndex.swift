/// The hosts of a playbook by what they are asked for.
struct HostIndex: Hashable, Sendable {
    /// The place of the first host of each name.
    let byName: [String: Int]
    /// The hosts of each role, in the playbook's order.
    let byRole: [Role: [Host]]

    init(_ hosts: [Host]) {
        byName = Dictionary(
            hosts.enumerated().map { ($0.element.name, $0.offset) },
            uniquingKeysWith: { first, _ in first }
        )
        byRole = Dictionary(
            uniqueKeysWithValues: Role.allCases.map { role in (role, hosts.filter { $0.roles.contains(role) }) }
        )
    }
}
