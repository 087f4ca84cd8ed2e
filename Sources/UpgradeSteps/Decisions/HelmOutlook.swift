public import UpgradeCore
import UpgradeKnowledge

/// Every Tiller and release of a cluster, and what a run of the playbook makes of them: for people and for programs.
public struct HelmOutlook: Hashable, Sendable, Encodable {
    /// A Tiller.
    public struct Tiller: Hashable, Sendable, Encodable {
        /// Its namespace.
        public var namespace: String
        /// Its image with its tag.
        public var image: String
        /// Where it keeps releases: the kind of the objects, or what its command line says where they are none.
        public var storage: String
    }

    /// A revision of a release.
    public struct Revision: Hashable, Sendable, Encodable {
        /// Its number; 0 where it could not be read.
        public var revision: Int
        /// Its status in Helm 3's words; empty where it could not be read.
        public var status: String
        /// Name and version of its chart; empty where it was not read.
        public var chart: String
        /// How much is stored.
        public var bytes: Int64
        /// The object that holds it, as `STORAGE/NAMESPACE/NAME`.
        public var object: String
        /// Why it cannot be decoded or converted; absent where it can.
        public var problem: String?
        /// What Helm 3 has no place for.
        public var notes: [String]
        /// Why the playbook leaves it out; absent where it does not.
        public var excluded: String?
    }

    /// An API that a release names and that goes.
    public struct Going: Hashable, Sendable, Encodable {
        /// Where it is named.
        public enum Place: String, Hashable, Sendable, Encodable {
            /// In what is deployed.
            case manifest
            /// In a hook.
            case hook
            /// In the chart: the release has to be upgraded with another one.
            case template
        }

        /// The hop at which it goes.
        public var hop: HopID
        /// The apiVersion.
        public var apiVersion: String
        /// The kind.
        public var kind: String
        /// The object's name; empty in a template.
        public var name: String
        /// Where it is named.
        public var place: Place
        /// The apiVersion that stands in for it; absent where none does.
        public var instead: String?
        /// Why it cannot be written otherwise; absent where it can.
        public var why: String?
    }

    /// A release.
    public struct Release: Hashable, Sendable, Encodable {
        /// Whose it is, 2 or 3.
        public var helm: Int
        /// The namespace in which it is stored: for Helm 2 that of its Tiller.
        public var namespace: String
        /// Its name.
        public var name: String
        /// Its own namespace; empty where it could not be read.
        public var releaseNamespace: String
        /// Its revisions, the oldest first.
        public var revisions: [Revision]
        /// The APIs that its current revision names and that go.
        public var going: [Going]
        /// What a run of the playbook writes of it, in order.
        public var written: [String]
        /// Why the playbook leaves it out as a whole; absent where it does not.
        public var excluded: String?
    }

    /// The form, raised when it changes.
    public var schema = 1
    /// The cluster.
    public var cluster: String
    /// The Tillers.
    public var tillers: [Tiller]
    /// The releases of Helm 2, then those of Helm 3, by namespace and name.
    public var releases: [Release]
    /// What stands in the way of the conversion that the playbook asks for; empty where nothing does.
    public var findings: [String]

    /// Looks.
    ///
    /// - Parameters:
    ///   - inventory: every release of Helm 2 and 3.
    ///   - playbook: says where the path leads and what is to be made of the releases.
    ///   - run: the run that would write.
    /// - Throws: `StepError` where the data of this program cannot be read.
    public init(_ inventory: HelmInventory, _ playbook: Playbook, run: String) throws(StepError) {
        cluster = playbook.cluster
        tillers = inventory.tillers.map {
            Tiller(namespace: $0.namespace, image: $0.image, storage: $0.storage?.rawValue ?? $0.driver)
        }
        .sorted { $0.namespace < $1.namespace }
        releases = []
        findings = []
        if let options = playbook.helm, options.migrateAt != nil {
            let decision = HelmDecision(inventory, options, mark: run)
            findings = decision.unmatched + decision.findings
        }
        let view = View(inventory, playbook, try BreakageData.known(playbook), run: run)
        // What one Tiller has left in the other kind of objects is another history.
        let second = Dictionary(grouping: inventory.records) { record in
            ["\(record.source.namespace)/\(record.release)", record.source.storage.rawValue]
        }
        for (_, records) in second.sorted(by: { ($0.key[0], $0.key[1]) < ($1.key[0], $1.key[1]) }) {
            releases += view.release(records)
        }
        let third = Dictionary(grouping: inventory.secrets) { "\($0.namespace)/\($0.release)" }
        for (_, secrets) in third.sorted(by: { $0.key < $1.key }) { releases += view.release(secrets) }
    }
}

/// What is looked at, and by what.
private struct View {
    let path: [HopID]
    let knowledge: Breakage
    let options: HelmOptions?
    /// What is written of each object.
    var written: [HelmSource: [String]] = [:]

