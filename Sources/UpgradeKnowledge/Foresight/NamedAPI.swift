internal import UpgradeCore

/// A kind of an API that something names, and what is to be said of it.
struct NamedAPI {
    var apiVersion: String
    var kind: String
    /// What names it.
    var place: String
    var apis: APITable

    private var removal: APITable.Removal? { apis.removal(apiVersion, kind) }

    /// The hop takes it away.
    func removed(_ hop: HopID) -> Finding {
        let changes = removal?.changes_to_handle.map { "; \($0.joined(separator: "; "))" } ?? ""
        return finding(
            "api-removed",
            title: "is not served by \(hop.to)",
            reason: "the object stays, but every request that names \(apiVersion) is refused: the next apply, "
                + "upgrade or rollback of what made it fails",
            hop: hop,
            severity: .refusedByAPI,
            cure: removal?.replacement.map { cure($0, hop) + changes }
                ?? "remove it before the hop; nothing stands in for it\(changes)"
        )
    }

    /// `--runtime-config` keeps it, for a time.
    func kept(_ hop: HopID) -> Finding {
        finding(
            "api-kept",
            title: "is served by \(hop.to) only as --runtime-config asks for it",
            reason: "the API server of \(hop.to) does not serve it unasked, and a later one not at all",
            hop: hop,
            cure: removal?.replacement.map { "write it as \($0.api_version) all the same" }
                ?? "find something that stands in for it"
        )
    }

    /// Only a later release has it: nothing breaks on the way.
    func early(_ since: MinorRelease, _ path: [HopID]) -> Finding? {
        guard let hop = path.first(where: { since <= $0.to }) ?? path.last else { return nil }
        return finding(
            "api-not-yet",
            title: "is not served before \(since)",
            reason: "every request that names it is refused until the API servers run \(since); the path "
                + (since <= hop.to ? "comes there" : "ends before that"),
            hop: hop,
            cure: since <= hop.to
                ? "apply or deploy it after the hop \(hop)"
                : "leave it for a cluster of \(since) or later"
        )
    }

    /// The release that runs does not serve it either: what is broken already breaks no more.
    func absent(_ hop: HopID) -> Finding {
        finding(
            "api-absent",
            title: "is not served by \(hop.from) already",
            reason: "what names it is refused today, unless the API servers are told of it by --runtime-config",
            hop: hop,
            cure: removal?.replacement.map { "write it as \($0.api_version)" } ?? "remove it"
        )
    }

    private func finding(
        _ id: String,
        title: String,
        reason: String,
        hop: HopID,
        severity: Finding.Severity = .worthKnowing,
        cure: String
    ) -> Finding {
        Finding(
            id: "\(id)/\(apiVersion)/\(kind)",
            title: "\(kind) of \(apiVersion) \(title)",
            places: [Finding.Place(object: place)],
            reason: reason,
            hop: hop,
            severity: severity,
            cure: cure,
            source: removal.map { "api-removals.yaml: \($0.sources.joined(separator: ", "))" } ?? apis.source
        )
    }

    /// A replacement that the release before the hop has not cannot be applied before the hop.
    private func cure(_ instead: APITable.Removal.Replacement, _ hop: HopID) -> String {
        apis.serves(instead.api_version, instead.kind ?? kind, hop.from)
            ? "write it as \(instead.api_version) and apply or deploy it before the hop"
            : "write it as \(instead.api_version) and apply or deploy it after the hop; \(hop.from) does not serve that"
    }
}
