/// Who fetches Calico's new image to a host before a pod wants it.
public enum ImagePull: String, Hashable, Sendable, CaseIterable {
    /// `crictl pull`.
    case crictl
    /// `docker pull`.
    case docker
    /// `ctr images pull`, in the namespace of the CRI plugin.
    case ctr
    /// Nobody: the kubelet does, while the node's pod is down.
    case never = "none"

    /// The client; `nil` for none.
    public var client: ImageClient? { ImageClient(rawValue: rawValue) }
}

/// The Typha of a cluster: what stands between calico-node and the API of many nodes.
public struct TyphaOptions: Hashable, Sendable {
    /// The name of its Deployment, in Calico's namespace.
    public var deployment: String
    /// The container whose image is set.
    public var container: String
    /// The image without its tag; the tag is Calico's.
    public var image: String

    /// What upstream's manifests call it.
    ///
    /// - Source: projectcalico/calico manifests, calico-typha.yaml
    public static let usual = TyphaOptions(
        deployment: "calico-typha",
        container: "calico-typha",
        image: "calico/typha"
    )

    /// Makes options.
    public init(deployment: String, container: String, image: String) {
        self.deployment = deployment
        self.container = container
        self.image = image
    }
}
