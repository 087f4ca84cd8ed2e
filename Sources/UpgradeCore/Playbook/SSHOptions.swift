/// How hosts are reached.
public struct SSHOptions: Hashable, Sendable {
    /// The SSH configuration file; `nil` for `~/.ssh/config`.
    public var config: String?
    /// The login; `nil` leaves it to the configuration.
    public var user: String?
    /// Whether commands that need root are run with `sudo -n`.
    public var sudo: Bool

    /// Makes options.
    public init(config: String? = nil, user: String? = nil, sudo: Bool = true) {
        self.config = config
        self.user = user
        self.sudo = sudo
    }
}