    init(_ inventory: HelmInventory, _ playbook: Playbook, _ knowledge: Breakage, run: String) {
        self.knowledge = knowledge
        options = playbook.helm
        var path: [HopID] = []
        if var release = playbook.releases.keys.min() {
            while release < playbook.target {
                path.append(HopID(from: release))
                release = release.next
            }
        }
        self.path = path
        guard let options else { return }
        if options.mapsAPIs {
            for hop in path {
                for one in HelmMapDecision(inventory, options, at: hop, knowledge, mark: run).mappings {
                    written[one.source, default: []].append("\(hop): \(Action.mapHelmRelease(one).title)")
                }
            }
        }
        if let release = options.migrateAt {
            let decision = HelmDecision(inventory, options, mark: run)
            let convertible = decision.convertible
            for one in decision.conversions where convertible.contains(one.source) {
                written[one.source, default: []].append("at \(release): Secret \(one.namespace)/\(one.secret)")
            }
        }
    }

    func release(_ records: [HelmRecord]) -> [HelmOutlook.Release] {
        let ordered = records.sorted { ($0.revision, $0.source.name) < ($1.revision, $1.source.name) }
        guard let last = ordered.last else { return [] }
        let current = ordered.last { $0.status == "deployed" } ?? last
        return [
            HelmOutlook.Release(
                helm: 2,
                namespace: last.source.namespace,
                name: last.release,
                releaseNamespace: last.namespace,
                revisions: ordered.map { record in
                    HelmOutlook.Revision(
                        revision: record.revision,
                        status: record.status,
                        chart: record.chart,
                        bytes: record.size.bytes,
                        object: "\(record.source.storage.rawValue)/\(record.source.path)",
                        problem: record.problem,
                        notes: record.notes,
                        excluded: excluded(record)
                    )
                },
                going: going(current.objects, current.hookObjects, current.templateObjects, current.fixed),
                written: ordered.flatMap { written[$0.source] ?? [] },
                excluded: ordered.allSatisfy { excluded($0) != nil } ? excluded(last) : nil
            )
        ]
    }

    private func excluded(_ record: HelmRecord) -> String? {
        options?.excluded.first { $0.names(record.source) }?.reason
    }

    func release(_ secrets: [HelmSecret]) -> [HelmOutlook.Release] {
        let ordered = secrets.sorted { ($0.revision, $0.name) < ($1.revision, $1.name) }
        guard let last = ordered.last else { return [] }
        let current = ordered.last { $0.status == "deployed" } ?? last
        return [
            HelmOutlook.Release(
                helm: 3,
                namespace: last.namespace,
                name: last.release,
                releaseNamespace: last.namespace,
                revisions: ordered.map { secret in
                    HelmOutlook.Revision(
                        revision: secret.revision,
                        status: secret.status,
                        chart: secret.chart,
                        bytes: secret.size.bytes,
                        object: "\(secret.source.storage.rawValue)/\(secret.source.path)",
                        problem: secret.problem,
                        notes: []
                    )
                },
                going: going(current.objects, current.hookObjects, current.templateObjects, current.fixed),
                written: ordered.flatMap { written[$0.source] ?? [] },
                excluded: options?.excluded.first { $0.names("\(last.namespace)/\(last.release)", in: nil) }?.reason
            )
        ]
    }

    private func going(
        _ manifest: [ClusterObjects.Reference],
        _ hooks: [ClusterObjects.Reference],
        _ templates: [ClusterObjects.Reference],
        _ fixed: [HelmFixed]
    ) -> [HelmOutlook.Going] {
        func all(_ references: [ClusterObjects.Reference], _ place: HelmOutlook.Going.Place) -> [HelmOutlook.Going] {
            references.compactMap { reference -> HelmOutlook.Going? in
                for hop in path {
                    switch knowledge.fate(of: reference.apiVersion, reference.kind, at: hop) {
                    case .served: continue
                    case .moves(let move):
                        let why = place == .template ? nil : fixed.first { $0.object.isSame(as: reference) }?.why
                        return going(reference, hop, place, instead: move.to, why: why)
                    case .gone(let why): return going(reference, hop, place, instead: nil, why: why)
                    }
                }
                return nil
            }
        }
        return all(manifest, .manifest) + all(hooks, .hook) + all(templates, .template)
    }

    private func going(
        _ reference: ClusterObjects.Reference,
        _ hop: HopID,
        _ place: HelmOutlook.Going.Place,
        instead: String?,
        why: String?
    ) -> HelmOutlook.Going {
        HelmOutlook.Going(
            hop: hop,
            apiVersion: reference.apiVersion,
            kind: reference.kind,
            name: place == .template ? "" : reference.name,
            place: place,
            instead: instead,
            why: why
        )
    }
}

extension ClusterObjects.Reference {
    /// Whether both mean one object; a name that a quick look at the text did not find may be any.
    fileprivate func isSame(as other: ClusterObjects.Reference) -> Bool {
        apiVersion == other.apiVersion && kind == other.kind && (name == other.name || other.name.isEmpty)
    }
}
