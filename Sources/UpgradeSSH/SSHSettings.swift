/// How `SSHRemote` finds, trusts and enters hosts.
public struct SSHSettings: Hashable, Sendable {
    /// The SSH configuration file; `nil` reads `~/.ssh/config` and `/etc/ssh/ssh_config`, where they exist.
    public var configFile: String?
    /// The login user; `nil` takes the configuration's `User`, else the local user.
    public var user: String?
    /// Private key files tried before any other key; `nil` takes the configuration's `IdentityFile`.
    public var identityFiles: [String]?
    /// The only `known_hosts` file; `nil` takes the configuration's files, else the usual ones.
    public var knownHostsFile: String?
    /// How long one connection may take, from name look-up to the end of authentication, jump hosts included.
    public var connectDeadline: Duration
    /// How often a silent connection is asked for a sign of life; after two silent intervals it is lost.
    public var keepaliveInterval: Duration
    /// Whether commands that need root are run with `sudo -n --` where the login user is not root.
    public var sudo: Bool

    /// Makes settings; by default everything comes from the SSH configuration.
    public init(
        configFile: String? = nil,
        user: String? = nil,
        identityFiles: [String]? = nil,
        knownHostsFile: String? = nil,
        connectDeadline: Duration = .seconds(20),
        keepaliveInterval: Duration = .seconds(15),
        sudo: Bool = true
    ) {
        self.configFile = configFile
        self.user = user
        self.identityFiles = identityFiles
        self.knownHostsFile = knownHostsFile
        self.connectDeadline = connectDeadline
        self.keepaliveInterval = keepaliveInterval
        self.sudo = sudo
    }
}
