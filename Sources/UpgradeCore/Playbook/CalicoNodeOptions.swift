/// Who fetches Calico's new image to a host before a pod wants it.
public enum ImagePull: String, Hashable, Sendable, CaseIterable {
    /// `crictl pull`.
    case crictl
    /// `docker pull`.
    case docker
    /// `ctr images pull`, in the namespace of the CRI plugin.
    case ctr
    /// Nobody: the kubelet does, while the node's pod is down, or what the unit starts.
    case never = "none"

    /// The client; `nil` for none.
    public var client: ImageClient? { ImageClient(rawValue: rawValue) }
}

extension CalicoOptions {
    /// Whether the new image is fetched to the workers before anything of Calico is changed.
    public var fetchesImage: Bool { isContainer && pull != .never }

    /// The client that is asked for the image; `nil` for the first that gets an answer.
    ///
    /// A unit calls docker, whatever the kubelet calls: two runtimes of a host have two stores.
    /// - Source: docs.projectcalico.org v2.6, usage/configuration/as-service
    public var imageClient: ImageClient? { pull?.client ?? (unit == nil ? nil : .docker) }

    /// Whether packages that are newer than a roll's stay as they are: beside a DaemonSet they are programs, which follow it
    /// upwards; a unit runs what they carry.
    public var staysNewer: Bool { unit == nil }

    /// The package whose version is that of the Calico that runs, where a unit runs it: the one that is named as the unit, or
    /// else calico-node or calicoctl, or else the first.
    public var versionPackage: String? {
        let names = [unit?.replacing(".service", with: ""), "calico-node", "calicoctl"].compactMap(\.self)
        return names.first(where: packages.contains) ?? packages.first
    }
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
