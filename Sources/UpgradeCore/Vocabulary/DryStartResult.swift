/// What came of starting daemons that are not installed yet, with the arguments of the running ones and `--version`.
///
/// Every flag is parsed before the version is printed, so that a daemon that does not know one says so and does nothing
/// else. What it reads later stays unseen: node labels, configuration files, feature gates of kubelet and kube-proxy.
/// - Source: Kubernetes 1.12-1.16, `verflag.PrintAndExitIfRequested` in cmd/*/app/server.go
public struct DryStartResult: Hashable, Sendable, Codable {
    /// One daemon that was tried.
    public struct Trial: Hashable, Sendable, Codable {
        /// The unit's name.
        public var unit: String
        /// The exit status; 124 where it had to be ended.
        public var status: Int32
        /// The version that it printed.
        public var version: KubernetesVersion?
        /// What it said that matters, secrets taken out.
        public var output: String

        /// Makes a trial.
        public init(unit: String, status: Int32 = 0, version: KubernetesVersion?, output: String = "") {
            self.unit = unit
            self.status = status
            self.version = version
            self.output = output
        }
    }

    /// Which of the packages apt has fetched; without all of them nothing is tried.
    public var archives: [PackageSpec]
    /// The daemons that were tried.
    public var trials: [Trial]
    /// The units whose program the packages do not have, with that program: they were not tried, nor were those that do
    /// not run.
    public var elsewhere: [String: String]

    /// Makes a result.
    public init(archives: [PackageSpec] = [], trials: [Trial] = [], elsewhere: [String: String] = [:]) {
        self.archives = archives
        self.trials = trials
        self.elsewhere = elsewhere
    }
}
