internal import Synchronization
public import UpgradeCore

/// Kills a simulated process at its n-th effect: from then on nothing is performed, answered or recorded any more.
///
/// What was recorded and what the cluster has become stay, as after `kill -9`.
public final class KillSwitch: Sendable {
    /// Whether the process dies before the effect takes place or right after it.
    public enum Moment: Sendable, CaseIterable {
        /// The effect does not take place.
        case before
        /// The effect takes place and its answer is lost.
        case after
    }

    private let left: Mutex<Int>
    private let count = Mutex(0)
    let moment: Moment

    /// Makes a switch that falls at the effect of this number, from 1; 0 never falls.
    public init(at effect: Int, _ moment: Moment) {
        left = Mutex(effect == 0 ? Int.max : effect)
        self.moment = moment
    }

    /// How many effects were begun.
    public var effects: Int { count.withLock { $0 } }

    /// Whether the process is dead.
    public var isDead: Bool { left.withLock { $0 <= 0 } }

    /// Counts an effect; `false` when the process is dead already.
    ///
    /// - Returns: whether the effect takes place, and whether its answer is heard.
    func pass() -> (happens: Bool, isHeard: Bool) {
        count.withLock { $0 += 1 }
        return left.withLock { left in
            guard left > 0 else { return (false, false) }
            left -= 1
            guard left == 0 else { return (true, true) }
            return (moment == .after, false)
        }
    }
}

/// A cluster behind a kill switch.
public struct MortalAccess: ClusterAccess {
    private let base: any ClusterAccess
    private let killSwitch: KillSwitch
    private static let dead = AccessError.refusedBySimulation(reason: "the process is dead")

    /// Puts `base` behind the switch.
    public init(_ base: any ClusterAccess, _ killSwitch: KillSwitch) {
        self.base = base
        self.killSwitch = killSwitch
    }

    /// Answers while alive.
    public func answer(
        _ probes: [Probe],
        report: @escaping @Sendable (ActionProgress) -> Void
    ) async throws(AccessError) -> Observation {
        guard killSwitch.pass().isHeard else { throw Self.dead }
        return try await base.answer(probes, report: report)
    }

    /// Performs while alive.
    public func perform(
        _ action: Action,
        as job: JobID,
        report: @escaping @Sendable (ActionProgress) -> Void
    ) async throws(AccessError) {
        let (happens, isHeard) = killSwitch.pass()
        if happens {
            try await base.perform(action, as: job, report: report)
        }
        guard isHeard else { throw Self.dead }
    }

    /// Waits while alive.
    public func settle(
        _ action: Action,
        as job: JobID,
        report: @escaping @Sendable (ActionProgress) -> Void
    ) async throws(AccessError) {
        guard killSwitch.pass().isHeard else { throw Self.dead }
        try await base.settle(action, as: job, report: report)
    }
}

/// A recorder behind a kill switch; what it recorded while alive is its `base`'s.
public final class MortalRecorder: Recorder {
    private let base: MemoryRecorder
    private let killSwitch: KillSwitch

    /// Puts `base` behind the switch.
    public init(_ base: MemoryRecorder, _ killSwitch: KillSwitch) {
        self.base = base
        self.killSwitch = killSwitch
    }

    /// The fold of what was recorded.
    public var state: RunState { base.state }

    /// Records while alive.
    public func append(_ records: [Record]) throws(JournalError) {
        let (happens, isHeard) = killSwitch.pass()
        if happens { base.append(records) }
        guard isHeard else { throw .system(path: "memory", operation: "append", reason: "the process is dead") }
    }
}
