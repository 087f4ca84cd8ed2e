"""Calico's v1 objects as v3 objects: what projectcalico/libcalico-go lib/upgrade/converters does, without its validation.

A stand-in: of names only those that are plain are converted, selectors are taken over, and of FelixConfiguration nothing.
"""

import json

from calico_store import RESOURCES


def resource(kind, plural, name, spec, namespace=None):
    metadata = {"name": name, "uid": "00000000-0000-4000-8000-000000000000", "creationTimestamp": "2018-01-01T00:00:00Z"}
    if namespace:
        metadata["namespace"] = namespace
    path = "/".join([RESOURCES, plural] + ([namespace] if namespace else []) + [name])
    return path, {"kind": kind, "apiVersion": "projectcalico.org/v3", "metadata": metadata, "spec": spec}


def plain(name):
    return "".join(c if c.isalnum() or c == "-" else "-" for c in name.lower())


def entity(rule, side):
    found = {}
    nets = ([rule[f"{side}_net"]] if rule.get(f"{side}_net") else []) + rule.get(f"{side}_nets", [])
    if nets:
        found["nets"] = nets
    if rule.get(f"{side}_ports"):
        found["ports"] = rule[f"{side}_ports"]
    if rule.get(f"{side}_selector"):
        found["selector"] = rule[f"{side}_selector"]
    return found


def rules(found):
    actions = {"next-tier": "Pass", "": "Allow"}
    converted = []
    for rule in found:
        action = rule.get("action", "")
        one = {"action": actions.get(action, action.capitalize()), "source": entity(rule, "src"),
               "destination": entity(rule, "dst")}
        if "protocol" in rule:
            one["protocol"] = rule["protocol"].upper() if isinstance(rule["protocol"], str) else rule["protocol"]
        converted.append(one)
    return converted


def asn(text):
    high, _, low = str(text).partition(".")
    return int(high) << 16 | int(low) if low else int(high)


def convert(old):
    """The v3 keys of all v1 keys, in the order in which the real one writes them, IPAM last."""
    found, ipam, bgp, version = [], [], {}, ""
    for key, text in sorted(old.items()):
        parts = key.split("/")[2:]
        try:
            value = json.loads(text) if text else {}
        except ValueError:
            value = text
        match parts:
            case ["v1", "ipam", "v4" | "v6", "pool", _]:
                mode = "Never" if not value.get("ipip") else (
                    "CrossSubnet" if value.get("ipip_mode") == "cross-subnet" else "Always")
                name = value["cidr"].translate(str.maketrans(".:/", "---"))
                found.append(resource("IPPool", "ippools", name, {
                    "cidr": value["cidr"], "ipipMode": mode, "natOutgoing": value.get("masquerade", False),
                    "disabled": value.get("disabled", False), "blockSize": 26, "nodeSelector": "all()"}))
            case ["v1", "policy", "tier", "default", "policy", name] if not name.startswith("knp.default."):
                found.append(resource("GlobalNetworkPolicy", "globalnetworkpolicies", plain(name), {
                    "order": value.get("order"), "ingress": rules(value.get("inbound_rules", [])),
                    "egress": rules(value.get("outbound_rules", [])), "selector": value.get("selector", ""),
                    "doNotTrack": value.get("untracked", False), "preDNAT": value.get("pre_dnat", False),
                    "types": [kind.capitalize() for kind in value.get("types", ["ingress", "egress"])]}))
            case ["v1", "policy", "profile", name, "rules"] if not name.startswith("k8s_ns."):
                found.append(resource("Profile", "profiles", plain(name), {
                    "ingress": rules(value.get("inbound_rules", [])), "egress": rules(value.get("outbound_rules", []))}))
            case ["bgp", "v1", "global", "peer_v4" | "peer_v6", _]:
                found.append(resource("BGPPeer", "bgppeers", plain(value["ip"]), {
                    "peerIP": value["ip"], "asNumber": asn(value["as_num"])}))
            case ["bgp", "v1", "host", node, "peer_v4" | "peer_v6", _]:
                found.append(resource("BGPPeer", "bgppeers", f'{node.lower()}.{plain(value["ip"])}', {
                    "node": node.lower(), "peerIP": value["ip"], "asNumber": asn(value["as_num"])}))
            case ["bgp", "v1", "host", node, "ip_addr_v4"]:
                found.append(resource("Node", "nodes", node.lower(), {"bgp": {"ipv4Address": text}}))
            case ["bgp", "v1", "global", "as_num"]:
                bgp["asNumber"] = asn(text)
            case ["bgp", "v1", "global", "node_mesh"]:
                bgp["nodeToNodeMeshEnabled"] = value["enabled"]
            case ["v1", "host", node, "endpoint", name]:
                found.append(resource("HostEndpoint", "hostendpoints", plain(f"{node}-{name}"), {
                    "node": node.lower(), "interfaceName": value.get("name", ""),
                    "expectedIPs": value.get("expected_ipv4_addrs", []) + value.get("expected_ipv6_addrs", []),
                    "profiles": value.get("profile_ids", [])}))
            case ["v1", "host", node, "workload", _, workload, "endpoint", name]:
                namespace, pod = workload.split(".", 1)
                found.append(resource("WorkloadEndpoint", "workloadendpoints", plain(f"{node}-k8s-{pod}-{name}"), {
                    "node": node.lower(), "orchestrator": "k8s", "pod": pod, "endpoint": name,
                    "interfaceName": value["name"], "mac": value["mac"],
                    "ipNetworks": value.get("ipv4_nets", []) + value.get("ipv6_nets", [])}, namespace))
            case ["v1", "config", "CalicoVersion"]:
                version = text
            case ["ipam", "v2", "assignment", *_]:
                owner = value.get("affinity") or "host:" + value.get("hostAffinity", "")
                ipam.append((key, {**value, "affinity": owner.lower()}))
            case ["ipam", "v2", "host", node, *rest]:
                ipam.append(("/calico/" + "/".join(["ipam", "v2", "host", node.lower()] + rest), text))
            case ["ipam", "v2", "handle", _]:
                ipam.append((key, value))
    if bgp:
        found.insert(0, resource("BGPConfiguration", "bgpconfigurations", "default", bgp))
    found.insert(0, resource("ClusterInformation", "clusterinformations", "default",
                             {"calicoVersion": version, "datastoreReady": False}))
    return found + ipam
