internal import UpgradeCore

/// Requests for APIs that a release of the path does not serve, by those who were seen to make them.
///
/// An object tells what it was made from; who still asks for an old API, and will be refused, only requests tell.
enum RequestRules {
    @Sendable
    static func findings(_ facts: ClusterFacts, _ path: [HopID], _ knowledge: Breakage) -> [Finding] {
        guard let start = path.first?.from else { return [] }
        return facts.requests.flatMap { host, requests in
            requests.compactMap { finding($0, host, start, path, facts.switches, knowledge) }
        }
    }

    private static func finding(
        _ requests: APIRequests,
        _ host: String,
        _ start: MinorRelease,
        _ path: [HopID],
        _ switches: APISwitches,
        _ knowledge: Breakage
    ) -> Finding? {
        let rule = knowledge.requirements.requests
        // What the cluster's release does not serve cannot be taken away; a newer server's own APIs are none of ours.
        guard let kind = knowledge.apis.kind(requests.apiVersion, requests.resource),
            knowledge.apis.serves(requests.apiVersion, kind, start, switches),
            let hop = path.first(where: { knowledge.apis.takesAway(requests.apiVersion, kind, $0, switches) })
        else { return nil }
        let client = String(requests.client.prefix { $0 != "/" })
        let reads = rule.reading_verbs.contains(requests.verb)
        guard !rule.upgraded_clients.contains(client), !(reads && (client.isEmpty || rule.people.contains(client)))
        else { return nil }
        let isProgram = !client.isEmpty && !rule.people.contains(client)
        let who = client.isEmpty ? "somebody" : client
        let instead = knowledge.apis.removal(requests.apiVersion, kind)?.replacement?.api_version
        return Finding(
            id: "api-request/\(requests.apiVersion)/\(requests.resource)/\(who)",
            title: "\(who) asks for \(requests.resource) of \(requests.apiVersion), which \(hop.to) does not serve",
            places: [Finding.Place(host: host, object: place(requests))],
            reason: rule.rule,
            hop: hop,
            severity: isProgram ? .refusedByAPI : .changesBehaviour,
            cure: (instead.map { "bring \(who) to a version that asks for \($0)" } ?? "do without \(who)")
                + "; what is past stays in the log for a week and in the metrics until the API server restarts: "
                + "then accept the finding",
            source: rule.source
        )
    }

    private static func place(_ requests: APIRequests) -> String {
        let user = requests.user.isEmpty ? "" : " as \(requests.user)"
        let evidence = requests.evidence == .audit ? "audit log" : "metrics"
        return "\(requests.client.isEmpty ? "unnamed client" : requests.client)\(user): "
            + "\(requests.count) \(requests.verb) (\(evidence))"
    }
}
