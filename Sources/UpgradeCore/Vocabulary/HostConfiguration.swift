/// How the daemons of a host are configured, and what they stand on.
///
/// One answer for a host: its reader takes secrets out before anything is kept.
public struct HostConfiguration: Hashable, Sendable, Codable {
    /// A file that says how a daemon is run.
    public struct File: Hashable, Sendable, Codable {
        /// What the file is to a daemon.
        public enum Kind: String, Hashable, Sendable, Codable {
            /// A systemd unit or a drop-in of one.
            case unit
            /// An EnvironmentFile of a unit.
            case environment
            /// What `--config` names.
            case configuration
            /// A CNI configuration below /etc/cni/net.d.
            case network
        }

        /// What it is.
        public var kind: Kind
        /// Where it is.
        public var path: String
        /// Its text, secrets taken out.
        public var text: String

        /// Makes a file.
        public init(kind: Kind, path: String, text: String) {
            self.kind = kind
            self.path = path
            self.text = text
        }
    }

    /// A daemon that systemd knows on the host.
    public struct Daemon: Hashable, Sendable, Codable {
        /// The unit's name, without `.service`.
        public var name: String
        /// The paths of its unit, drop-ins, EnvironmentFiles and configuration, in the order in which systemd reads them.
        public var files: [String]
        /// The path of the running program; empty when nothing runs.
        public var program: String
        /// The arguments of the running process, without the program; empty when nothing runs.
        public var words: [String]

        /// Makes a daemon.
        public init(name: String, files: [String] = [], program: String = "", words: [String] = []) {
            self.name = name
            self.files = files
            self.program = program
            self.words = words
        }
    }

    /// A certificate found on the host.
    public struct Certificate: Hashable, Sendable, Codable {
        /// The file that holds it.
        public var path: String
        /// When it ends, in seconds since 1970.
        public var notAfter: Double

        /// Makes a certificate.
        public init(path: String, notAfter: Double) {
            self.path = path
            self.notAfter = notAfter
        }
    }

    /// A token with an end that a daemon of the host, or somebody there, shows to the API; never the token itself.
    public struct Token: Hashable, Sendable, Codable {
        /// The file that holds it.
        public var path: String
        /// When it ends, in seconds since 1970.
        public var notAfter: Double

        /// Makes a token.
        public init(path: String, notAfter: Double) {
            self.path = path
            self.notAfter = notAfter
        }
    }

    /// A conffile that is not as its package brought it.
    public struct ChangedConffile: Hashable, Sendable, Codable {
        /// What became of it.
        public enum State: String, Hashable, Sendable, Codable {
            /// It was changed or removed on the host.
            case changed
            /// The package no longer brings it.
            case obsolete
        }

        /// What became of it.
        public var state: State
        /// The package.
        public var package: String
        /// The absolute path.
        public var path: String

        /// Makes a conffile.
        public init(state: State, package: String, path: String) {
            self.state = state
            self.package = package
            self.path = path
        }
    }

    /// The host's clock when it answered, in seconds since 1970; `nil` where nothing has one, as in a simulation.
    public var clock: Double?
    /// What `uname -n` says.
    public var hostName: String
    /// The release of the running kernel.
    public var kernel: String
    /// What `iptables --version` says; empty without iptables.
    public var iptables: String
    /// The cgroup driver that Docker reports; empty without Docker.
    public var cgroupDriver: String
    /// Packages on hold.
    public var holds: [String]
    /// Conffiles of the playbook's packages that are not as they were brought; absent in answers of older versions.
    public var conffiles: [ChangedConffile]?
    /// Certificates below /etc/kubernetes, /etc/etcd and the kubelet's directory, and those that a daemon's flag names.
    public var certificates: [Certificate]
    /// Tokens with an end in kubeconfigs, in the order of finding.
    public var tokens: [Token]
    /// Files by path, in the order of finding.
    public var files: [File]
    /// The daemons of Kubernetes and etcd.
    public var daemons: [Daemon]

    /// Makes a configuration.
    public init(
        clock: Double? = nil,
        hostName: String = "",
        kernel: String = "",
        iptables: String = "",
        cgroupDriver: String = "",
        holds: [String] = [],
        conffiles: [ChangedConffile]? = nil,
        certificates: [Certificate] = [],
        tokens: [Token] = [],
        files: [File] = [],
        daemons: [Daemon] = []
    ) {
        self.clock = clock
        self.hostName = hostName
        self.kernel = kernel
        self.iptables = iptables
        self.cgroupDriver = cgroupDriver
        self.holds = holds
        self.conffiles = conffiles
        self.certificates = certificates
        self.tokens = tokens
        self.files = files
        self.daemons = daemons
    }

    /// The file at a path.
    public func file(_ path: String) -> File? { files.first { $0.path == path } }

    /// The daemon of a name.
    public func daemon(_ name: String) -> Daemon? { daemons.first { $0.name == name } }
}
