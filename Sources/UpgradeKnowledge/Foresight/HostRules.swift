internal import UpgradeCore

/// What daemons stand on: CNI configuration, container runtime, cgroup driver, iptables, kernel and etcd.
enum HostRules {
    @Sendable
    static func findings(_ facts: ClusterFacts, _ path: [HopID], _ knowledge: Breakage) -> [Finding] {
        let requirements = knowledge.requirements
        return facts.hosts.flatMap { host, configuration in
            let isNode = host.roles.contains(.worker)
            return network(host, configuration, path, requirements.cni)
                + (isNode ? iptables(host, configuration, path, requirements.iptables) : [])
                + (isNode ? cgroups(host, configuration, path, facts, requirements.cgroup_driver) : [])
                + kernel(host, configuration, path, requirements.kernel)
                + balancer(host, configuration, path, facts, requirements.ipvs_kernel)
        } + runtimes(facts, path, requirements.container_runtimes)
    }

    private static func network(
        _ host: Host,
        _ configuration: HostConfiguration,
        _ path: [HopID],
        _ rule: Requirements.Rule
    ) -> [Finding] {
        // Of several the kubelet takes the first by name.
        // Source: Kubernetes 1.12 pkg/kubelet/dockershim/network/cni/cni.go, getDefaultCNINetwork
        guard let hop = rule.release.flatMap({ path.arriving(at: $0) }),
            let file = configuration.files.filter({ $0.kind == .network && $0.text.contains("{") })
                .min(by: { $0.path < $1.path }),
            !file.text.contains(/"cniVersion"\s*:\s*"[^"]/)
        else { return [] }
        return [
            Finding(
                id: "cni-version\(file.path)",
                title: "\(file.path) has no cniVersion; nodes of \(hop.to) become NotReady",
                places: [Finding.Place(host: host.name, file: file.path)],
                reason: rule.rule,
                hop: hop,
                severity: .killsDaemon,
                cure: "add \"cniVersion\" to the configuration, as its plugins understand it",
                source: rule.source
            )
        ]
    }

    private static func iptables(
        _ host: Host,
        _ configuration: HostConfiguration,
        _ path: [HopID],
        _ rule: Requirements.Rule
    ) -> [Finding] {
        guard configuration.iptables.contains("nf_tables"), let hop = rule.release.flatMap({ path.arriving(at: $0) })
        else { return [] }
        return [
            Finding(
                id: "iptables/nft",
                title: "iptables works in nft mode",
                places: [Finding.Place(host: host.name, object: configuration.iptables)],
                reason: rule.rule,
                hop: hop,
                severity: .changesBehaviour,
                cure: "choose the legacy form with `update-alternatives --set iptables /usr/sbin/iptables-legacy`",
                source: rule.source
            )
        ]
    }

    private static func cgroups(
        _ host: Host,
        _ configuration: HostConfiguration,
        _ path: [HopID],
        _ facts: ClusterFacts,
        _ rule: Requirements.Rule
    ) -> [Finding] {
        guard let hop = path.first, !configuration.cgroupDriver.isEmpty,
            let kubelet = configuration.daemon(NodeUnit.kubelet.rawValue)
        else { return [] }
        let arguments = facts.arguments(of: kubelet, on: host.name)
        let flag = arguments.first { $0.flag == "--cgroup-driver" }
        let file = facts.configurationFiles(of: kubelet, on: host.name, configuration).lazy
            .compactMap { $0.value(of: "cgroupDriver") }.first
        // A flag counts more than the file. Source: Kubernetes 1.12 cmd/kubelet/app/server.go, kubeletConfigFlagPrecedence
        guard let value = flag.map(\.value) ?? file?.text, value != configuration.cgroupDriver,
            let place = flag?.place ?? file?.place
        else { return [] }
        return [
            Finding(
                id: "cgroup-driver/kubelet/\(value)",
                title: "kubelet is told \(value), Docker uses \(configuration.cgroupDriver)",
                places: [place],
                reason: rule.rule,
                hop: hop,
                severity: .killsDaemon,
                cure: "give both the same driver",
                source: rule.source
            )
        ]
    }

    private static func kernel(
        _ host: Host,
        _ configuration: HostConfiguration,
        _ path: [HopID],
        _ rule: Requirements.Kernel
    ) -> [Finding] {
        guard let hop = path.first, let kernel = VersionText(configuration.kernel),
            let least = VersionText(rule.minimum),
            kernel < least
        else { return [] }
        return [
            Finding(
                id: "kernel/below-\(rule.minimum)",
                title: "the kernel is below \(rule.minimum)",
                places: [Finding.Place(host: host.name, object: configuration.kernel)],
                reason: rule.rule,
                hop: hop,
                severity: .worthKnowing,
                cure: "bring the host to a newer kernel first",
                source: rule.source
            )
        ]
    }

    /// A kube-proxy that was told IPVS and has worked with iptables so far.
    private static func balancer(
        _ host: Host,
        _ configuration: HostConfiguration,
        _ path: [HopID],
        _ facts: ClusterFacts,
        _ rule: Requirements.Balancer
    ) -> [Finding] {
        guard let hop = path.first(where: { $0.to == rule.release }), let kernel = VersionText(configuration.kernel),
            let first = VersionText(rule.kernel), !(kernel < first),
            let proxy = configuration.daemon(NodeUnit.kubeProxy.rawValue)
        else { return [] }
        let files = facts.configurationFiles(of: proxy, on: host.name, configuration)
        let flag = facts.arguments(of: proxy, on: host.name).first { $0.flag == "--proxy-mode" }
        // With a file kube-proxy takes nothing from flags.
        // Source: Kubernetes 1.12 cmd/kube-proxy/app/server.go, Options.Complete
        let told =
            files.isEmpty
            ? flag.map { (text: $0.value ?? "", place: $0.place) }
            : files.lazy.compactMap { $0.value(of: "mode") }.first
        guard let told, told.text == "ipvs" else { return [] }
        return [
            Finding(
                id: "ipvs/kernel-\(rule.kernel)",
                title: "kube-proxy works with iptables now, and with IPVS from \(hop.to) on",
                places: [told.place],
                reason: rule.rule,
                hop: hop,
                severity: .changesBehaviour,
                cure: "decide before the hop: leave ipvs, and try it on one node, or say iptables",
                source: rule.source
            )
        ]
    }

    private static func runtimes(
        _ facts: ClusterFacts,
        _ path: [HopID],
        _ rules: [Requirements.Runtime]
    ) -> [Finding] {
        rules.flatMap { rule -> [Finding] in
            guard let minimum = rule.minimum, let hop = path.arriving(at: rule.release),
                let least = VersionText(minimum)
            else { return gone(facts, path, rule) }
            return facts.nodes.compactMap { node in
                let parts = node.runtime.split(separator: ":", maxSplits: 1)
                guard parts.count == 2, parts[0] == rule.runtime, let version = VersionText(parts[1]), version < least
                else { return nil }
                return Finding(
                    id: "runtime/\(rule.runtime)/below-\(minimum)",
                    title: "\(rule.runtime) is below \(minimum), which kubelets of \(rule.release) need",
                    places: [Finding.Place(object: "node \(node.name): \(node.runtime)")],
                    reason: rule.rule,
                    hop: hop,
                    severity: .killsDaemon,
                    cure: "bring \(rule.runtime) to \(minimum) or newer before the hop",
                    source: rule.source
                )
            }
        }
    }

    /// A runtime that kubelets no longer speak to by themselves; behind a shim of its own it may stay.
    private static func gone(_ facts: ClusterFacts, _ path: [HopID], _ rule: Requirements.Runtime) -> [Finding] {
        guard rule.minimum == nil, let hop = path.first(where: { $0.to == rule.release }) else { return [] }
        let behindShim = facts.hosts.filter { host, configuration in
            configuration.daemon(NodeUnit.kubelet.rawValue).map { kubelet in
                facts.arguments(of: kubelet, on: host.name).contains {
                    $0.flag == "--container-runtime" && $0.value == "remote"
                }
            } ?? false
        }
        let shims = Set(behindShim.map(\.host.node))
        return facts.nodes.filter { $0.runtime.hasPrefix("\(rule.runtime):") && !shims.contains($0.name) }.map { node in
            Finding(
                id: "runtime/\(rule.runtime)/gone",
                title: "kubelets of \(hop.to) do not speak to \(rule.runtime)",
                places: [Finding.Place(object: "node \(node.name): \(node.runtime)")],
                reason: rule.rule,
                hop: hop,
                severity: .killsDaemon,
                cure: "bring the node to containerd or CRI-O, or put cri-dockerd between, before the hop",
                source: rule.source
            )
        }
    }
}
