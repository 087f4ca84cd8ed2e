import UpgradeCore

/// The systemd units that the Kubernetes packages bring; each is named after its program.
enum UnitName {
    static let apiServer = "kube-apiserver"
    static let controllerManager = "kube-controller-manager"
    static let scheduler = "kube-scheduler"
    static let kubelet = "kubelet"
    static let kubeProxy = "kube-proxy"
    static let etcd = DaemonName.etcd

    /// The two that hold a leader lock; they must not be newer than any API server.
    static let controllers = [controllerManager, scheduler]

    /// The units of a host's roles.
    static func units(of host: Host?) -> [String] {
        var units: [String] = []
        if host?.roles.contains(.controlPlane) == true { units += [apiServer] + controllers }
        if host?.roles.contains(.worker) == true { units += [kubelet, kubeProxy] }
        return units
    }
}
