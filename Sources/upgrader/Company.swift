internal import Foundation
internal import UpgradeCore
internal import UpgradeNotices

/// Who is told how a run goes on, besides its console: receivers and figures, as the playbook says; never in its way.
struct Company: Sendable {
    private let notifier: Notifier
    private let metrics: MetricsFile?

    /// How long the end of a run waits until the others were told of it.
    private static let patience = Duration.seconds(10)

    /// Makes the company of a run.
    ///
    /// - Throws: `NoticeError` for a template that is none.
    init(_ playbook: Playbook, _ plan: Plan, _ record: RunState, isResumed: Bool) throws(NoticeError) {
        let now = { @Sendable in Date().timeIntervalSince1970 }
        notifier = try Notifier(
            playbook.notifications,
            fold: { NewsFold(plan: plan, record: record, isResumed: isResumed, blockedAfter: $0) },
            now: now
        )
        metrics = playbook.metricsFile.map {
            MetricsFile($0, RunFigures(plan: plan, record: record, at: now()), now: now)
        }
    }

    /// Refuses receivers without their secret, and a `metrics-file` whose directory is not there or cannot be written: a run
    /// would say so at its end.
    ///
    /// - Throws: `NoticeError`, `Complaint`.
    static func refuseUnready(_ playbook: Playbook) throws {
        try NoticeError.checkSecrets(playbook.notifications)
        guard let file = playbook.metricsFile else { return }
        let directory = URL(filePath: file).deletingLastPathComponent().path
        guard access(directory, W_OK | X_OK) != 0 else { return }
        throw Complaint(
            FiveLines(
                error: "`metrics-file` cannot be written",
                why: "\(directory): \(String(cString: strerror(errno)))",
                state: "nothing was changed",
                next: "make the directory, or take `metrics-file` out of the playbook"
            ),
            .usage
        )
    }

    /// Who listens to the run.
    var observers: [any RunObserver] { [notifier] + (metrics.map { [$0] } ?? []) }

    /// The API servers were looked at.
    func saw(_ look: APILook) { metrics?.saw(look) }

    /// Tells and writes until the task is cancelled.
    func keep() async {
        notifier.begin()
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await notifier.deliver() }
            if let metrics { group.addTask { await metrics.keep() } }
        }
    }

    /// The run could not go on at all.
    func broke(_ why: String) { notifier.broke(why) }

    /// Tells the end; waits for the others a few seconds at most, and not at all for an operator who is in a hurry.
    func finish(_ interruption: Interruption) async {
        var notes = metrics?.finish().map { [$0] } ?? []
        notes += await notifier.finish(within: Self.patience) { await interruption.reached(2) }
        for note in notes { Output.note("note: \(note)") }
    }
}
