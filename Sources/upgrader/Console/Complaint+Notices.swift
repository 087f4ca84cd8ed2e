internal import UpgradeNotices

extension Complaint {
    /// Receivers that can be told nothing.
    init(notice error: NoticeError) {
        switch error {
        case .template(let receiver, let reason):
            self.init(
                FiveLines(
                    error: "the `text` of the notification \(receiver) is no template",
                    why: reason,
                    state: "nothing was changed",
                    next: "mend the playbook; docs/notifications.md has the names that a text may use"
                ),
                .usage
            )
        case .secret(let receiver, _, let reason):
            self.init(
                FiveLines(
                    error: "the notification \(receiver) cannot be sent",
                    why: reason,
                    state: "nothing was changed",
                    next: "write the secret into that file, or take the receiver out of the playbook"
                ),
                .usage
            )
        }
    }
}
