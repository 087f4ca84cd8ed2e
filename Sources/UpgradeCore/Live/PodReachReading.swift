/// Chooses the pods that a node asks, and reads what it found.
///
/// From a pod of the node itself, where it has one with an address of its own, else from the host; of each other node two
/// pods at most, those with a TCP port first. An answer proves the way back as well, for it has to find the asking pod.
struct PodReachReading {
    /// How many other nodes are asked: enough to tell a node that is cut off, few enough to be asked again and again.
    static let nodes = 10
    /// How many pods of a node; one of them may be behind a policy that refuses.
    static let podsOfNode = 2
    /// Of how many pods of the node itself the network is looked for.
    static let own = 5

    /// A running pod, as kubectl lists it.
    private struct Pod {
        var node: String
        var path: String
        var address: String
        var port: String?
    }

    /// Where kubectl is told what to print of each pod: node, host's network, address, name, ports with their protocols,
    /// Ready, and when its deletion was asked for.
    static let format =
        #"jsonpath={range .items[*]}{.spec.nodeName}{"\t"}{.spec.hostNetwork}{"\t"}{.status.podIP}{"\t"}"#
        + #"{.metadata.namespace}/{.metadata.name}{"\t"}{.spec.containers[*].ports[*].containerPort}{"\t"}"#
        + #"{.spec.containers[*].ports[*].protocol}{"\t"}{.status.conditions[?(@.type=="Ready")].status}{"\t"}"#
        + #"{.metadata.deletionTimestamp}{"\n"}{end}"#

    private let asking: [Pod]
    private let asked: [Pod]

    /// - Parameters:
    ///   - listing: what kubectl printed in `format`.
    ///   - node: the name of the asking node.
    init(_ listing: String, node: String) {
        let pods = listing.split(separator: "\n").compactMap(Self.pod)
        asking = Array(pods.filter { $0.node == node }.sorted { $0.path < $1.path }.prefix(Self.own))
        let others = Dictionary(grouping: pods.filter { $0.node != node }, by: \.node)
        asked = others.sorted { $0.key < $1.key }.prefix(Self.nodes).flatMap { _, pods in
            pods.sorted { ($0.port == nil ? 1 : 0, $0.path) < ($1.port == nil ? 1 : 0, $1.path) }
                .prefix(Self.podsOfNode)
        }
    }

    /// The parameters of the script that asks: the node's own addresses, `--`, then node, address and port of each pod.
    var words: [String] {
        asking.map(\.address) + ["--"] + asked.flatMap { [$0.node, $0.address, $0.port ?? "-"] }
    }

    /// Reads what the script printed: whose network it was in, and a line for each pod that answered.
    ///
    /// - Parameter output: all of it.
    /// - Returns: which nodes were reached.
    /// - Throws: `.unreadable` where its end is missing.
    func reach(_ output: String) throws(ReadingError) -> PodReach {
        var from: String?
        var isComplete = false
        var answered: Set<[String]> = []
        for line in output.split(separator: "\n") {
            let words = line.split(separator: " ").map(String.init)
            switch words.first {
            case "from" where words.count == 2: from = asking.first { $0.address == words[1] }?.path
            case "reached" where words.count == 3: answered.insert(Array(words.dropFirst()))
            case "end": isComplete = true
            default: break
            }
        }
        guard isComplete else { throw .unreadable("the end is missing") }
        var reached: [String] = []
        var silent: [PodReach.Target] = []
        for pod in asked where !reached.contains(pod.node) {
            let ofNode = asked.filter { $0.node == pod.node }
            if ofNode.contains(where: { answered.contains([$0.node, $0.address]) }) {
                reached.append(pod.node)
            } else if !silent.contains(where: { $0.node == pod.node }) {
                let address = pod.port.map { "\(pod.address):\($0)" } ?? pod.address
                silent.append(PodReach.Target(node: pod.node, pod: pod.path, address: address))
            }
        }
        return PodReach(from: from, reached: reached, silent: silent)
    }

    /// A pod that should answer: Ready, staying, with an address of its own.
    private static func pod(_ line: Substring) -> Pod? {
        let cells = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
        guard cells.count == 8, !cells[0].isEmpty, cells[1] != "true", cells[6] == "True", cells[7].isEmpty,
            !cells[2].isEmpty, cells[2].allSatisfy({ $0.isHexDigit || $0 == "." || $0 == ":" })
        else { return nil }
        let ports = cells[4].split(separator: " ").map(String.init)
        let protocols = cells[5].split(separator: " ")
        // The API writes a protocol beside every port; where they are not as many, none is certain.
        let port = ports.count == protocols.count ? zip(ports, protocols).first { $1 == "TCP" }?.0 : nil
        return Pod(node: cells[0], path: cells[3], address: cells[2], port: port)
    }
}
