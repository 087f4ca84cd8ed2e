import UpgradeCore
import UpgradeKnowledge

/// What of the manifests of converted releases the cluster does not have as they name it.
///
/// Looked for by apiVersion, kind, namespace and name, and by the label that says whose it is. Nothing deeper: defaults,
/// controllers and people change live objects, so that what differs in them proves nothing of the release.
struct HelmObjectsDecision {
    /// What there is to say of one object, or of a manifest.
    struct Finding: Hashable, Encodable {
        /// `namespace/name` of the release.
        var release: String
        /// The object, as `Kind namespace/name`; `its manifest` where that is meant.
        var object: String
        /// What is wrong with it, in words.
        var state: String
    }

    /// The releases that were looked at.
    let releases: [HelmPresence.Release]
    /// All that is not as the manifests say, release by release.
    let all: [Finding]

    /// Of the releases whose deployed revision is among those that are converted.
    init(_ presence: HelmPresence, _ decision: HelmDecision, _ playbook: Playbook) throws(StepError) {
        let deployed = Set(
            decision.selected.filter { $0.status == "deployed" }.map { "\($0.namespace)/\($0.release)" }
        )
        try self.init(presence.releases.filter { deployed.contains($0.path) }, playbook)
    }

    /// Of these releases.
    init(_ releases: [HelmPresence.Release], _ playbook: Playbook) throws(StepError) {
        let knowledge = try BreakageData.known(playbook)
        self.releases = releases
        all = releases.flatMap { release in
            func finding(_ object: HelmManifestObject, _ state: String) -> Finding {
                Finding(release: release.path, object: object.path, state: state)
            }
            return release.absent.map { finding($0, "absent") }
                + release.foreign.map { finding($0.object, "there, and labelled as of \($0.release)") }
                + release.unserved.map { object in
                    let instead = knowledge.replacement(of: object.apiVersion, object.kind)
                    let words = instead.map { "; \($0) stands in for it" } ?? ""
                    return finding(object, "of \(object.apiVersion), which is not served\(words)")
                }
                + release.problems.map { Finding(release: release.path, object: Self.manifest, state: $0) }
        }
    }

    /// Each in a line.
    var findings: [String] {
        all.map { "\($0.release): " + ($0.object == Self.manifest ? $0.state : "\($0.object) is \($0.state)") }
    }

    /// - Throws: `.helmObjectsAbsent` where anything is not as the manifests say.
    func requireAll() throws(StepError) {
        guard findings.isEmpty else { throw .unmet(.helmObjectsAbsent(findings)) }
    }

    private static let manifest = "its manifest"

    /// How many are there, and what is not.
    var readings: [GateReading] {
        let present = releases.map(\.present).reduce(0, +)
        let others = releases.map { $0.absent.count + $0.foreign.count + $0.unserved.count }.reduce(0, +)
        guard present + others > 0 || !all.isEmpty else { return [] }
        let named = all.prefix(Self.most).map { one in
            let needed = one.object == Self.manifest ? "read and found" : "there"
            return Self.lacking("\(one.object) of \(one.release)", one.state, needed)
        }
        let rest = all.count - named.count
        return [GateReading("objects of their manifests that are there", present, of: present + others)] + named
            + (rest > 0 ? [Self.lacking("others", "\(rest), which `upgrader helm verify` names", "none")] : [])
    }

    private static func lacking(_ what: String, _ found: String, _ needed: String) -> GateReading {
        var reading = GateReading(what, found, needs: needed)
        reading.lacks = true
        return reading
    }

    /// How many a journal names: more are read by nobody, and a deleted namespace can make thousands.
    private static let most = 50
}
