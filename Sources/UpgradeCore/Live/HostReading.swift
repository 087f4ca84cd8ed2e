/// Reads what hosts print about themselves, their packages and their units.
enum HostReading {
    static func identity(_ text: String, _ times: Question.Times) throws(ReadingError) -> HostIdentity {
        var facts: [Substring: Substring] = [:]
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ", maxSplits: 1)
            if words.count == 2 { facts[words[0]] = words[1] }
        }
        guard let clock = facts["clock"].flatMap({ HostClock.seconds($0) }) else { throw .unreadable("no clock") }
        // > The machine ID is a single newline-terminated, hexadecimal, 32-character, lowercase ID. (machine-id(5))
        guard let machine = facts["machine-id"], machine.utf8.count == 32, machine.allSatisfy(\.isHexDigit) else {
            throw .unreadable("no machine-id")
        }
        guard let kernel = facts["kernel"], let root = facts["root"] else { throw .unreadable("cut off") }
        return HostIdentity(
            machineID: String(machine),
            clockOffset: clock - (times.sent + times.received) / 2,
            kernel: String(kernel),
            hasRoot: root == "yes"
        )
    }

    static func freeSpace(_ text: String) throws(ReadingError) -> ByteCount {
        let numbers = text.split(whereSeparator: \.isWhitespace).map { Int64($0) }
        guard numbers.count == 2, let blocks = numbers[0], let size = numbers[1], blocks >= 0, size >= 0 else {
            throw .unreadable("not two numbers")
        }
        let (bytes, overflows) = blocks.multipliedReportingOverflow(by: size)
        guard !overflows else { throw .unreadable("too large") }
        return ByteCount(bytes: bytes)
    }

    static func packages(_ text: String) throws(ReadingError) -> [String: InstalledPackage] {
        var packages: [String: InstalledPackage] = [:]
        for line in text.split(separator: "\n") {
            let fields = line.split(separator: "\t", omittingEmptySubsequences: false)
            guard fields.count == 3 else { throw .unreadable("not three fields: \(line.prefix(80))") }
            let status = fields[2].split(separator: " ")
            guard status.count == 3 else { throw .unreadable("not a status: \(fields[2].prefix(80))") }
            // Removed with its conffiles left, or only known by name: nothing of it is installed.
            if status[2] == "config-files" || status[2] == "not-installed" { continue }
            guard let version = PackageVersion(String(fields[1])) else {
                throw .unreadable("not a version: \(fields[1].prefix(80))")
            }
            packages[String(fields[0])] = InstalledPackage(
                version: version,
                isConfigured: status[1] == "ok" && status[2] == "installed",
                isHeld: status[0] == "hold"
            )
        }
        return packages
    }

    static func candidates(_ text: String) throws(ReadingError) -> [String: [PackageVersion]] {
        var candidates: [String: [PackageVersion]] = [:]
        for line in text.split(separator: "\n") {
            let fields = line.split(separator: "|", omittingEmptySubsequences: false).map { $0.trimmingNewlines() }
            guard fields.count == 3, let version = PackageVersion(fields[1]) else {
                throw .unreadable("not a line of madison: \(line.prefix(80))")
            }
            // A source package cannot be installed.
            if fields[2].hasSuffix(" Sources") { continue }
            if candidates[fields[0], default: []].contains(version) == false {
                candidates[fields[0], default: []].append(version)
            }
        }
        return candidates
    }

    static func archives(_ text: String) throws(ReadingError) -> [OfferedArchive] {
        var archives: [OfferedArchive] = []
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ").map(String.init)
            guard words.count == 2, let package = PackageSpec(word: words[0]),
                words[1].wholeMatch(of: /[0-9a-f]{64}/) != nil
            else { throw .unreadable("not a package and its SHA-256: \(line.prefix(80))") }
            archives.append(OfferedArchive(package: package, sha256: words[1]))
        }
        return archives
    }

    static func packageSystem(_ sections: Sections) throws(ReadingError) -> PackageSystemState {
        let audit = try sections.part("audit")
        let holder = try sections.part("lock").text.split(separator: "\n").first
        return PackageSystemState(
            audit: Redaction.redact(audit.text),
            lockHolder: holder.map { line in
                let words = line.split(separator: " ", maxSplits: 1)
                return words.count == 2 ? "\(words[1]) (pid \(words[0]))" : "pid \(line)"
            }
        )
    }

    static func unit(_ sections: Sections) throws(ReadingError) -> UnitState {
        let state = try sections.part("state")
        var properties: [Substring: Substring] = [:]
        for line in state.text.split(separator: "\n") {
            let pair = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            if pair.count == 2 { properties[pair[0]] = pair[1] }
        }
        guard let load = properties["LoadState"], let active = properties["ActiveState"] else {
            throw .unreadable("no LoadState or ActiveState")
        }
        return UnitState(
            exists: load != "not-found",
            isActive: active == "active",
            // A unit that was masked while it ran keeps running; its file tells, whatever was loaded before.
            isMasked: load == "masked" || properties["UnitFileState"]?.hasPrefix("masked") == true,
            runningVersion: kubernetesVersion(try sections.part("version").text),
            activeSeconds: active == "active" ? activeSeconds(properties) : nil
        )
    }

    /// How long ago the unit became active; systemd gives microseconds of the clock that uptime counts in seconds.
    private static func activeSeconds(_ properties: [Substring: Substring]) -> Double? {
        guard let since = properties["ActiveEnterTimestampMonotonic"].flatMap({ Double($0) }), since > 0,
            let uptime = properties["Uptime"].flatMap({ Double($0) })
        else { return nil }
        return max(0, uptime - since / 1_000_000)
    }

    /// The version in a line such as `Kubernetes v1.2.3`; other programs print other things.
    private static func kubernetesVersion(_ text: String) -> KubernetesVersion? {
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ")
            if words.count >= 2, words[0] == "Kubernetes", let version = KubernetesVersion(String(words[1])) {
                return version
            }
        }
        return nil
    }

    static func file(_ text: String) throws(ReadingError) -> FileState? {
        let words = text.split(whereSeparator: \.isWhitespace)
        if words == ["absent"] { return nil }
        guard words.count >= 2, let size = Int64(words[0]), size >= 0, words[1].utf8.count == 64,
            words[1].allSatisfy(\.isHexDigit)
        else { throw .unreadable("no size and SHA-256") }
        return FileState(sha256: String(words[1]), size: ByteCount(bytes: size))
    }
}
