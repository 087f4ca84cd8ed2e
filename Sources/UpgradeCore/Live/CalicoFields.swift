/// What an object of Calico says, in words that its old form and its new one have in common.
///
/// Selectors are not compared: the conversion writes them anew. Of a node its name alone is.
/// - Source: projectcalico/libcalico-go v3.0, lib/upgrade/converters
struct CalicoFields {
    private var fields: [String] = []

    var isEmpty: Bool { fields.isEmpty }

    mutating func add(_ name: String, _ value: (some CustomStringConvertible)?) {
        guard let value else { return }
        fields.append("\(name)=\(value)")
    }

    func object(_ kind: String, _ name: String) -> CalicoObject {
        CalicoObject(kind: kind, name: name, digest: Digest.sha256(kind, fields.sorted().joined(separator: "\n")))
    }

    /// An object of etcd's v2 API by its path below /calico; `nil` for what has no counterpart.
    static func old(_ path: [String], _ value: CalicoJSON) -> CalicoObject? {
        var fields = CalicoFields()
        switch path.prefix(3) {
        case ["v1", "ipam", "v4"] where path.count == 5, ["v1", "ipam", "v6"] where path.count == 5:
            let tunnel = value["ipip"].text ?? ""
            let mode = tunnel.isEmpty ? "never" : value["ipip_mode"].text == "cross-subnet" ? "crosssubnet" : "always"
            fields.pool(value["cidr"], mode, nat: value["masquerade"], disabled: value["disabled"])
            return fields.object("IPPool", value["cidr"].text ?? path[4])
        case ["v1", "policy", "tier"] where path.count == 6:
            // kube-controllers make those of NetworkPolicies anew.
            guard !path[5].hasPrefix("knp.default.") else { return nil }
            fields.policy(
                value["inbound_rules"].list.map(oldRule),
                value["outbound_rules"].list.map(oldRule),
                value,
                untracked: "untracked",
                preDNAT: "pre_dnat"
            )
            return fields.object("GlobalNetworkPolicy", path[5])
        case ["v1", "policy", "profile"] where path.count == 5 && path[4] == "rules":
            guard !path[3].hasPrefix("k8s_ns.") else { return nil }
            fields.add("in", value["inbound_rules"].list.map(oldRule).joined(separator: ";"))
            fields.add("out", value["outbound_rules"].list.map(oldRule).joined(separator: ";"))
            return fields.object("Profile", path[3])
        case ["bgp", "v1", "global"] where path.count == 5 && path[3].hasPrefix("peer_v"):
            fields.peer(nil, value["ip"], value["as_num"])
            return fields.object("BGPPeer", path[4])
        case ["bgp", "v1", "host"] where path.count == 6 && path[4].hasPrefix("peer_v"):
            fields.peer(path[3], value["ip"], value["as_num"])
            return fields.object("BGPPeer", "\(path[3])/\(path[5])")
        case ["bgp", "v1", "host"] where path.count == 5 && path[4] == "ip_addr_v4":
            fields.add("name", nodeName(path[3]))
            return fields.object("Node", path[3])
        default:
            return endpoint(path, value) ?? ipam(path, value)
        }
    }

    private static func endpoint(_ path: [String], _ value: CalicoJSON) -> CalicoObject? {
        guard path.count > 4, path[0] == "v1", path[1] == "host" else { return nil }
        var fields = CalicoFields()
        fields.add("node", nodeName(path[2]))
        if path.count == 5, path[3] == "endpoint" {
            fields.add("interface", value["name"].text ?? "")
            let addresses = value["expected_ipv4_addrs"].list + value["expected_ipv6_addrs"].list
            fields.add("ips", addresses.compactMap(\.text).sorted().joined(separator: ","))
            return fields.object("HostEndpoint", "\(path[2])/\(path[4])")
        }
        guard path.count == 8, path[3] == "workload", path[6] == "endpoint" else { return nil }
        fields.workload(value["mac"], value["ipv4_nets"].list + value["ipv6_nets"].list)
        return fields.object("WorkloadEndpoint", "\(path[2])/\(path[5])/\(path[7])")
    }

    /// The same in both APIs but for the names of nodes, which Calico 3 writes in small letters.
    private static func ipam(_ path: [String], _ value: CalicoJSON) -> CalicoObject? {
        var fields = CalicoFields()
        switch path.prefix(3) {
        case ["ipam", "v2", "assignment"] where path.count == 6:
            for name in ["cidr", "allocations", "attributes", "unallocated"] { fields.add(name, value[name].canonical) }
            let affinity = value["affinity"].text ?? value["hostAffinity"].text.map { "host:\($0)" }
            fields.add("affinity", affinity.map(nodeName))
            return fields.object("IPAMBlock", path[5])
        case ["ipam", "v2", "handle"] where path.count == 4:
            fields.add("handle", path[3])
            fields.add("block", value["block"].canonical)
            return fields.object("IPAMHandle", path[3])
        case ["ipam", "v2", "host"] where path.count == 7:
            fields.add("node", nodeName(path[3]))
            fields.add("block", path[6])
            return fields.object("BlockAffinity", "\(path[3])/\(path[6])")
        default: return nil
        }
    }

