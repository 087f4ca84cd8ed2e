/// A playbook as it is proposed from the survey of one host: commented, and refused until a person has filled it in.
public struct PlaybookProposal: Hashable, Sendable {
    /// The text of the playbook.
    public private(set) var text = ""
    /// What was not found out, in the order of the text.
    public private(set) var missing: [String] = []

    /// What stands where a person must write; no key of a playbook takes it.
    public static let blank = "<fill in>"

    /// Proposes a playbook.
    ///
    /// - Parameters:
    ///   - host: what was surveyed.
    ///   - hops: the hops that are known.
    public init(_ host: SurveyedHost, hops: some Sequence<HopID>) {
        line("# Proposed by `upgrader init --from \(Self.words(host.name))`. Read every line; the other keys are in")
        line("# playbooks/schema.json. A value marked `not found out` is to be filled in: until then it is refused.")
        unknown("cluster: \(Self.blank)", "no host knows what its cluster is called")
        releases(host, Array(hops))
        line("hosts:  # a Node object's name is taken for the name that SSH knows, where nothing else is known")
        for host in host.hosts() { self.host(host) }
        ssh(host.ssh)
        api(host)
        etcd(host)
        packages(host)
        running(host)
    }

    private mutating func releases(_ host: SurveyedHost, _ hops: [HopID]) {
        guard let from = host.running?.release else {
            unknown("target: \(Self.blank)", "kube-apiserver on \(host.name) does not say its version")
            unknown("releases: \(Self.blank)", "the release that runs")
            return
        }
        var path = [from]
        while let hop = hops.first(where: { $0.from == path.last }) { path.append(hop.to) }
        if path.count == 1, hops.contains(where: { $0.to > from }) {
            unknown("target: \(Self.blank)", "no hop is known from \(from), which runs")
        } else {
            line("target: \(path.last ?? from)")
        }
        line("releases:")
        for release in path {
            let installed = host.installed["kubernetes-master"]?.version
            if release == from, let installed, installed.kubernetes?.release == from {
                line("  \(release): \(Self.scalar(installed.text))  # installed on \(host.name), and its release runs")
            } else if let version = host.offered(release) {
                line("  \(release): \(Self.scalar(version.text))  # offered by apt on \(host.name)")
            } else {
                let names = SurveyedHost.packageNames.joined(separator: ", ")
                unknown("  \(release): \(Self.blank)", "apt on \(host.name) offers no version of \(names) alike")
            }
        }
    }

    private mutating func host(_ host: ProposedHost) {
        var members = ["name: \(host.name.map(Self.scalar) ?? Self.blank)"]
        if let address = host.address { members.append("address: \(Self.scalar(address))") }
        let roles = Role.allCases.filter(host.roles.contains).map(\.rawValue)
        members.append("roles: [\(roles.joined(separator: ", "))]")
        if let node = host.node { members.append("node: \(Self.scalar(node))") }
        let text = "  - {\(members.joined(separator: ", "))}"
        let mark = "not found out: "
        if let note = host.note, note.hasPrefix(mark) {
            unknown(text, String(note.dropFirst(mark.count)))
        } else {
            line(text + (host.note.map { "  # \(Self.words($0))" } ?? ""))
        }
    }

    private mutating func ssh(_ options: SSHOptions) {
        var members = ["sudo: true"]
        if let config = options.config { members.append("config: \(Self.scalar(config))") }
        if let user = options.user { members.append("user: \(Self.scalar(user))") }
        line("ssh: {\(members.joined(separator: ", "))}")
    }

