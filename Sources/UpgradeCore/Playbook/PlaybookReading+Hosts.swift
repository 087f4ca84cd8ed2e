extension PlaybookReading {
    /// The hosts that could be read; the others are reported.
    func hosts() -> [Host] {
        guard top.require("hosts"), let place = top.entry("hosts")?.place else { return [] }
        var hosts: [Host] = []
        var unique = UniqueValues(problems: top.problems)
        var roles: Set<Role> = []
        for section in top.sections("hosts") {
            let name = section.required("name", .hostName)
            let address = section.value("address", .address)
            let node = section.value("node", .objectName)
            let isThere = section.require("roles")
            let given: [Role]? = isThere ? section.list("roles", .choice) : nil
            roles.formUnion(given ?? [])
            unique.take(name, section, "name", named: "hosts.name", isHost: true)
            unique.take(address ?? name, section, address == nil ? "name" : "address", named: "hosts.address")
            // Where no role could be read, the error is about the roles.
            let isNode = given.map { $0.isEmpty || $0.contains(.worker) } ?? true
            if isNode {
                unique.take(node ?? name, section, node == nil ? "name" : "node", named: "hosts.node")
            } else if let node, let entry = section.entry("node") {
                // Only workers have a Node object that is worked on; the key would be read by nobody.
                top.problems.report(
                    .invalidValue(
                        key: "hosts.node",
                        value: node,
                        expected: "no `node` on a host without the role `worker`",
                        suggestion: nil,
                        at: top.problems.place(of: entry.node)
                    )
                )
            }
            guard let name, let given else { continue }
            hosts.append(Host(name: name, address: address, roles: Set(given), nodeName: node))
        }
        for role in [Role.etcd, .controlPlane] where !roles.contains(role) {
            top.problems.report(.noHost(role, at: place))
        }
        return hosts
    }

    /// The hooks that could be read; the others are reported.
    func hooks(_ hosts: [Host]) -> [Hook] {
        var unique = UniqueValues(problems: top.problems)
        guard top.entry("hooks") != nil else { return [] }
        return top.sections("hooks").compactMap { section in
            let name = section.required("name", .stepName)
            unique.take(name, section, "name", named: "hooks.name")
            let phase = section.required("phase", .choice(of: PlaybookDecoder.hookPhases))
            let when = section.required("when", .choice(of: ["before", "after"]))
            let host = section.value("host", .choice(of: hosts.map(\.name)))
            let isThere = section.require("command")
            let words = isThere ? section.list("command", .word, mayRepeat: true) : nil
            let deadline = section.value("deadline", .duration())
            guard let name, let phase = phase.flatMap(PhaseID.init), let when, let words else { return nil }
            var hook = Hook(name: name, phase: phase, runsBefore: when == "before", host: host, words: words)
            hook.deadline = deadline ?? hook.deadline
            return hook
        }
    }
}

extension PlaybookReading {
    /// The acceptances that could be read; the others are reported.
    func accepted() -> [Acceptance] {
        var unique = UniqueValues(problems: top.problems)
        guard top.entry("accept") != nil else { return [] }
        return top.sections("accept").compactMap { section in
            let violation = section.required("violation", .violation)
            unique.take(violation, section, "violation", named: "accept.violation")
            let reason = section.required("reason", .reason)
            guard let violation, let reason else { return nil }
            return Acceptance(violation: violation, reason: reason, place: section.place)
        }
    }
}

extension PlaybookDecoder {
    /// The phases of a hop that may have hooks, in their order: not preflight, in which nothing is changed.
    public static let hookPhases = [
        "backup", "network-before", "helm-before", "control-plane", "controllers", "workers", "network", "helm",
        "clients", "verify",
    ]
}

/// Reports values that must be there once only, with both places.
struct UniqueValues {
    let problems: PlaybookProblems
    private var seen: [String: [String: PlaybookLocation]] = [:]

    init(problems: PlaybookProblems) {
        self.problems = problems
    }

    /// Takes one; a host's is known by DNS, to which `w1` and `W1` are one. (RFC 4343)
    mutating func take(
        _ value: String?,
        _ section: PlaybookSection,
        _ key: String,
        named name: String,
        isHost: Bool = false
    ) {
        guard let given = value, let entry = section.entry(key) else { return }
        let place = problems.place(of: entry.node)
        let value = isHost ? given.lowercased() : given
        if let other = seen[name, default: [:]][value] {
            problems.report(.repeated(key: name, value: given, other: other, at: place))
        } else {
            seen[name, default: [:]][value] = place
        }
    }
}
