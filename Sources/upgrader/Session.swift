internal import Foundation
internal import UpgradeCore
internal import UpgradeKnowledge
internal import UpgradeNotices
internal import UpgradeSteps

/// A playbook as it was read, with all that a command needs besides the world.
struct Session {
    /// Where the playbook was read from.
    var path: String
    /// Its text.
    var text: String
    /// What it says.
    var playbook: Playbook
    /// The steps that exist.
    var steps: StepSet
    /// Facts by hop.
    var hops: [HopID: HopFacts]
    /// The digest of the version data.
    var versionsDigest: String

    /// Reads a playbook file and the embedded version data.
    ///
    /// - Throws: `Complaint` when the file cannot be read or is no playbook.
    init(playbook path: String) throws {
        let text: String
        do {
            text = try PlaybookFile.read(path)
        } catch {
            throw Complaint(
                FiveLines(
                    error: "playbook \(path) cannot be read",
                    why: error.reason,
                    state: "nothing was changed",
                    next: "name a playbook, such as playbooks/embedded.yaml"
                ),
                .usage
            )
        }
        try self.init(text: text, path: path)
    }

    /// Takes a playbook's text.
    ///
    /// - Throws: `Complaint` when it is no playbook.
    init(text: String, path: String) throws {
        self.path = path
        self.text = text
        do {
            playbook = try PlaybookDecoder.decode(text, file: path)
        } catch {
            throw Complaint(playbook: error, path: path)
        }
        // Whoever changes a fact learns at once whether there is such a fact, and not when it is used.
        if !playbook.versions.isEmpty { _ = try FactBook(overriding: playbook.versions) }
        try NoticeError.checkTemplates(playbook.notifications)
        steps = StepCatalog.all(for: playbook)
        hops = try HopCatalog.all()
        versionsDigest = Digest.sha256(HopCatalog.digest, VersionData.digest)
    }

    /// What a command does first, for people.
    var looking: String { "looking at the cluster \(playbook.cluster)" }

    /// The digest of the playbook's text.
    var digest: String { Playbook.digest(of: text) }

    /// Makes the plan, looking at the cluster.
    ///
    /// - Throws: `Complaint` when no plan can be made.
    func plan(run: String, access: any ClusterAccess) async throws -> (plan: Plan, survey: Observation) {
        do {
            return try await Planner.plan(
                playbook: playbook,
                playbookDigest: digest,
                versionsDigest: versionsDigest,
                run: run,
                steps: steps,
                hops: hops,
                access: access
            )
        } catch {
            throw Complaint(plan: error, playbook: path)
        }
    }

    /// Rehearses a plan on a simulated cluster that answers as the real one did.
    func rehearse(_ plan: Plan, _ survey: Observation, run: String, until: HopID?) async throws -> Rehearsal.Script {
        try await Rehearsal.perform(
            plan: plan,
            run: run,
            playbook: playbook,
            steps: steps,
            hops: hops,
            cluster: ClusterState(survey: survey, playbook: playbook),
            until: until
        )
    }

    /// A name for a run that begins now: the time in UTC, and letters by chance, which make no word.
    static func newRunName() -> String {
        let formatter = DateFormatter()
        formatter.dateFormat = "yyyyMMdd-HHmmss"
        formatter.timeZone = TimeZone(identifier: "UTC")
        formatter.locale = Locale(identifier: "en_US_POSIX")
        let letters = String((0..<4).compactMap { _ in "bcdfghjklmnpqrstvwxz".randomElement() })
        return "\(formatter.string(from: Date()))-\(letters)"
    }

    /// `user@host` of the operator.
    static var holder: String {
        "\(NSUserName())@\(ProcessInfo.processInfo.hostName)"
    }
}