    private mutating func api(_ host: SurveyedHost) {
        line("api:")
        let options = APIOptions()
        if let why = host.unanswered[.nodes] {
            unknown("  kubeconfig: \(Self.blank)", "\(options.kubeconfig) did not serve; \(why)")
        } else {
            line("  kubeconfig: \(options.kubeconfig)")
        }
        let port = host.flag("secure-port", of: "kube-apiserver") ?? "6443"
        line("  endpoint: \(Self.scalar("https://{address}:\(port)"))")
    }

    private mutating func etcd(_ host: SurveyedHost) {
        guard let server = host.etcdServers.first else {
            line("etcd:")
            let why = "kube-apiserver on \(host.name) has no --etcd-servers that can be read"
            unknown("  endpoint: \(Self.blank)", why)
            return
        }
        line("etcd:  # the paths are those that kube-apiserver on \(host.name) uses; they must be on the etcd hosts")
        line("  endpoint: \(Self.scalar("\(server.scheme)://127.0.0.1:\(server.port)"))")
        for (key, flag) in [("cacert", "etcd-cafile"), ("cert", "etcd-certfile"), ("key", "etcd-keyfile")] {
            if let path = host.flag(flag, of: "kube-apiserver") {
                line("  \(key): \(Self.scalar(path))")
            } else if key == "cacert", server.scheme == "https" {
                unknown("  cacert: \(Self.blank)", "kube-apiserver on \(host.name) has no --etcd-cafile")
            } else if key == "key", host.flag("etcd-certfile", of: "kube-apiserver") != nil {
                unknown("  key: \(Self.blank)", "kube-apiserver on \(host.name) has no --etcd-keyfile")
            }
        }
    }

    private mutating func packages(_ host: SurveyedHost) {
        guard host.installed["kubernetes-master"] == nil else { return }
        line("packages:")
        unknown("  control-plane: [\(Self.blank)]", "kubernetes-master is not installed on \(host.name)")
    }

    /// Calico and the Tillers that run: what is not named in a playbook is left alone.
    private mutating func running(_ host: SurveyedHost) {
        guard case .podsByNode(let byNode) = host.seen[.pods] else {
            let why = host.unanswered[.pods] ?? "the API was not asked"
            line("# not found out: whether Calico and Tillers run; \(Self.words(why))")
            missing.append("whether Calico and Tillers run; \(Self.words(why))")
            return
        }
        let pods = byNode.values.joined()
        // Source: Calico 3.7 manifests/calico.yaml; Helm 2 cmd/helm/installer/install.go, generateLabels
        let calico = pods.filter { $0.labels["k8s-app"] == "calico-node" }
        let tillers = pods.filter { $0.labels["app"] == "helm" && $0.labels["name"] == "tiller" }
        for (name, key, pods) in [("Calico", "calico", calico), ("Tiller", "helm", tillers)] {
            for text in Set(pods.map { "in \($0.namespace), image \($0.image)" }).sorted() {
                line("# \(name) runs \(Self.words(text)); it is left alone unless `\(key)` is given.")
            }
            if pods.isEmpty { line("# No \(name) was seen among the pods.") }
        }
    }

    private mutating func line(_ line: String) {
        text += line + "\n"
    }

    private mutating func unknown(_ line: String, _ why: String) {
        let why = Self.words(why)
        self.line("\(line)  # not found out: \(why)")
        missing.append(why)
    }

    /// Words of a host on one line of a comment.
    private static func words(_ text: String) -> String { String(printable(text).prefix(200)) }

    private static func printable(_ text: String) -> String {
        text.unicodeScalars.map { ScalarForm<String>.isPrintable($0) ? String($0) : " " }.joined()
    }

    /// A text as a scalar of YAML that is read as that text again, in a mapping of either form.
    private static func scalar(_ text: String) -> String {
        let words: Set = ["true", "false", "yes", "no", "on", "off", "null", "y", "n"]
        if text.wholeMatch(of: /[A-Za-z\/][A-Za-z0-9\/._-]*|[0-9]+\.[0-9]+\.[0-9][A-Za-z0-9.+~-]*/) != nil,
            !words.contains(text.lowercased())
        {
            return text
        }
        return "\"\(printable(text).escaped(["\\": "\\\\", "\"": "\\\""]))\""
    }
}
