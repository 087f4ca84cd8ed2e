/// The program by which a host's container runtime is asked for images.
public enum ImageClient: String, Hashable, Sendable, Codable, CaseIterable {
    /// Any runtime behind the CRI (cri-tools).
    case crictl
    /// Docker.
    case docker
    /// containerd's own, in the namespace that the CRI plugin uses.
    case ctr
}

/// Whether an image is on a host, before a pod wants it.
public struct NodeImage: Hashable, Sendable, Codable {
    /// Who was asked: as the playbook says, else the first client that is there and gets an answer; `nil` for none.
    public var client: ImageClient?
    /// Whether the runtime has the image.
    public var isPresent: Bool

    /// Makes an answer.
    public init(client: ImageClient?, isPresent: Bool) {
        self.client = client
        self.isPresent = isPresent
    }
}
