internal import UpgradeCore
internal import Yams

/// What the schedule says of a release that upstream supports.
struct ScheduledRelease: Hashable {
    var release: MinorRelease
    var released: CalendarDay?
    var maintenanceFrom: CalendarDay?
    var endOfSupport: CalendarDay
    /// The patches that are out, each with its day.
    var patches: [PatchVersion: CalendarDay]

    /// The newest patch.
    var last: PatchVersion? { patches.keys.max() }
}

/// What the list of old releases says of one.
struct EndedRelease: Hashable {
    var release: MinorRelease
    var endOfSupport: CalendarDay
    var last: PatchVersion
}

/// Reads the pages of Kubernetes.
enum KubernetesPages {
    /// Reads `schedule.yaml`.
    ///
    /// - Source: kubernetes/website data/releases/schedule.yaml.
    static func schedule(_ text: String) throws(PageError) -> [ScheduledRelease] {
        let entries = try entries(text, below: "schedules")
        var found: [ScheduledRelease] = []
        for entry in entries {
            let release = try value(entry, "release", MinorRelease.init)
            var patches: [PatchVersion: CalendarDay] = [:]
            for patch in entry["previousPatches"]?.sequence.map(Array.init) ?? [] {
                let version = try self.patch(patch, "release", of: release)
                patches[version] = try value(patch, "targetDate", CalendarDay.init)
            }
            let scheduled = ScheduledRelease(
                release: release,
                released: try optional(entry, "releaseDate"),
                maintenanceFrom: try optional(entry, "maintenanceModeStartDate"),
                endOfSupport: try value(entry, "endOfLifeDate", CalendarDay.init),
                patches: patches
            )
            if let released = scheduled.released, scheduled.endOfSupport < released {
                throw .unreadable("\(release) ends on \(scheduled.endOfSupport), before it is released")
            }
            found.append(scheduled)
        }
        try once(found.map(\.release))
        return found
    }

    /// Reads `eol.yaml`.
    ///
    /// - Source: kubernetes/website data/releases/eol.yaml.
    static func ended(_ text: String) throws(PageError) -> [EndedRelease] {
        var found: [EndedRelease] = []
        for entry in try entries(text, below: "branches") {
            let release = try value(entry, "release", MinorRelease.init)
            found.append(
                EndedRelease(
                    release: release,
                    endOfSupport: try value(entry, "endOfLifeDate", CalendarDay.init),
                    last: try patch(entry, "finalPatchRelease", of: release)
                )
            )
        }
        try once(found.map(\.release))
        return found
    }

    private static func patch(_ node: Node, _ key: String, of release: MinorRelease) throws(PageError) -> PatchVersion {
        let version = try value(node, key, { PatchVersion($0) })
        guard version.release == release else { throw .unreadable("\(version) is no patch of \(release)") }
        return version
    }

    /// Two entries of a release would be two answers.
    private static func once(_ releases: [MinorRelease]) throws(PageError) {
        var seen: Set<MinorRelease> = []
        if let twice = releases.first(where: { !seen.insert($0).inserted }) {
            throw .unreadable("\(twice) is there twice")
        }
    }

    /// Reads the patches of a release from the headings of its changelog.
    ///
    /// - Source: kubernetes/kubernetes CHANGELOG: a table of contents, and a heading `# vX.Y.Z` for each of its lines.
    static func changelog(_ text: String, of release: MinorRelease) throws(PageError) -> [PatchVersion] {
        guard !isMarkup(text) else { throw .wrongKind("HTML instead of Markdown") }
        let lines = text.split(separator: "\n")
        let listed = lines.filter { $0.hasPrefix("- [v") }
            .compactMap { $0.wholeMatch(of: /- \[(v[0-9]+\.[0-9]+\.[0-9]+\S*)\]\(#\S+\)\s*/)?.output.1 }
        let headings = Set(
            lines.filter { $0.hasPrefix("# v") }.compactMap {
                $0.wholeMatch(of: /# (v[0-9]+\.[0-9]+\.[0-9]+\S*)\s*/)?.output.1
            }
        )
        guard !listed.isEmpty else { throw .unreadable("it lists no release") }
        if let missing = listed.first(where: { !headings.contains($0) }) {
            throw .truncated("it lists \(missing) and has no heading for it")
        }
        // Alphas, betas and candidates have a dash.
        let patches = listed.filter { !$0.contains("-") }.compactMap { PatchVersion(String($0)) }
        if let other = patches.first(where: { $0.release != release }) {
            throw .wrongKind("it is about \(other.release), not \(release)")
        }
        return patches.sorted()
    }

    /// Whether a text is a page for browsers.
    static func isMarkup(_ text: String) -> Bool {
        text.prefix(200).contains("<!DOCTYPE") || text.prefix(200).lowercased().contains("<html")
    }

    private static func entries(_ text: String, below key: String) throws(PageError) -> [Node] {
        guard !isMarkup(text) else { throw .wrongKind("HTML instead of YAML") }
        let root: Node?
        do {
            root = try Yams.compose(yaml: text)
        } catch {
            throw .unreadable("\(error)")
        }
        guard let entries = root?[key]?.sequence, !entries.isEmpty else { throw .unreadable("there is no `\(key)`") }
        return Array(entries)
    }

    private static func value<Value>(
        _ node: Node,
        _ key: String,
        _ read: (String) -> Value?
    ) throws(PageError) -> Value {
        guard let text = node[key]?.scalar?.string else {
            throw .truncated("an entry has no `\(key)`")
        }
        guard let value = read(text) else { throw .unreadable("`\(key)` is \(text)") }
        return value
    }

    private static func optional(_ node: Node, _ key: String) throws(PageError) -> CalendarDay? {
        guard let text = node[key]?.scalar?.string, !text.isEmpty else { return nil }
        return try value(node, key, CalendarDay.init)
    }
}
