internal import UpgradeCore

extension VersionSync {
    private static let file = "kubernetes.yaml"

    /// Compares the schedule, the list of ended releases, and the changelogs of the releases that are supported.
    mutating func compareKubernetes() async {
        let supported = Set(known.supportedKubernetes(on: known.asOf))
        let day = day
        let ended = await page(.kubernetesEndOfLife) { text throws(PageError) in try KubernetesPages.ended(text) }
        let gone = Set(ended?.value.map(\.release) ?? [])
        let known = known
        let schedule = await page(.kubernetesSchedule) { text throws(PageError) in
            let found = try KubernetesPages.schedule(text)
            let listed = Set(found.map(\.release))
            // A release leaves the schedule on its last day at the earliest; before, a shorter page is half a page.
            let missing = supported.subtracting(listed).subtracting(gone).sorted()
                .first { known.kubernetes($0)?.maintenance(on: day).isMaintained == true }
            if let missing { throw PageError.truncated("it has nothing about \(missing), which is supported") }
            return found
        }
        if let ended { compare(ended.value, ended.url) }
        if let schedule { await compare(schedule.value, schedule.url) }
    }

    private mutating func compare(_ ended: [EndedRelease], _ url: String) {
        for entry in ended {
            guard let release = known.kubernetes(entry.release) else { continue }
            let name = entry.release
            set(
                Self.file,
                name,
                ["end_of_support"],
                from: release.endOfSupport?.description,
                to: entry.endOfSupport.description,
                url
            )
            raise(release, to: entry.last, on: nil, url)
            if release.maintenance(on: known.asOf).isMaintained {
                set(Self.file, name, ["status"], from: "supported", to: "eol", url)
            }
        }
    }

    private mutating func compare(_ schedule: [ScheduledRelease], _ url: String) async {
        for entry in schedule.sorted(by: { $0.release < $1.release }) {
            let name = entry.release
            guard let release = known.kubernetes(name) else {
                add(entry, url)
                continue
            }
            if release.releaseDate == nil, let released = entry.released, released <= day, entry.last != nil {
                set(Self.file, name, ["release_date"], from: nil, to: released.description, url)
                set(Self.file, name, ["status"], from: "prerelease", to: "supported", url)
                files[Self.file]?.remove(name, "uncertain")
            }
            // The page has typed some of these wrongly before; a release date that is known is only remarked on.
            if let old = release.releaseDate, let new = entry.released, old != new {
                report.remarks.append("Kubernetes \(name): the schedule says released \(new), the data \(old)")
            }
            set(
                Self.file,
                name,
                ["end_of_support"],
                from: release.endOfSupport?.description,
                to: entry.endOfSupport.description,
                url
            )
            if let from = entry.maintenanceFrom {
                let old = release.maintenanceModeFrom?.description
                set(Self.file, name, ["maintenance_mode_from"], from: old, to: from.description, url)
            }
            let tagged = await page(.kubernetesChangelog, of: name) { text throws(PageError) in
                try KubernetesPages.changelog(text, of: name)
            }
            guard let last = [entry.last, tagged?.value.last].compactMap({ $0 }).max() else { continue }
            raise(release, to: last, on: entry.patches[last], entry.last == last ? url : tagged?.url ?? url)
        }
    }

    /// A patch that is newer than the last one known; an older one means a page that lags behind.
    private mutating func raise(
        _ release: KubernetesRelease,
        to last: PatchVersion,
        on day: CalendarDay?,
        _ url: String
    ) {
        if let old = release.lastPatch, last < old {
            report.remarks.append("\(url) has \(last) for the last patch; \(old) is known")
            return
        }
        guard release.lastPatch != last else { return }
        set(Self.file, release.version, ["last_patch"], from: release.lastPatch?.description, to: last.description, url)
        if let day {
            let old = release.lastPatchDate?.description
            set(Self.file, release.version, ["last_patch_date"], from: old, to: day.description, url)
        } else if let old = release.lastPatchDate {
            // The date of another patch would be a wrong fact.
            files[Self.file]?.remove(release.version, "last_patch_date")
            let address = "kubernetes/\(release.version)/\(FactRoot.word("last_patch_date"))"
            report.changes.append("\(address): \(old) → nothing, as the page tells no day of \(last)  (\(url))")
        }
    }

    private mutating func add(_ entry: ScheduledRelease, _ url: String) {
        let name = entry.release
        guard let released = entry.released, released <= day, let last = entry.last else {
            report.remarks.append("Kubernetes \(name) is on the schedule and not released")
            return
        }
        // What runs before the first release known says nothing about the order in the file.
        guard known.kubernetes.contains(where: { $0.version < name }) else { return }
        var lines = [
            "- version: '\(name)'", "  release_date: '\(released)'", "  end_of_support: '\(entry.endOfSupport)'",
        ]
        if let from = entry.maintenanceFrom { lines.append("  maintenance_mode_from: '\(from)'") }
        lines.append("  last_patch: \(last)")
        if let day = entry.patches[last] { lines.append("  last_patch_date: '\(day)'") }
        lines += ["  status: supported", "  etcd:", "    source: not read yet", "    uncertain: true"]
        lines += ["  as_of: '\(day)'", "  sources:", "  - \(DataLines.quoted("\(url) (\(day))"))"]
        files[Self.file]?.insert(name, lines)
        report.changes.append(
            "kubernetes/\(name): new, released \(released), supported to \(entry.endOfSupport)  (\(url))"
        )
    }
}
