internal import UpgradeCore

extension Complaint {
    /// A lease that is not to be had; nothing was changed.
    init(lease error: LeaseRefusal, again: String) {
        let untouched = "nothing was changed"
        switch error {
        case .held(let stored):
            self.init(
                FiveLines(
                    error: "somebody else works on this cluster",
                    why: "the lease is held by \(stored.title)",
                    state: untouched,
                    next: "ask \(stored.record?.holder?.user ?? "the holder"); where that run is gone for good, "
                        + "`\(again) --takeover` puts it out"
                ),
                .locked
            )
        case .access(let access):
            self.init(
                FiveLines(
                    error: "the lease of the cluster could not be taken",
                    why: access.why,
                    ran: access.ran,
                    state: untouched,
                    next: "\(access.isSilentAPI ? "bring an API server up" : access.next), then `\(again)`"
                ),
                access.isUnreachable ? .unreachable : .paused
            )
        case .contested:
            self.init(
                FiveLines(
                    error: "the lease of the cluster could not be taken",
                    why: "others took it again and again, or the wait for them was ended",
                    state: untouched,
                    next: "see who else works on the cluster, then `\(again)`"
                ),
                .locked
            )
        case .lost(let loss):
            self.init(
                FiveLines(
                    error: "the lease was taken and lost again",
                    why: loss.why,
                    state: untouched,
                    next: "\(loss.next), then `\(again)`"
                ),
                .locked
            )
        }
    }

    /// A run that stopped because the lease is not its own any more; `stored` is what the cluster says now, `token` what the run held it
    /// under.
    init(
        lost loss: LeaseLoss,
        now stored: StoredLease?,
        token: Int?,
        done: String,
        _ directory: RunDirectory
    ) {
        let record = stored?.record
        // Another process, with a copy of this run, has taken it under a token of its own.
        let isOurs = record?.holder?.run == directory.run && record?.token == token
        // Of a run that was stopped for longer than its time to live, and that nobody has followed.
        var isUntaken = false
        if case .lapsed = loss { isUntaken = isOurs }
        var isFree = stored == nil || record?.holder == nil || isOurs
        if case .taken(_?, _) = loss { isFree = false }
        let holder =
            isUntaken
            ? "nobody has taken it since"
            : stored.map { "the lease is now held by \($0.title)" } ?? "no API server says who holds it now"
        self.init(
            FiveLines(
                error: "stopped before the next action: the lease of the cluster "
                    + (isUntaken ? "has lapsed" : "is not this run's any more"),
                why: "\(loss.why); \(holder)",
                state: "\(done); nothing was begun since, and what was begun before is in the journal",
                next: isFree
                    ? "\(loss.next), then `upgrader resume \(directory.path)` goes on"
                    : "\(loss.next); `upgrader resume \(directory.path)` goes on once it is given back"
            ),
            .locked
        )
    }
}
