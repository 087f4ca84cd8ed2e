internal import UpgradeCore

/// Certificates that end, clocks that differ, and names that do not agree.
enum AccessRules {
    /// A hop of a large cluster takes a day; a certificate that ends within the path ends in its middle.
    private static let dayOfHop = 86_400.0
    /// Time to make new certificates without haste.
    private static let notice = 30 * 86_400.0
    /// Leases and tokens of seconds begin to suffer; preflight itself refuses at 30 s.
    private static let clockLimit = 5.0

    @Sendable
    static func findings(_ facts: ClusterFacts, _ path: [HopID], _ knowledge: Breakage) -> [Finding] {
        guard let hop = path.first else { return [] }
        return facts.hosts.flatMap { host, configuration in
            certificates(host, configuration, path, hop) + names(host, configuration, hop, facts)
                + tokens(host, configuration, path, hop, knowledge.requirements.tokens)
                + authorizers(host, configuration, hop, facts, knowledge.requirements.node_authorizer)
        } + clocks(facts, hop) + bootstrapTokens(facts, path, hop, knowledge.requirements.bootstrap_tokens)
    }

    private static func certificates(
        _ host: Host,
        _ configuration: HostConfiguration,
        _ path: [HopID],
        _ hop: HopID
    ) -> [Finding] {
        guard let clock = configuration.clock else { return [] }
        let window = dayOfHop * Double(path.count)
        return configuration.certificates.filter { $0.notAfter - clock < notice && !isReplaced($0) }.map {
            certificate in
            let left = certificate.notAfter - clock
            return Finding(
                id: "certificate\(certificate.path)",
                title: left < 0 ? "\(certificate.path) has expired" : "\(certificate.path) ends in \(days(left))",
                places: [Finding.Place(host: host.name, file: certificate.path)],
                reason: "daemons read certificates when they start; with one that has ended they are refused",
                hop: hop,
                severity: left < (isRotated(certificate) ? 0 : window) ? .killsDaemon : .worthKnowing,
                cure: "renew it before the run",
                source: "openssl x509 -enddate on the host"
            )
        }
    }

    /// Whether a kubelet renews the certificate by itself, long before its end.
    ///
    /// - Source: Kubernetes 1.12 client-go util/certificate/certificate_store.go, currentPath and filename
    private static func isRotated(_ certificate: HostConfiguration.Certificate) -> Bool {
        certificate.path.hasSuffix("/pki/kubelet-client-current.pem")
            || certificate.path.hasSuffix("/pki/kubelet-server-current.pem")
    }

    /// Whether it is one of those that a kubelet had before, and keeps: named after the time at which they were written.
    private static func isReplaced(_ certificate: HostConfiguration.Certificate) -> Bool {
        certificate.path.contains(/\/kubelet-(client|server)-\d{4}(-\d\d){5}\.pem$/)
    }

    private static func tokens(
        _ host: Host,
        _ configuration: HostConfiguration,
        _ path: [HopID],
        _ hop: HopID,
        _ rule: Requirements.Rule
    ) -> [Finding] {
        guard let clock = configuration.clock else { return [] }
        return configuration.tokens.filter { $0.notAfter - clock < notice }.map { token in
            let left = token.notAfter - clock
            return Finding(
                id: "token\(token.path)",
                title: left < 0
                    ? "a token in \(token.path) has expired" : "a token in \(token.path) ends in \(days(left))",
                places: [Finding.Place(host: host.name, file: token.path)],
                reason: rule.rule,
                hop: hop,
                severity: left < dayOfHop * Double(path.count) ? .killsDaemon : .worthKnowing,
                cure: "write one that lasts before the run",
                source: rule.source
            )
        }
    }

    /// Whether kubelets have their rights from a binding alone.
    private static func authorizers(
        _ host: Host,
        _ configuration: HostConfiguration,
        _ hop: HopID,
        _ facts: ClusterFacts,
        _ rule: Requirements.Rule
    ) -> [Finding] {
        guard let server = configuration.daemon("kube-apiserver"),
            let argument = facts.arguments(of: server, on: host.name).first(where: { $0.flag == "--authorization-mode" }
            )
        else { return [] }
        let modes = (argument.value ?? "").split(separator: ",").map { $0.filter { !$0.isWhitespace } }
        guard modes.contains("RBAC"), !modes.contains("Node"), !modes.contains("AlwaysAllow") else { return [] }
        return [
            Finding(
                id: "node-authorizer/missing",
                title: "kubelets have no rights but what is bound to the role system:node",
                places: [argument.place],
                reason: rule.rule,
                hop: hop,
                severity: .worthKnowing,
                cure: "see that ClusterRoleBinding system:node names every kubelet, "
                    + "or add Node before RBAC once their names are system:node:NAME",
                source: rule.source
            )
        ]
    }

