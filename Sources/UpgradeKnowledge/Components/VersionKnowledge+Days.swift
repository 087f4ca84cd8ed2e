public import UpgradeCore

/// Whether a version is out on a day.
public enum Availability: Hashable, Sendable {
    /// It is.
    case released
    /// It is not.
    case unreleased
    /// The data has no day for it.
    case notKnown
}

extension VersionKnowledge {
    /// Whether a version of Kubernetes is out on a day.
    public func availability(kubernetes version: PatchVersion, on day: CalendarDay) -> Availability {
        guard let release = kubernetes(version.release) else { return .notKnown }
        guard let first = release.releaseDate else { return .unreleased }
        return availability(
            of: version,
            first: (PatchVersion(release: release.version, patch: 0), first),
            last: release.lastPatch.map { ($0, release.lastPatchDate) },
            on: day
        )
    }

    /// Whether a version of Calico is out on a day; its data has the days of first patches only.
    public func availability(calico version: PatchVersion, on day: CalendarDay) -> Availability {
        guard let release = calico(version.release) else { return .notKnown }
        return availability(
            of: version,
            first: (PatchVersion(release: release.version, patch: 0), release.releaseDate),
            last: release.lastPatch.map { ($0, nil) },
            on: day
        )
    }

    /// Whether a version of Helm is out on a day.
    public func availability(helm version: PatchVersion, on day: CalendarDay) -> Availability {
        guard let release = helm(version.release) else { return .notKnown }
        return availability(
            of: version,
            first: (release.first.tag, release.first.date),
            last: (release.last.tag, release.last.date),
            on: day
        )
    }

    private func availability(
        of version: PatchVersion,
        first: (version: PatchVersion, day: CalendarDay),
        last: (version: PatchVersion, day: CalendarDay?)?,
        on day: CalendarDay
    ) -> Availability {
        if day < first.day { return .unreleased }
        if version <= first.version { return .released }
        // Beyond the last that the data has, nothing is known.
        guard let last, version <= last.version else { return .notKnown }
        if let lastDay = last.day {
            if lastDay <= day { return .released }
            return version == last.version ? .unreleased : .notKnown
        }
        return asOf <= day ? .released : .notKnown
    }
}
