import UpgradeCore
import UpgradeKnowledge

/// Which deployed releases name APIs that a hop takes away, what is written in their place, and what cannot be.
struct HelmMapDecision {
    /// A revision of a release of Helm 2 or 3, in the words that both share.
    fileprivate struct Revision {
        var helm: Int
        var source: HelmSource
        var digest: String
        var release: String
        var number: Int
        var status: String
        var problem: String?
        var objects: [ClusterObjects.Reference]
        var fixed: [HelmFixed]
        var mark: HelmMark?
    }

    private let hop: HopID
    private let knowledge: Breakage
    private let mark: String
    /// The revisions of each release that is not left out, the oldest first; releases by namespace and name.
    private let releases: [[Revision]]

    init(_ inventory: HelmInventory, _ options: HelmOptions, at hop: HopID, _ knowledge: Breakage, mark: String) {
        self.hop = hop
        self.knowledge = knowledge
        self.mark = mark
        // A converted release is Helm 3's: Helm 2's records of it stay as they were converted.
        let converted = Set(inventory.secrets.map { "\($0.namespace)/\($0.release)" })
        let all =
            inventory.records.filter { !converted.contains("\($0.namespace)/\($0.release)") }.map { Revision($0) }
            + inventory.secrets.map { Revision($0) }
        let wanted = all.filter { one in !options.excluded.contains { $0.names(one.path, in: one.storage) } }
        let groups = Dictionary(grouping: wanted) { [String($0.helm), $0.source.storage.rawValue, $0.path] }
        releases = groups.sorted { ($0.key[2], $0.key[0], $0.key[1]) < ($1.key[2], $1.key[0], $1.key[1]) }
            .map { $0.value.sorted { $0.number < $1.number } }
    }

    /// What stands in the way, each with its reason; empty where nothing does.
    var findings: [String] { releases.flatMap { reasons($0) } }

    /// What is left to write anew, in order; asked for when there are no findings.
    var mappings: [HelmMapping] { releases.compactMap { next($0) } }

    private func reasons(_ revisions: [Revision]) -> [String] {
        guard let current = revisions.last(where: \.isDeployed), unfinished(revisions) == nil else { return [] }
        let going = going(current)
        guard !going.isEmpty else { return [] }
        if let last = revisions.last, last.status.hasPrefix("pending-") || last.status == "uninstalling" {
            return ["\(current.path): revision \(last.number) is \(last.status): somebody works on it, or did not end"]
        }
        let gone = going.compactMap { reference -> HelmFixed? in
            guard case .gone(let why) = knowledge.fate(of: reference.apiVersion, reference.kind, at: hop) else {
                return nil
            }
            return HelmFixed(object: reference, why: why)
        }
        let fixed = current.fixed.filter { one in
            if case .moves = knowledge.fate(of: one.object.apiVersion, one.object.kind, at: hop) { true } else { false }
        }
        return Set(gone + fixed).map { one in
            "\(current.path): \(one.object.kind) \(one.object.name) of \(one.object.apiVersion): \(one.why)"
        }
        .sorted()
    }

    private func next(_ revisions: [Revision]) -> HelmMapping? {
        if let (old, new) = unfinished(revisions) { return mapping(old, next: new.number) }
        guard let current = revisions.last(where: \.isDeployed), let last = revisions.last else { return nil }
        return mapping(current, next: last.number + 1)
    }

    /// A deployed revision whose successor of ours is there: it was not superseded before the run was killed.
    private func unfinished(_ revisions: [Revision]) -> (old: Revision, new: Revision)? {
        guard let new = revisions.last(where: \.isDeployed), let written = new.mark, written.origin == .mapping else {
            return nil
        }
        let old = revisions.last { $0.isDeployed && $0.number < new.number && $0.digest == written.sourceDigest }
        return old.map { ($0, new) }
    }

    private func mapping(_ revision: Revision, next: Int) -> HelmMapping? {
        var moves: Set<APIMove> = []
        for reference in going(revision) {
            if case .moves(let move) = knowledge.fate(of: reference.apiVersion, reference.kind, at: hop) {
                moves.insert(move)
            }
        }
        guard !moves.isEmpty else { return nil }
        return HelmMapping(
            helm: revision.helm,
            source: revision.source,
            digest: revision.digest,
            release: revision.release,
            revision: revision.number,
            next: next,
            apis: moves.sorted(),
            mark: mark
        )
    }

    private func going(_ revision: Revision) -> [ClusterObjects.Reference] {
        revision.objects.filter { knowledge.fate(of: $0.apiVersion, $0.kind, at: hop) != .served }
    }
}

extension HelmMapDecision.Revision {
    fileprivate init(_ record: HelmRecord) {
        self.init(
            helm: 2,
            source: record.source,
            digest: record.digest,
            release: record.release,
            number: record.revision,
            status: record.status,
            problem: record.problem,
            objects: record.objects + record.hookObjects,
            fixed: record.fixed,
            mark: record.mark
        )
    }

    fileprivate init(_ secret: HelmSecret) {
        self.init(
            helm: 3,
            source: secret.source,
            digest: secret.digest,
            release: secret.release,
            number: secret.revision,
            status: secret.status,
            problem: secret.problem,
            objects: secret.objects + secret.hookObjects,
            fixed: secret.fixed,
            mark: secret.mark
        )
    }

    fileprivate var isDeployed: Bool { status == "deployed" && problem == nil && number > 0 }

    /// Where Helm keeps it, and its name: for Helm 2 the Tiller's namespace, for Helm 3 the release's own.
    fileprivate var path: String { "\(source.namespace)/\(release)" }

    /// The objects in which Helm 2 keeps it; `nil` for Helm 3, which a playbook excludes by name alone.
    fileprivate var storage: HelmStorage? { helm == 2 ? source.storage : nil }
}
