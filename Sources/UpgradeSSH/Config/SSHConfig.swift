import UpgradeCore

/// Reads the SSH client configuration: the keywords of `HostConfig`, with Host, Match and Include.
///
/// libssh's own reader is not used: it runs the commands of `Match exec` and ignores IdentitiesOnly, HostKeyAlias and
/// the second file of UserKnownHostsFile without a word (measured on 0.10.6).
struct SSHConfig: Sendable {
    /// The files, the first with the greatest weight.
    var files: [String]
    /// Whether a missing file is an error.
    var isRequired: Bool
    /// The local user and home directory.
    var account: LocalAccount

    // READCONF_MAX_DEPTH in OpenSSH's readconf.c.
    private static let maximumDepth = 16

    /// Returns what the files say about an alias.
    func lookUp(_ alias: String) throws(SSHConfigError) -> HostConfig {
        var config = HostConfig(alias: alias)
        for file in files {
            guard let text = try readText(file) else {
                if isRequired {
                    throw SSHConfigError(file: file, line: nil, reason: "the file does not exist")
                }
                continue
            }
            try read(text, file: file, depth: 0, isActive: true, into: &config)
        }
        return config
    }

    private func read(
        _ text: String,
        file: String,
        depth: Int,
        isActive: Bool,
        into config: inout HostConfig
    ) throws(SSHConfigError) {
        var isMatching = isActive
        for (index, line) in text.textLines.enumerated() {
            let origin = HostConfig.Origin(file: file, line: index + 1)
            guard let words = SSHConfigLine.words(line) else {
                throw SSHConfigError(origin, "a quotation mark is not closed")
            }
            guard let keyword = words.first?.lowercased() else { continue }
            let arguments = Array(words.dropFirst())
            switch keyword {
            case "host": isMatching = isActive && HostPattern.matches(arguments, config.alias)
            case "match": isMatching = isActive ? try matches(arguments, config, at: origin) : false
            case "include":
                guard depth < Self.maximumDepth else { throw SSHConfigError(origin, "too many levels of Include") }
                let included = arguments.flatMap { expandPaths($0, from: file) }
                for included in included {
                    if let text = try readText(included) {
                        try read(text, file: included, depth: depth + 1, isActive: isMatching, into: &config)
                    }
                }
            default:
                if isMatching {
                    try config.apply(keyword, arguments, at: origin)
                }
            }
        }
    }

    /// Decides a Match line; a command is never run.
    private func matches(
        _ arguments: [String],
        _ config: HostConfig,
        at origin: HostConfig.Origin
    ) throws(SSHConfigError) -> Bool {
        var rest = arguments[...]
        var fits = true
        var asksForCommand = false
        while let criterion = rest.popFirst()?.lowercased() {
            if criterion == "all" { continue }
            // We never canonicalize and read the files once, so neither of these is ever true.
            if criterion == "canonical" || criterion == "final" {
                fits = false
                continue
            }
            guard let value = rest.popFirst() else { throw SSHConfigError(origin, "Match \(criterion) has no value") }
            let patterns = value.split(separator: ",").map(String.init)
            switch criterion {
            case "host": fits = fits && HostPattern.matches(patterns, config.hostName ?? config.alias)
            case "originalhost": fits = fits && HostPattern.matches(patterns, config.alias)
            case "user": fits = fits && HostPattern.matches(patterns, config.user ?? account.user)
            case "localuser": fits = fits && HostPattern.matches(patterns, account.user)
            case "exec": asksForCommand = true
            default: throw SSHConfigError(origin, "Match \(criterion) is not supported")
            }
        }
        if fits, asksForCommand {
            throw SSHConfigError(origin, "Match exec is not supported: no command is run to read a configuration")
        }
        return fits
    }

    private func expandPaths(_ pattern: String, from file: String) -> [String] {
        var path = account.expandingTilde(pattern)
        if !path.hasPrefix("/") {
            let directory = file.hasPrefix("/etc/") ? "/etc/ssh" : account.home + "/.ssh"
            path = directory + "/" + path
        }
        return filesMatching(path)
    }

    private func readText(_ file: String) throws(SSHConfigError) -> String? {
        do {
            return try readTextFile(file)
        } catch {
            throw SSHConfigError(file: file, line: nil, reason: "the file cannot be read: \(error.reason)")
        }
    }
}