    /// An object of etcd's v3 API by its path below /calico; `nil` for what has no counterpart.
    static func new(_ path: [String], _ value: CalicoJSON) -> CalicoObject? {
        guard path.count > 4, path[0] == "resources" else { return ipam(path, value) }
        var fields = CalicoFields()
        let spec = value["spec"]
        let name = path.dropFirst(4).joined(separator: "/")
        switch path[3] {
        case "ippools":
            let mode = spec["ipipMode"].text?.lowercased() ?? "never"
            fields.pool(spec["cidr"], mode, nat: spec["natOutgoing"], disabled: spec["disabled"])
            return fields.object("IPPool", name)
        case "globalnetworkpolicies":
            fields.policy(
                spec["ingress"].list.map(newRule),
                spec["egress"].list.map(newRule),
                spec,
                untracked: "doNotTrack",
                preDNAT: "preDNAT"
            )
            return fields.object("GlobalNetworkPolicy", name)
        case "profiles":
            guard !name.hasPrefix("kns."), !name.hasPrefix("k8s_ns.") else { return nil }
            fields.add("in", spec["ingress"].list.map(newRule).joined(separator: ";"))
            fields.add("out", spec["egress"].list.map(newRule).joined(separator: ";"))
            return fields.object("Profile", name)
        case "bgppeers":
            fields.peer(spec["node"].text, spec["peerIP"], spec["asNumber"])
            return fields.object("BGPPeer", name)
        case "bgpconfigurations":
            fields.add("as", spec["asNumber"].text)
            fields.add("mesh", spec["nodeToNodeMeshEnabled"].flag)
            return fields.isEmpty ? nil : fields.object("BGPConfiguration", name)
        case "nodes":
            fields.add("name", nodeName(name))
            return fields.object("Node", name)
        case "hostendpoints":
            fields.add("node", spec["node"].text.map(nodeName))
            fields.add("interface", spec["interfaceName"].text ?? "")
            fields.add("ips", spec["expectedIPs"].list.compactMap(\.text).sorted().joined(separator: ","))
            return fields.object("HostEndpoint", name)
        case "workloadendpoints":
            fields.add("node", spec["node"].text.map(nodeName))
            fields.workload(spec["mac"], spec["ipNetworks"].list)
            return fields.object("WorkloadEndpoint", name)
        default: return nil
        }
    }

    /// `64512` of `64512` and of `0.64512`.
    static func asNumber(_ text: String?) -> String? {
        let parts = (text ?? "").split(separator: ".").compactMap { UInt32($0) }
        return parts.count == 2 && parts[0] < 65536 ? "\(parts[0] << 16 | parts[1])" : text
    }
}

extension CalicoFields {
    private mutating func pool(_ cidr: CalicoJSON, _ mode: String, nat: CalicoJSON, disabled: CalicoJSON) {
        add("cidr", cidr.text)
        add("ipip", mode)
        add("nat", nat.flag ?? false)
        add("disabled", disabled.flag ?? false)
    }

    private mutating func peer(_ node: String?, _ address: CalicoJSON, _ number: CalicoJSON) {
        add("node", node.map(Self.nodeName))
        add("ip", address.text)
        add("as", Self.asNumber(number.text))
    }

    private mutating func policy(
        _ ingress: [String],
        _ egress: [String],
        _ value: CalicoJSON,
        untracked: String,
        preDNAT: String
    ) {
        add("order", value["order"].text)
        add("in", ingress.joined(separator: ";"))
        add("out", egress.joined(separator: ";"))
        add("untracked", value[untracked].flag ?? false)
        add("pre-dnat", value[preDNAT].flag ?? false)
    }

    private mutating func workload(_ mac: CalicoJSON, _ networks: [CalicoJSON]) {
        add("mac", mac.text?.lowercased())
        add("networks", networks.compactMap(\.text).sorted().joined(separator: ","))
    }

    private static func oldRule(_ rule: CalicoJSON) -> String {
        let action = rule["action"].text ?? "allow"
        func all(_ one: String, _ many: String) -> [CalicoJSON] { [rule[one]] + rule[many].list }
        return self.rule(
            action == "next-tier" ? "pass" : action,
            rule["protocol"],
            [all("src_net", "src_nets"), rule["src_ports"].list, all("dst_net", "dst_nets"), rule["dst_ports"].list]
        )
    }

    private static func newRule(_ rule: CalicoJSON) -> String {
        let (source, destination) = (rule["source"], rule["destination"])
        return self.rule(
            rule["action"].text ?? "allow",
            rule["protocol"],
            [source["nets"].list, source["ports"].list, destination["nets"].list, destination["ports"].list]
        )
    }

    private static func rule(_ action: String, _ transport: CalicoJSON, _ lists: [[CalicoJSON]]) -> String {
        ([action.lowercased(), transport.text?.lowercased() ?? ""]
            + lists.map { $0.compactMap(\.text).sorted().joined(separator: ",") })
            .joined(separator: " ")
    }

    /// As the conversion writes a node's name.
    private static func nodeName(_ name: String) -> String { name.lowercased() }
}
