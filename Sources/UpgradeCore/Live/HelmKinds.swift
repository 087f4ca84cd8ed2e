/// The kinds of a group and version, as the API server lists them.
struct HelmKinds: Decodable {
    /// A kind, or a part of one.
    struct Resource: Decodable {
        var name: String
        var kind: String
        var namespaced: Bool
        var verbs: [String]
    }

    var resources: [Resource]

    /// The resource of a kind; parts of one, such as `deployments/scale`, have kinds of their own.
    func resource(_ kind: String) -> Resource? { resources.first { $0.kind == kind && !$0.name.contains("/") } }

    /// Whether a text of a manifest may stand in a path of the API.
    static func isVersion(_ text: String) -> Bool {
        text.wholeMatch(of: /(?:[a-z0-9](?:[a-z0-9.-]{0,250})\/)?v[a-z0-9]{1,30}/) != nil
    }
}

/// A line of a list of names: namespace and name first, labels last.
struct HelmNameLine {
    /// `namespace/name`, or the name of an object of the cluster.
    var path: String
    var labels: [String: String]

    /// > NAMESPACE NAME … LABELS, `<none>` for none  (kubectl 1.12 `get --show-labels`); no word of these has a space
    init?(_ line: Substring, isNamespaced: Bool) {
        let words = line.split(separator: " ")
        guard words.count >= (isNamespaced ? 3 : 2), let last = words.last else { return nil }
        path = isNamespaced ? "\(words[0])/\(words[1])" : String(words[0])
        labels = [:]
        for pair in last.split(separator: ",") {
            let parts = pair.split(separator: "=", maxSplits: 1)
            if parts.count == 2 { labels[String(parts[0])] = String(parts[1]) }
        }
    }
}
