internal import UpgradeCore

extension VersionSync {
    /// Compares Calico's tags, and the requirement pages of its newest releases.
    mutating func compareCalico() async {
        let feed = await page(.calicoReleases) { text throws(PageError) in try ReleaseFeed.tags(text) }
        guard let newest = known.calico.last?.version else { return }
        let found = Dictionary(grouping: feed?.value.keys.map { $0 } ?? [], by: \.release)
        for release in known.calico {
            guard let last = found[release.version]?.max(), let feed else { continue }
            if let old = release.lastPatch, last <= old { continue }
            let old = release.lastPatch?.description
            set("calico.yaml", release.version, ["last_patch"], from: old, to: last.description, feed.url)
        }
        // Upstream still changes the lists of the newest releases; it did so three months after a release.
        for release in known.calico.suffix(3) {
            guard let tested = await requirements(of: release.version), tested.value != release.kubernetes.tested else {
                continue
            }
            change(release, to: tested.value, tested.url)
        }
        for release in found.keys.filter({ newest < $0 }).sorted() {
            guard let feed, let tags = found[release]?.sorted(), let tested = await requirements(of: release) else {
                continue
            }
            addCalico(release, tags, feed, tested)
        }
    }

    private mutating func requirements(of release: MinorRelease) async -> (value: ReleaseRange, url: String)? {
        await page(.calicoRequirements, of: release) { text throws(PageError) in
            try ComponentPages.calicoRequirements(text)
        }
    }

    /// The list changes from today on; what it said before stays known.
    private mutating func change(_ release: CalicoRelease, to range: ReleaseRange, _ url: String) {
        let file = "calico.yaml"
        let name = release.version
        guard let old = release.kubernetes.tested else { return }
        var history: [String] = []
        if release.kubernetes.history.isEmpty {
            files[file]?.append(name, below: "kubernetes", ["    history:"])
            history += Self.entry(release.releaseDate, old, release.kubernetes.evidence)
        }
        history += Self.entry(day, range, url)
        files[file]?.append(name, below: "kubernetes", history)
        set(file, name, ["kubernetes", "min"], from: old.min.description, to: range.min.description, url)
        set(file, name, ["kubernetes", "max"], from: old.max.description, to: range.max.description, url)
    }

    private static func entry(_ day: CalendarDay, _ range: ReleaseRange, _ source: String) -> [String] {
        [
            "    - from: '\(day)'", "      min: '\(range.min)'", "      max: '\(range.max)'",
            "      source: \(DataLines.quoted(source))",
        ]
    }

    private mutating func addCalico(
        _ release: MinorRelease,
        _ tags: [PatchVersion],
        _ feed: (value: [PatchVersion: CalendarDay], url: String),
        _ tested: (value: ReleaseRange, url: String)
    ) {
        guard let last = tags.last, let first = tags.first, let released = feed.value[first] else { return }
        var lines = [
            "- version: '\(release)'", "  release_date: '\(released)'", "  last_patch: \(last)", "  kubernetes:",
        ]
        lines += ["    level: tested", "    min: '\(tested.value.min)'", "    max: '\(tested.value.max)'"]
        lines += ["    evidence: \(DataLines.quoted(tested.url))", "  datastores:", "  - etcdv3", "  - kdd-crd"]
        if first.patch != 0 {
            lines += ["  uncertain: true", "  note: the day is that of \(first), the oldest tag in the feed"]
        }
        lines += ["  as_of: '\(day)'", "  sources:"]
        lines += [tested.url, feed.url].map { "  - \(DataLines.quoted("\($0) (\(day))"))" }
        files["calico.yaml"]?.insert(release, lines)
        report.changes.append("calico/\(release): new, tested with Kubernetes \(tested.value)  (\(tested.url))")
        report.remarks.append("calico/\(release)/datastores is that of the releases before; no page says it in a list")
    }

    /// Compares Helm's tags, and its table of supported releases.
    mutating func compareHelm() async {
        let feed = await page(.helmReleases) { text throws(PageError) in try ReleaseFeed.tags(text) }
        // The last release of Helm 2 was never in the table, which the data says.
        let listed = known.helm.filter { $0.uncertain != true }.map(\.version)
        let skew = await page(.helmSkew) { text throws(PageError) in
            try ComponentPages.helmSkew(text, atLeast: listed)
        }
        let found = Dictionary(grouping: feed?.value.keys.map { $0 } ?? [], by: \.release)
        for release in known.helm {
            let name = release.version
            if let feed, let last = found[name]?.max(), release.last.tag < last, let date = feed.value[last] {
                let old = release.last
                set("helm.yaml", name, ["last", "tag"], from: old.tag.description, to: last.description, feed.url)
                set("helm.yaml", name, ["last", "date"], from: old.date.description, to: date.description, feed.url)
            }
            guard let skew, let range = skew.value[name] else { continue }
            let old = release.kubernetes
            set(
                "helm.yaml",
                name,
                ["kubernetes", "min"],
                from: old.min.description,
                to: range.min.description,
                skew.url
            )
            set(
                "helm.yaml",
                name,
                ["kubernetes", "max"],
                from: old.max.description,
                to: range.max.description,
                skew.url
            )
            let compiled = release.compiledAgainst.description
            set("helm.yaml", name, ["compiled_against"], from: compiled, to: range.max.description, skew.url)
        }
        for release in found.keys.filter({ known.helm($0) == nil }).sorted() {
            guard let feed, let tags = found[release]?.sorted() else { continue }
            guard let skew, let range = skew.value[release] else {
                report.remarks.append("Helm \(release) is released and not in the table of supported releases")
                continue
            }
            addHelm(release, tags, feed, (range, skew.url))
        }
    }

    private mutating func addHelm(
        _ release: MinorRelease,
        _ tags: [PatchVersion],
        _ feed: (value: [PatchVersion: CalendarDay], url: String),
        _ promised: (value: ReleaseRange, url: String)
    ) {
        guard let first = tags.first, let last = tags.last, let firstDay = feed.value[first],
            let lastDay = feed.value[last]
        else { return }
        var lines = ["- version: '\(release)'"]
        for (key, tag, day) in [("first", first, firstDay), ("last", last, lastDay)] {
            lines += ["  \(key):", "    tag: \(tag)", "    date: '\(day)'"]
        }
        lines += ["  compiled_against: '\(promised.value.max)'", "  kubernetes:"]
        lines += ["    min: '\(promised.value.min)'", "    max: '\(promised.value.max)'"]
        lines += ["  as_of: '\(day)'", "  source: \(DataLines.quoted(promised.url))"]
        if first.patch != 0 {
            lines += ["  uncertain: true", "  note: the first tag is the oldest in the feed"]
        }
        files["helm.yaml"]?.insert(release, lines)
        report.changes.append("helm/\(release): new, for Kubernetes \(promised.value)  (\(promised.url))")
    }
}