    /// Only within the run: a token to join with is made for a short time, and nothing that runs needs it.
    private static func bootstrapTokens(
        _ facts: ClusterFacts,
        _ path: [HopID],
        _ hop: HopID,
        _ rule: Requirements.Rule
    ) -> [Finding] {
        guard let clock = facts.clock else { return [] }
        return facts.objects.bootstrapTokens.filter { $0.notAfter - clock < dayOfHop * Double(path.count) }.map {
            token in
            let left = token.notAfter - clock
            return Finding(
                id: "bootstrap-token/\(token.name)",
                title: left < 0 ? "\(token.name) has expired" : "\(token.name) ends in \(days(left))",
                places: [Finding.Place(object: "Secret kube-system/\(token.name)")],
                reason: rule.rule,
                hop: hop,
                severity: .changesBehaviour,
                cure: "make a new token where a node may have to join during the run, or delete this one",
                source: rule.source
            )
        }
    }

    private static func days(_ seconds: Double) -> String {
        let days = Int((min(seconds, notice) / 86_400).rounded(.down))
        return days == 1 ? "1 day" : "\(days) days"
    }

    private static func names(
        _ host: Host,
        _ configuration: HostConfiguration,
        _ hop: HopID,
        _ facts: ClusterFacts
    ) -> [Finding] {
        guard host.roles.contains(.worker), let kubelet = configuration.daemon(NodeUnit.kubelet.rawValue) else {
            return []
        }
        func override(_ daemon: HostConfiguration.Daemon?) -> DaemonArgument? {
            daemon.flatMap { daemon in
                // One with a specifier of systemd's that is not known here is told by the process, if by anything.
                facts.arguments(of: daemon, on: host.name).first {
                    $0.flag == "--hostname-override" && $0.value?.contains("%") != true
                        && $0.value?.isEmpty == false
                }
            }
        }
        // As a daemon reads it: an override of nothing is none, and a name has no capitals and no blanks around it.
        // Source: Kubernetes 1.12 pkg/util/node/node.go, GetHostname
        func registered(_ override: DaemonArgument?) -> String {
            (override?.value ?? configuration.hostName).filter { !$0.isWhitespace }.lowercased()
        }
        let mine = override(kubelet)
        let name = registered(mine)
        var found: [Finding] = []
        if let proxy = configuration.daemon(NodeUnit.kubeProxy.rawValue), !kubelet.words.isEmpty, !proxy.words.isEmpty {
            let files = facts.configurationFiles(of: proxy, on: host.name, configuration)
            let written = files.lazy.compactMap { $0.value(of: "hostnameOverride") }.first.map { value in
                DaemonArgument(flag: "--hostname-override", value: value.text, place: value.place)
            }
            let other = override(proxy) ?? written
            // What a configuration file names is not on the command line; one that was not read may name anything.
            let isKnown = !files.isEmpty || !proxy.words.contains { $0.hasPrefix("--config") }
            if isKnown, registered(other) != name {
                found.append(
                    Finding(
                        id: "hostname-override/kube-proxy",
                        title: "kube-proxy and kubelet name their node differently",
                        places: [(other ?? mine)?.place ?? Finding.Place(host: host.name)],
                        reason: "kube-proxy does not find its Node object and takes a wrong address for it",
                        hop: hop,
                        severity: .changesBehaviour,
                        cure: "give both the same --hostname-override",
                        source: "wikimedia operations/puppet 60299eb9782 (T300500)"
                    )
                )
            }
        }
        // Without an override and a cloud, which has names of its own, a kubelet is named after its host.
        let isNamed = mine?.value != nil || !kubelet.words.isEmpty && !configuration.hostName.isEmpty
        let isOfCloud = facts.arguments(of: kubelet, on: host.name).contains {
            $0.flag == "--cloud-provider" && $0.value?.isEmpty == false
        }
        if isNamed, mine != nil || !isOfCloud, name != host.node {
            found.append(
                Finding(
                    id: "node-name/\(host.name)",
                    title: "the kubelet of \(host.name) registers as \(name), the playbook says \(host.node)",
                    places: [
                        mine?.place ?? Finding.Place(host: host.name, object: "uname -n: \(configuration.hostName)")
                    ],
                    reason: "the node that is drained is not the one that is upgraded",
                    hop: hop,
                    severity: .killsDaemon,
                    cure: "correct `node` in the playbook",
                    source: "Kubernetes pkg/util/node/node.go, GetHostname; kubelet --hostname-override"
                )
            )
        }
        return found
    }

    private static func clocks(_ facts: ClusterFacts, _ hop: HopID) -> [Finding] {
        facts.identities.filter { $0.value.clockOffset.magnitude > clockLimit }.sorted { $0.key < $1.key }.map {
            host,
            identity in
            Finding(
                id: "clock/\(host)",
                title: "the clock of \(host) is \(Int(identity.clockOffset.magnitude.rounded())) s off",
                places: [Finding.Place(host: host)],
                reason: "certificates, tokens and leader locks are judged by it",
                hop: hop,
                severity: .changesBehaviour,
                cure: "set it, and see why it is not kept in time",
                source: "k0sctl phase/validate_hosts.go"
            )
        }
    }
}
