public import UpgradeCore

/// One thing of a run that others are told.
public struct RunNews: Hashable, Sendable {
    /// What happened.
    public var event: NotificationOptions.Event
    /// When, in seconds since 1970.
    public var time: Double
    /// Counts the events of the process, from 1.
    public var number: Int
    /// The cluster.
    public var cluster: String
    /// The run.
    public var run: String
    /// The release that the plan begins at.
    public var from: String
    /// The release that it leads to.
    public var to: String
    /// The hop, where it is about one.
    public var hop: String?
    /// The step, where it is about one.
    public var step: String?
    /// Why the run stopped, or what is waited for.
    public var why: String?
    /// How long a step has waited, in seconds.
    public var waited: Double?
    /// Steps that are done.
    public var done: Int
    /// Steps of the plan.
    public var steps: Int
    /// `user@host` of the operator.
    public var operatorName: String
    /// Why the run, in the operator's words.
    public var reason: String
    /// Whether the run was begun before this process.
    public var isResumed: Bool

    /// What happened, as one sentence for a person.
    public var what: String {
        let progress = "\(done) of \(steps) steps are done"
        return switch event {
        case .started:
            isResumed
                ? "the upgrade from \(from) to \(to) goes on; \(progress)" : "the upgrade from \(from) to \(to) begins"
        case .hopDone: "the hop \(hop ?? "") is done; \(progress)"
        case .blocked: "\(step ?? "") has waited for \(Int((waited ?? 0) / 60)) min: \(why ?? "")"
        case .stopped: "the upgrade has stopped: \(why ?? ""); \(progress)"
        case .finished: "the upgrade to \(to) is done; \(progress)"
        }
    }

    /// By the names that a template may use; each is there, perhaps empty.
    public var names: [String: String] {
        [
            "cluster": cluster, "run": run, "event": event.rawValue, "what": what, "from": from, "to": to,
            "hop": hop ?? "", "step": step ?? "", "why": why ?? "",
            "minutes": waited.map { String(Int($0 / 60)) } ?? "", "done": String(done), "steps": String(steps),
            "operator": operatorName, "reason": reason,
        ]
    }
}
