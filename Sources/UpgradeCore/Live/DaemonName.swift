/// The daemons whose configuration foresight looks at, by the names of their units.
public enum DaemonName {
    /// The unit of an etcd member, by the name that Debian's package gives it.
    public static let etcd = "etcd"

    /// Kubernetes' own daemons and etcd.
    public static let all =
        ControlPlaneUnit.allCases.map(\.rawValue) + NodeUnit.allCases.map(\.rawValue) + [etcd]
}
