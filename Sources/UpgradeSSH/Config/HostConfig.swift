/// What the SSH configuration says about one alias, each value from the first line that gives it.
struct HostConfig: Hashable, Sendable {
    /// A line of a configuration file.
    struct Origin: Hashable, Sendable {
        var file: String
        var line: Int
    }

    /// The name that was looked up.
    var alias: String
    /// The name or address to connect to.
    var hostName: String?
    /// The port to connect to.
    var port: Int?
    /// The login user.
    var user: String?
    /// Private key files, in order.
    var identityFiles: [String] = []
    /// Whether only the keys of `identityFiles` may be offered.
    var identitiesOnly: Bool?
    /// The agent's socket; empty for `none`.
    var identityAgent: String?
    /// The jump hosts from the first to the last; empty for `none`.
    var proxyJump: [String]?
    /// Where a `ProxyCommand` is asked for, which is not supported.
    var proxyCommand: Origin?
    /// The name under which `known_hosts` has the host.
    var hostKeyAlias: String?
    /// The user's `known_hosts` files.
    var userKnownHostsFiles: [String]?
    /// The system's `known_hosts` files.
    var globalKnownHostsFiles: [String]?

    /// Takes one keyword, unless an earlier line has given it already; unknown keywords are not for us.
    mutating func apply(_ keyword: String, _ arguments: [String], at origin: Origin) throws(SSHConfigError) {
        guard let value = arguments.first else { throw SSHConfigError(origin, "\(keyword) has no value") }
        switch keyword {
        case "hostname": hostName = hostName ?? value
        case "user": user = user ?? value
        case "hostkeyalias": hostKeyAlias = hostKeyAlias ?? value
        case "identityfile": identityFiles.append(value)
        case "userknownhostsfile": userKnownHostsFiles = userKnownHostsFiles ?? arguments
        case "globalknownhostsfile": globalKnownHostsFiles = globalKnownHostsFiles ?? arguments
        case "identitiesonly": identitiesOnly = identitiesOnly ?? (value.lowercased() == "yes")
        case "identityagent": identityAgent = identityAgent ?? value
        case "port":
            guard let number = Int(value), (1...65_535).contains(number) else {
                throw SSHConfigError(origin, "\(value) is not a port")
            }
            port = port ?? number
        case "proxyjump":
            // ProxyJump and ProxyCommand compete: the first of the two wins (ssh_config(5)).
            if proxyJump == nil, proxyCommand == nil {
                proxyJump = value.lowercased() == "none" ? [] : value.split(separator: ",").map(String.init)
            }
        case "proxycommand":
            if proxyJump == nil, proxyCommand == nil {
                if value.lowercased() == "none" {
                    proxyJump = []
                } else {
                    proxyCommand = origin
                }
            }
        default: break
        }
    }
}

/// A line of the SSH configuration that cannot be used.
struct SSHConfigError: Error, Hashable, Sendable {
    /// The file.
    var file: String
    /// The line, where there is one.
    var line: Int?
    /// What is wrong.
    var reason: String

    /// Makes an error for a line.
    init(_ origin: HostConfig.Origin, _ reason: String) {
        self.init(file: origin.file, line: origin.line, reason: reason)
    }

    /// Makes an error for a file.
    init(file: String, line: Int?, reason: String) {
        self.file = file
        self.line = line
        self.reason = reason
    }
}
