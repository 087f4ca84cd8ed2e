internal import Foundation
internal import Synchronization
internal import UpgradeCore

/// One line an event, for pipes and logs.
///
/// A gate is looked at several times a second in its beginning; that it is still shut is told once in two seconds.
final class LineConsole: Console {
    private let told = Mutex<[StepKey: (why: Unmet, elapsed: Duration)]>([:])
    private let numbers: [StepKey: Int]
    private let count: Int
    private let outlet: Outlet
    private let descriptor: Int32

    /// Makes a console for a plan, by default on standard output.
    init(plan: Plan, outlet: Outlet = Output.outlet, descriptor: Int32 = STDOUT_FILENO) {
        self.outlet = outlet
        self.descriptor = descriptor
        numbers = Dictionary(uniqueKeysWithValues: plan.keys.enumerated().map { ($1, $0 + 1) })
        count = numbers.count
    }

    func finish() async {}

    func stand() {}

    func goOn() {}

    func notice(_ notice: RunNotice) {
        if isNew(notice), let line = text(notice) {
            outlet.put("\(Self.time()) \(line)\n", to: descriptor, mayBeLeftOut: true)
        }
    }

    private func isNew(_ notice: RunNotice) -> Bool {
        guard case .gateWaiting(let key, let why, _, let elapsed, _) = notice else { return true }
        return told.withLock { told in
            if let last = told[key], last.why == why, last.elapsed <= elapsed, elapsed - last.elapsed < .seconds(2) {
                return false
            }
            told[key] = (why, elapsed)
            return true
        }
    }

    /// The line for a notice; `nil` for one that is not told in a pipe.
    func text(_ notice: RunNotice) -> String? {
        switch notice {
        case .stepBegan(let key, let attempt):
            attempt > 1 ? "\(place(key)) begins, attempt \(attempt)" : "\(place(key)) begins"
        case .settling(let key, let action):
            "\(place(key)) follows what was begun before: \(action.title)"
        case .actionBegan(let key, let action):
            "\(place(key)) does \(action.title)"
        case .progress(let key, let progress):
            progress.isWait ? "\(place(key)) \(progress.title)" : nil
        case .actionEnded(let key, let action, let took):
            "\(place(key)) did \(action.title) in \(took.text)"
        case .gateWaiting(let key, let unmet, let measured, let elapsed, let deadline):
            "\(place(key)) waits (\(elapsed.text) of at most \(deadline.text)): \(unmet.why)"
                + (measured.isEmpty ? "" : "; measured: \(measured.text)")
        case .stepEnded(let key, let took, let changed):
            "\(place(key)) done in \(took.text)\(changed ? "" : ", nothing to change")"
        case .stepFailed(let key, let failure):
            "\(place(key)) failed: \(failure.why)"
        case .stepSkipped(let key, let skip):
            "\(place(key)) is skipped by \(skip.by), because: \(skip.reason)"
        case .looked, .gateOpened, .asking, .answered:
            nil
        case .interrupted:
            "interrupted: the action in hand ends, then the run stops; a second interrupt stops waiting for it"
        case .stopped:
            nil
        }
    }

    /// Where the step is in the plan, and its key.
    func place(_ key: StepKey) -> String {
        "[\(numbers[key] ?? 0)/\(count)] \(key)"
    }

    /// With the date: a run may take days, and logs are read later and elsewhere.
    private static func time() -> String {
        Date().formatted(.iso8601)
    }
}
