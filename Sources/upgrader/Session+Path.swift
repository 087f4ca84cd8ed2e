internal import Foundation
internal import UpgradeCore
internal import UpgradeKnowledge

extension Session {
    /// Today, in UTC.
    static var today: CalendarDay { .today }

    /// Reads `--on`; today when it was not given.
    ///
    /// - Throws: `Complaint` for a text that is not a day.
    static func day(_ text: String?) throws -> CalendarDay? {
        guard let text else { return today }
        guard let day = CalendarDay(text), day.day != nil else {
            throw Complaint(
                FiveLines(
                    error: "--on \(text) is not a day",
                    why: "a day is written as year, month and day, such as 2020-11-15",
                    state: "nothing was looked at",
                    next: "mend it"
                ),
                .usage
            )
        }
        return day
    }

    /// Holds the path that the playbook states against what is known, from what runs.
    ///
    /// - Throws: `Complaint` where the cluster cannot be looked at.
    func statedCheck(_ plan: Plan, access: any ClusterAccess, day: CalendarDay?) async throws -> StatedCheck? {
        guard let start = plan.hops.first?.id.from else { return nil }
        let detected = try await detect(access)
        return try PathPlanner.embedded(overriding: playbook.versions)
            .check(playbook, from: detected, start: start, day: day)
    }

    /// Asks the cluster for the versions that it runs.
    ///
    /// - Throws: `Complaint` where it cannot be looked at.
    func detect(_ access: any ClusterAccess) async throws -> DetectedVersions {
        do throws(AccessError) {
            var seen = try await access.answer(DetectedVersions.probes(playbook))
            let more = DetectedVersions(seen, playbook).moreProbes(playbook)
            if !more.isEmpty {
                for (probe, answer) in try await access.answer(more).answers { seen.record(answer, to: probe) }
            }
            return DetectedVersions(seen, playbook)
        } catch {
            throw Complaint(plan: .access(error), playbook: path)
        }
    }

    /// The best path from what runs to a target: a release, a whole goal, or `supported`.
    ///
    /// - Throws: `Complaint` where there is none.
    func bestPath(to target: String, on day: CalendarDay?, access: any ClusterAccess) async throws -> PathReport {
        let detected = try await detect(access)
        let planner = try PathPlanner.embedded(overriding: playbook.versions)
        guard let start = detected.point(planner.knowledge) else {
            throw Complaint(plan: .noAPIServer(playbook.hosts(.controlPlane).map(\.name)), playbook: path)
        }
        for note in detected.unreadable { Output.note("note: \(note); it is left out of the path") }
        return try PathQuestion(target: target, day: day).answer(from: start, planner, helm: .automatic)
    }
}

/// A target as it was given, and the day.
struct PathQuestion {
    /// A release, a goal such as `kubernetes=1.16,calico=3.16`, or `supported`.
    var target: String
    /// The day on which the path is walked.
    var day: CalendarDay?

    /// The best path there.
    ///
    /// - Throws: `Complaint` where there is none, or where the target is none.
    func answer(from start: ClusterPoint, _ planner: PathPlanner, helm: HelmUse) throws -> PathReport {
        do {
            if target == "supported", let day { return try planner.planToSupported(from: start, on: day, helm: helm) }
            let goal = try PointReading(planner.knowledge, on: day).goal(target)
            return try planner.plan(PathRequest(from: start, to: goal, helm: helm, day: day))
        } catch let error as PathRefusal {
            throw Complaint(path: error, start)
        } catch let error as PointError {
            throw Complaint(point: error, option: "--to \(target)")
        }
    }
}
