import UpgradeCore

/// How long a gate waits between two looks.
enum GateInterval {
    /// For a daemon: it answers within seconds of its start, and each look costs one command a host.
    static let daemon = Duration.seconds(2)
    /// For a node: kubelet computes node status every 10 s (Kubernetes 1.14,
    /// pkg/kubelet/apis/config/v1beta1/defaults.go, NodeStatusUpdateFrequency) and sends it at once when it changes; a
    /// look is one request, and a tenth of a node's time would be lost by waiting half of that.
    static let node = Duration.seconds(2)
    /// For another process to let go of dpkg: an `apt-get upgrade` takes minutes.
    static let packageLock = Duration.seconds(10)
}
