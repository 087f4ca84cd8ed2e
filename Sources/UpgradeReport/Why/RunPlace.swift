internal import UpgradeCore

/// Where a run is kept, and who works on it.
public struct RunPlace: Hashable, Sendable {
    /// The run's directory, as a command line names it.
    public var directory: String
    /// Where the operator's playbook is.
    public var playbook: String
    /// Who works on the cluster now; `nil` for nobody.
    public var holder: String?

    /// The directory of the upgrade that this run takes back; `nil` where it takes none back.
    public var upgrade: String?

    /// The directory of the restore that has led etcd back to before this run; `nil` where none has.
    public var restoredBy: String?

    /// The directory of the restore or rollback of this run that is unfinished; `nil` where none is.
    public var takenBackBy: String?

    /// Why this restore or rollback is past: what it takes back has gone on since; `nil` where it is not.
    public var superseded: String?

    /// Names a place.
    public init(
        directory: String,
        playbook: String,
        holder: String?,
        upgrade: String? = nil,
        restoredBy: String? = nil,
        takenBackBy: String? = nil,
        superseded: String? = nil
    ) {
        self.directory = directory
        self.playbook = playbook
        self.holder = holder
        self.upgrade = upgrade
        self.restoredBy = restoredBy
        self.takenBackBy = takenBackBy
        self.superseded = superseded
    }

    /// The process of the holder, as the lock names it: `user@host (pid N)`.
    var pid: Substring? { holder?.firstMatch(of: /\(pid ([0-9]+)\)/)?.1 }

    /// What a command needs that begins another run where this one is kept; nothing for the usual place.
    var stateOption: String { Self.stateOption(besides: directory) }

    /// The same, of the directory of any run.
    public static func stateOption(besides directory: String) -> String {
        // The directory of a run is STATE/CLUSTER/RUN.
        let state = directory.split(separator: "/", omittingEmptySubsequences: false).dropLast(2).joined(separator: "/")
        return state.isEmpty ? "" : stateOption(state)
    }

    /// What a command needs for runs that are kept there; nothing for the usual place.
    public static func stateOption(_ state: String) -> String {
        state == "state" ? "" : " --state \(ShellQuoting.join([state]))"
    }

    /// What a restore has done, or does, to the run that it takes back.
    public static func restoring(isUnfinished: Bool) -> String {
        isUnfinished ? "leads etcd back to before it, and is unfinished" : "has led etcd back to before it"
    }
}
