/// What one control-plane host tells of its cluster; what could not be learned says why.
public struct SurveyedHost: Hashable, Sendable {
    /// The name under which SSH reached it.
    public var name: String
    /// How SSH was told to reach it.
    public var ssh: SSHOptions
    /// What the host and its API answered.
    public var seen: [Probe: Answer]
    /// Why a question has no answer, in words.
    public var unanswered: [Probe: String]

    /// Makes a survey from answers.
    public init(name: String, ssh: SSHOptions, seen: Observation, unanswered: [Probe: String] = [:]) {
        self.name = name
        self.ssh = ssh
        self.seen = seen.answers
        self.unanswered = unanswered
    }

    /// A playbook of this host alone: enough to ask it, and its API, what it knows.
    ///
    /// - Parameters:
    ///   - name: the host, as SSH knows it.
    ///   - ssh: how it is reached.
    ///   - release: any release; nothing is planned with it.
    /// - Returns: a playbook for looking, never for a plan.
    public static func playbook(asking name: String, ssh: SSHOptions, release: MinorRelease) -> Playbook {
        Playbook(
            cluster: "unknown",
            target: release,
            releases: [:],
            hosts: [Host(name: name, roles: [.controlPlane])],
            ssh: ssh,
            // A host that is asked for the first time is there, or its name is wrong: nobody restarts it now.
            deadlines: Deadlines(connect: .seconds(10))
        )
    }

    /// The questions without whose answers nothing can be proposed.
    public static func hostProbes(_ host: String) -> [Probe] {
        [
            .hostConfiguration(host: host), .unit(host: host, unit: "kube-apiserver"),
            .packages(host: host, names: packageNames), .candidates(host: host, names: packageNames),
        ]
    }

    /// The questions to the API; each may stay without an answer.
    public static let clusterProbes: [Probe] = [.nodes, .apiServers, .pods]

    /// The packages that a playbook has where it names none.
    static let packageNames = PackageNames().controlPlane + PackageNames().node + PackageNames().client

    /// Whether a kube-apiserver runs on the host.
    public var isControlPlane: Bool { !words("kube-apiserver").isEmpty }

    var configuration: HostConfiguration {
        guard case .hostConfiguration(let value) = seen[.hostConfiguration(host: name)] else {
            return HostConfiguration()
        }
        return value
    }

    /// The version of the running kube-apiserver.
    var running: KubernetesVersion? {
        guard case .unit(let value) = seen[.unit(host: name, unit: "kube-apiserver")] else { return nil }
        return value.runningVersion
    }

    /// The installed packages by name.
    var installed: [String: InstalledPackage] {
        guard case .packages(let value) = seen[.packages(host: name, names: Self.packageNames)] else { return [:] }
        return value
    }

    /// The newest version of a release that apt has of every one of the packages.
    func offered(_ release: MinorRelease) -> PackageVersion? {
        guard case .candidates(let value) = seen[.candidates(host: name, names: Self.packageNames)] else { return nil }
        let lists = Self.packageNames.map { value[$0] ?? [] }
        // apt-cache madison lists the newest first.
        return lists.first?.first { version in
            version.kubernetes?.release == release && lists.allSatisfy { $0.contains(version) }
        }
    }

    /// The arguments of a running daemon.
    private func words(_ daemon: String) -> [String] { configuration.daemon(daemon)?.words ?? [] }

    /// The value of a daemon's flag, written `--flag=value` or `--flag value`; the last one counts.
    func flag(_ flag: String, of daemon: String) -> String? {
        let words = words(daemon)
        var found: String?
        for (index, word) in words.enumerated() {
            if word.hasPrefix("--\(flag)=") {
                found = String(word.dropFirst(flag.count + 3))
            } else if word == "--\(flag)", index + 1 < words.count {
                found = words[index + 1]
            }
        }
        return found
    }

    /// Whether a name or an address is that of the host itself.
    func isOurs(_ other: String) -> Bool {
        let local = other == "localhost" || other.hasPrefix("127.") || other == "::1"
        return local || other == flag("advertise-address", of: "kube-apiserver")
            || ProposedHost.isSame(other, name) || ProposedHost.isSame(other, configuration.hostName)
    }
}
