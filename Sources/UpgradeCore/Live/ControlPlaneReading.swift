/// Reads what `ControlPlaneScripts` print.
enum ControlPlaneReading {
    static func requests(_ text: String) throws(ReadingError) -> [APIRequests] {
        try lines(of: text).compactMap { line in
            let fields = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
            guard fields.count == 7, let evidence = APIRequests.Evidence(rawValue: fields[0]),
                let count = Int(fields[1])
            else { return nil }
            return APIRequests(
                evidence: evidence,
                apiVersion: fields[2],
                resource: fields[3],
                verb: fields[4],
                client: fields[5],
                user: fields[6],
                count: count
            )
        }.sorted { ($0.apiVersion, $0.resource, $0.client) < ($1.apiVersion, $1.resource, $1.client) }
    }

    static func kubelets(_ text: String) throws(ReadingError) -> [UnreachedKubelet] {
        try lines(of: text).compactMap { line in
            let words = line.split(separator: " ").map(String.init)
            guard words.count == 3, let reason = UnreachedKubelet.Reason(rawValue: words[2]) else { return nil }
            return UnreachedKubelet(node: words[0], address: words[1], reason: reason)
        }.sorted { $0.node < $1.node }
    }

    private static func lines(of text: String) throws(ReadingError) -> [Substring] {
        let lines = text.split(separator: "\n")
        guard lines.last == "end" else { throw .unreadable("the end is missing") }
        return lines.dropLast()
    }
}
