internal import ArgumentParser
internal import Foundation
internal import UpgradeCore

/// `--not-after`: when all that is begun must be able to end.
struct NotAfter: Hashable, Sendable {
    /// In seconds since 1970.
    var end: Double

    /// As it is told.
    var text: String { Date(timeIntervalSince1970: end).formatted(.iso8601) }

    /// Whether it is later.
    var isOver: Bool { Date().timeIntervalSince1970 >= end }

    /// Reads a time to come; `nil` when none was given.
    ///
    /// - Throws: `Complaint` for what is none, or is over.
    static func read(_ given: String?, now: Double, zone: TimeZone = .current) throws -> NotAfter? {
        guard let given else { return nil }
        let end = given.contains("-") ? moment(given) : nextTime(given, now: now, zone: zone)
        guard let end, end > now else {
            throw Complaint(
                FiveLines(
                    error: "--not-after \(given) is not a time to come",
                    why: end == nil
                        ? "it is read as 06:00, of this clock and within a day, or as 2026-11-29T06:00Z" : "it is over",
                    state: "nothing was changed",
                    next: "name a time to come"
                ),
                .usage
            )
        }
        return NotAfter(end: end)
    }

    /// The window of a run, with what steps have taken in it so far.
    func window(_ times: StepTimes) -> RunWindow {
        let end = end
        return RunWindow(left: { .seconds(end - Date().timeIntervalSince1970) }, times: times)
    }

    /// The next time that the clock shows it.
    private static func nextTime(_ given: String, now: Double, zone: TimeZone) -> Double? {
        guard let match = given.wholeMatch(of: /([0-9]{1,2}):([0-9]{2})/), let hour = Int(match.1),
            let minute = Int(match.2), hour < 24, minute < 60
        else { return nil }
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = zone
        return calendar.nextDate(
            after: Date(timeIntervalSince1970: now),
            matching: DateComponents(hour: hour, minute: minute, second: 0),
            matchingPolicy: .nextTime
        )?.timeIntervalSince1970
    }

    private static func moment(_ given: String) -> Double? {
        guard let match = given.wholeMatch(of: /([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2})(:[0-9]{2})?Z/) else {
            return nil
        }
        return Moment.date("\(match.1)\(match.2 ?? ":00")Z")?.timeIntervalSince1970
    }
}

extension Session {
    /// Says, before a run with `--not-after`, at which host it would pause at the latest: by the deadlines of the playbook
    /// alone, for nothing was measured yet.
    ///
    /// - Throws: `Complaint` for what is no time to come.
    func tellWindow(_ given: String?, _ plan: Plan, until: HopID?) throws {
        let now = Date().timeIntervalSince1970
        guard let end = try NotAfter.read(given, now: now) else { return }
        let left = Duration.seconds(end.end - now)
        for hop in plan.hops where until.map({ hop.id <= $0 }) ?? true {
            for phase in hop.phases {
                for lane in phase.lanes {
                    let needs = lane.steps.reduce(Duration.zero) { sum, step in
                        sum + longest(StepKey(hop: hop.id, phase: phase.id, step: step, target: lane.target), plan)
                    }
                    guard needs > left else { continue }
                    Output.note(
                        "note: a run would pause before \(lane.target) (\(hop.id), \(phase.id)) at the latest: it may take "
                            + "\(needs.text) by the deadlines of the playbook, which is more than is left before \(end.text)"
                    )
                    return
                }
            }
        }
    }

    private func longest(_ key: StepKey, _ plan: Plan) -> Duration {
        guard let step = steps.steps[key.step], let hop = hops[key.hop] else { return .zero }
        return step.longest(
            StepContext(key: key, run: "", hop: hop, playbook: playbook, plan: plan, ledger: Ledger())
        )
    }
}
