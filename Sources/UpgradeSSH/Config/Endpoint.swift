/// Everything needed to dial one machine, jump hosts aside.
struct Endpoint: Hashable, Sendable {
    /// The alias that was looked up.
    var alias: String
    /// The name or address to connect to.
    var hostName: String
    /// The port.
    var port: Int
    /// The login user.
    var user: String
    /// The name under which `known_hosts` has the host.
    var hostKeyName: String
    /// Private key files.
    var identityFiles: [String]
    /// Whether `identityFiles` were named, rather than guessed.
    var hasNamedIdentities: Bool
    /// Whether an agent may only be asked for the keys of `identityFiles`.
    var identitiesOnly: Bool
    /// The agent's socket, if there is an agent.
    var agentSocket: String?
    /// The `known_hosts` files, the user's first.
    var knownHostsFiles: [String]

    /// How messages name the address.
    var address: String {
        port == 22 ? hostName : hostName.contains(":") ? "[\(hostName)]:\(port)" : "\(hostName):\(port)"
    }
}

/// The way to a host: its jump hosts in the order in which they are entered, then itself.
struct Route: Hashable, Sendable {
    /// The machines on the way; never empty.
    var hops: [Endpoint]

    /// Follows ProxyJump from an alias.
    static func to(_ alias: String, settings: SSHSettings, config: SSHConfig) throws(SSHConfigError) -> Route {
        var hops: [Endpoint] = []
        var next: JumpSpec? = JumpSpec(host: alias)
        // As ssh(1): the hops of one ProxyJump are entered from left to right; only the first of them may have its own.
        var pending: [JumpSpec]?
        while let spec = next {
            let found = try config.lookUp(spec.host)
            if let origin = found.proxyCommand, pending?.isEmpty ?? true {
                throw SSHConfigError(origin, "ProxyCommand is not supported; ProxyJump is")
            }
            let endpoint = endpoint(spec, found, settings: settings, account: config.account)
            guard !hops.contains(endpoint) else {
                throw SSHConfigError(
                    file: config.files.first ?? "",
                    line: nil,
                    reason: "ProxyJump of \(alias) goes in circles"
                )
            }
            hops.append(endpoint)
            if pending?.isEmpty ?? true {
                pending = []
                for text in found.proxyJump ?? [] {
                    guard let jump = JumpSpec(text) else {
                        let reason = "ProxyJump of \(spec.host): \(text) is not a host"
                        throw SSHConfigError(file: config.files.first ?? "", line: nil, reason: reason)
                    }
                    pending?.append(jump)
                }
            }
            next = pending?.popLast()
        }
        return Route(hops: hops.reversed())
    }

    private static func endpoint(
        _ spec: JumpSpec,
        _ found: HostConfig,
        settings: SSHSettings,
        account: LocalAccount
    ) -> Endpoint {
        let port = spec.port ?? found.port ?? 22
        // The setting is about the hosts; a jump host named with a user keeps it.
        let user = spec.user ?? settings.user ?? found.user ?? account.user
        let hostName = expand(found.hostName ?? spec.host, ["h": spec.host, "n": spec.host])
        let tokens = [
            "h": hostName, "n": spec.host, "p": String(port), "r": user, "u": account.user, "d": account.home,
        ]
        func path(_ text: String) -> String { account.expandingTilde(expand(text, tokens)) }
        let named = settings.identityFiles ?? found.identityFiles
        let usual = ["id_rsa", "id_ecdsa", "id_ed25519"].map { account.home + "/.ssh/" + $0 }
        let ownKnownHosts = ["~/.ssh/known_hosts", "~/.ssh/known_hosts2"]
        let globalKnownHosts = ["/etc/ssh/ssh_known_hosts", "/etc/ssh/ssh_known_hosts2"]
        let knownHosts =
            settings.knownHostsFile.map { [$0] }
            ?? (found.userKnownHostsFiles ?? ownKnownHosts) + (found.globalKnownHostsFiles ?? globalKnownHosts)
        return Endpoint(
            alias: spec.host,
            hostName: hostName,
            port: port,
            user: user,
            hostKeyName: (found.hostKeyAlias ?? hostName).lowercased(),
            identityFiles: named.isEmpty ? usual : named.map(path),
            hasNamedIdentities: !named.isEmpty,
            identitiesOnly: found.identitiesOnly ?? false,
            agentSocket: agentSocket(found.identityAgent).map(path),
            knownHostsFiles: knownHosts.filter { $0.lowercased() != "none" }.map(path)
        )
    }

    private static func agentSocket(_ configured: String?) -> String? {
        switch configured {
        case nil, "SSH_AUTH_SOCK": environment("SSH_AUTH_SOCK")
        case .some("none"): nil
        case .some(let name) where name.hasPrefix("$"): environment(name.dropFirst().filter { $0 != "{" && $0 != "}" })
        case .some(let path): path
        }
    }

    private static func expand(_ text: String, _ tokens: [String: String]) -> String {
        var expanded = ""
        var isToken = false
        for character in text {
            if isToken {
                expanded += character == "%" ? "%" : tokens[String(character)] ?? "%\(character)"
                isToken = false
            } else if character == "%" {
                isToken = true
            } else {
                expanded.append(character)
            }
        }
        return expanded
    }
}

/// One host of a ProxyJump: `[user@]host[:port]`.
struct JumpSpec: Hashable, Sendable {
    /// The alias.
    var host: String
    /// The login user, where given.
    var user: String?
    /// The port, where given.
    var port: Int?

    /// Makes a jump host without user and port.
    init(host: String) {
        self.host = host
    }

    /// Reads a jump host; `nil` where the text is none.
    init?(_ text: String) {
        var rest = text.trimmingPrefix("ssh://")[...]
        while rest.last == " " || rest.last == "/" { rest = rest.dropLast() }
        rest = rest.drop { $0 == " " }
        if let at = rest.lastIndex(of: "@") {
            user = String(rest[..<at])
            rest = rest[rest.index(after: at)...]
        }
        var portText: Substring?
        if rest.first == "[", let end = rest.firstIndex(of: "]") {
            let after = rest[rest.index(after: end)...]
            portText = after.first == ":" ? after.dropFirst() : nil
            rest = rest[rest.index(after: rest.startIndex)..<end]
        } else if let colon = rest.firstIndex(of: ":"), rest[rest.index(after: colon)...].firstIndex(of: ":") == nil {
            portText = rest[rest.index(after: colon)...]
            rest = rest[..<colon]
        }
        if let portText {
            guard let number = Int(portText), (1...65_535).contains(number) else { return nil }
            port = number
        }
        guard !rest.isEmpty else { return nil }
        host = String(rest)
    }
}
