/// A host of a proposed playbook.
struct ProposedHost: Hashable {
    /// Its name; `nil` is for a person to fill in.
    var name: String?
    /// Its address, where a name is not known.
    var address: String?
    /// What it does.
    var roles: Set<Role>
    /// The name of its Node object, where it differs.
    var node: String?
    /// What a person must know of the line.
    var note: String?

    /// Whether two names are one machine's: the same, or one the other's without its domain.
    static func isSame(_ left: String, _ right: String) -> Bool {
        if left == right { return true }
        // The first part of an address is no name.
        guard !left.isEmpty, !right.isEmpty, !isAddress(left), !isAddress(right) else { return false }
        return left.hasPrefix("\(right).") || right.hasPrefix("\(left).")
    }

    static func isAddress(_ text: String) -> Bool {
        text.contains(":") || text.allSatisfy { $0.isNumber || $0 == "." }
    }
}

extension SurveyedHost {
    /// The hosts: etcd first, then the control plane, then workers.
    func hosts() -> [ProposedHost] {
        var hosts: [ProposedHost] = []
        func add(_ host: ProposedHost) {
            let index = hosts.firstIndex { other in
                guard let name = other.name, let new = host.name else { return false }
                return ProposedHost.isSame(name, new)
            }
            guard let index else { return hosts.append(host) }
            hosts[index].roles.formUnion(host.roles)
            hosts[index].node = hosts[index].node ?? host.node ?? (host.name == hosts[index].name ? nil : host.name)
        }
        for host in etcdHosts() { add(host) }
        add(ProposedHost(name: name, roles: [.controlPlane]))
        for host in otherServers() { add(host) }
        for host in workers() { add(host) }
        return hosts
    }

    private func etcdHosts() -> [ProposedHost] {
        let hosts = etcdServers.map { server in
            isOurs(server.host) ? ProposedHost(name: name, roles: [.etcd]) : named(server.host, .etcd)
        }
        if !hosts.isEmpty, hosts.count == etcdURLs.count { return hosts }
        let what = hosts.isEmpty ? "no --etcd-servers" : "more --etcd-servers than those"
        return hosts + [unknown(.etcd, "kube-apiserver on \(name) has \(what) that can be read")]
    }

    private func otherServers() -> [ProposedHost] {
        guard case .apiServers(let all) = seen[.apiServers] else {
            let why = unanswered[.apiServers] ?? "the API was not asked"
            return [unknown(.controlPlane, "other control-plane hosts, remove the line where there are none; \(why)")]
        }
        if all.count <= 1 { return [] }
        let others = all.filter { !isOurs($0) }
        guard others.count < all.count else {
            return all.map {
                ProposedHost(
                    address: $0,
                    roles: [.controlPlane],
                    note: "not found out: which of the API servers \(name) is, whose line is to be removed"
                )
            }
        }
        return others.map {
            var host = named($0, .controlPlane)
            host.note = host.note ?? "an endpoint of the Service kubernetes"
            return host
        }
    }

    private func workers() -> [ProposedHost] {
        guard case .nodes(let nodes) = seen[.nodes] else {
            return [unknown(.worker, "the Node objects; \(unanswered[.nodes] ?? "the API was not asked")")]
        }
        let own = flag("hostname-override", of: "kubelet") ?? configuration.hostName.lowercased()
        return nodes.map { node in
            guard node.name == own || ProposedHost.isSame(node.name, name) else {
                return ProposedHost(name: node.name, roles: [.worker])
            }
            return ProposedHost(name: name, roles: [.worker], node: node.name == name ? nil : node.name)
        }
    }

    private func named(_ host: String, _ role: Role) -> ProposedHost {
        // Which of the other machines an address is nobody here knows: it may be one that has a name below.
        guard ScalarForm.hostName.read(host) != nil, !ProposedHost.isAddress(host) else {
            return ProposedHost(address: host, roles: [role], note: "not found out: the name of \(host)")
        }
        return ProposedHost(name: host, roles: [role])
    }

    private func unknown(_ role: Role, _ why: String) -> ProposedHost {
        ProposedHost(roles: [role], note: "not found out: \(why)")
    }

    private var etcdURLs: [Substring] { (flag("etcd-servers", of: "kube-apiserver") ?? "").split(separator: ",") }

    /// The etcd servers of the API server that can be read: scheme, host, port.
    var etcdServers: [(scheme: String, host: String, port: String)] {
        etcdURLs.compactMap { url in
            guard let match = url.wholeMatch(of: /(https?):\/\/(\[[^\]]+\]|[^:\/]+)(?::([0-9]+))?\/?/) else {
                return nil
            }
            let host = match.2.trimmingPrefix("[")
            return (String(match.1), String(host.hasSuffix("]") ? host.dropLast() : host), String(match.3 ?? "2379"))
        }
    }
}
