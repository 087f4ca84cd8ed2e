/// Something that goes wrong in a simulated world, and when.
public struct Fault: Hashable, Sendable, Codable {
    /// The effect of the process at which it strikes, counted over all its lives from 1; it waits for one that it fits.
    public var effect: Int
    /// What goes wrong.
    public var kind: Kind

    /// Makes a fault.
    public init(at effect: Int, _ kind: Kind) {
        self.effect = effect
        self.kind = kind
    }

    /// Before an effect takes place, or after it and before its answer is heard.
    public enum Moment: String, Hashable, Sendable, Codable, CaseIterable {
        /// The effect does not take place.
        case before
        /// It takes place, in part or as a job that goes on.
        case during
        /// It takes place and the answer is not heard.
        case after
    }

    /// What goes wrong.
    ///
    /// Hosts are numbers in the order of the playbook; times are in seconds.
    public enum Kind: Hashable, Sendable, Codable {
        /// The process is killed.
        case kill(Moment)
        /// The operator's machine loses power: the process dies and what was not synced is lost, or partly there.
        case powerCut(Moment)
        /// The operator wishes to stop, this often.
        case interrupt(Int)
        /// This many writes, syncs and renames fail for want of room.
        case diskFull(Int)
        /// This many writes, syncs and renames fail with an input/output error.
        case diskError(Int)
        /// The connection is lost.
        case connection(Moment)
        /// The host restarts: jobs vanish, enabled units start, masks stay.
        case reboot(host: Int, seconds: Int)
        /// The host is away for a time; what runs on it goes on.
        case away(host: Int, seconds: Int)
        /// The host never comes back.
        case gone(host: Int)
        /// Another machine has the host's name.
        case replaced(host: Int, isKeyAccepted: Bool)
        /// The host's clock is off.
        case hostClock(host: Int, offset: Int, seconds: Int)
        /// The operator's clock jumps.
        case operatorClock(offset: Int)
        /// The API refuses connections, again and again.
        case apiFlaps(seconds: Int)
        /// Evictions are refused.
        case evictionsRefused(seconds: Int)
        /// The etcd member of a host is not healthy.
        case etcdDown(host: Int, seconds: Int)
        /// Somebody holds dpkg's lock.
        case packageLock(host: Int, seconds: Int)
        /// The next job takes this long.
        case slowJob(seconds: Int)
        /// The next job fails.
        case jobFails
        /// Somebody else cordons a node, or uncordons it.
        case foreignCordon(host: Int)
        case foreignUncordon(host: Int)
        /// The operator runs cleanup when the run has stopped.
        case cleanup

        /// The name that faults of this kind are counted under.
        public var name: String {
            switch self {
            case .kill(let moment): "killed \(moment.rawValue) an effect"
            case .powerCut(let moment): "operator's power cut \(moment.rawValue) an effect"
            case .interrupt(let times): times > 1 ? "interrupted twice" : "interrupted"
            case .diskFull: "disk full"
            case .diskError: "disk I/O error"
            case .connection(let moment): "connection lost \(moment.rawValue) an action or a look"
            case .reboot: "host rebooted"
            case .away: "host away"
            case .gone: "host gone for ever"
            case .replaced: "host replaced by another machine"
            case .hostClock: "host clock jumped"
            case .operatorClock: "operator's clock jumped"
            case .apiFlaps: "API server flapping"
            case .evictionsRefused: "evictions refused (429)"
            case .etcdDown: "etcd member down"
            case .packageLock: "dpkg lock held"
            case .slowJob: "job overdue"
            case .jobFails: "job failed"
            case .foreignCordon: "node cordoned by somebody else"
            case .foreignUncordon: "node uncordoned by somebody else"
            case .cleanup: "cleanup between two lives"
            }
        }

        /// Whether it waits for an effect of this kind.
        func fits(_ effect: Effect) -> Bool {
            switch self {
            case .diskFull, .diskError: effect == .disk
            case .connection: effect != .disk
            case .slowJob, .jobFails: effect == .action
            default: true
            }
        }
    }
}

/// What a process does to the world around it.
enum Effect: Hashable, Sendable {
    case disk
    case look
    case action
    case settle
}
