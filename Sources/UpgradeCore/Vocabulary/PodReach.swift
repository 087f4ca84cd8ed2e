/// What of the pods on other nodes is reached from a node.
public struct PodReach: Hashable, Sendable, Codable {
    /// A pod that gave no answer.
    public struct Target: Hashable, Sendable, Codable {
        /// The node that it is on.
        public var node: String
        /// `namespace/name`.
        public var pod: String
        /// Its address and, where it is asked by TCP, the port: `10.64.1.7:8080`.
        public var address: String

        /// Makes a target.
        public init(node: String, pod: String, address: String) {
            self.node = node
            self.pod = pod
            self.address = address
        }
    }

    /// The pod of the node in whose network it was asked, as `namespace/name`; `nil` where it was the host's own.
    public var from: String?
    /// The other nodes of which a pod answered, in the order of their names.
    public var reached: [String]
    /// Of each node of which none did the first that was asked, in the order of the nodes.
    public var silent: [Target]

    /// Makes an answer.
    public init(from: String? = nil, reached: [String] = [], silent: [Target] = []) {
        self.from = from
        self.reached = reached
        self.silent = silent
    }
}
