/// The daemons whose configuration foresight looks at, by the names of their units.
public enum DaemonName {
    /// Kubernetes' own daemons and etcd.
    public static let all =
        ControlPlaneUnit.allCases.map(\.rawValue) + NodeUnit.allCases.map(\.rawValue) + ["etcd"]
}
