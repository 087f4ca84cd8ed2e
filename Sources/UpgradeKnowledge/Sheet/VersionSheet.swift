public import UpgradeCore

/// The components, release by release, with what each works with: the sheet.
public struct VersionSheet: Hashable, Sendable {
    /// The rows.
    public var rows: [SheetRow]
    /// The day on which support is judged.
    public var day: CalendarDay
    /// What an operator changed or added.
    public var overrides: [FactOverride]

    /// The components that there are.
    public static let components = ["kubernetes", "etcd", "calico", "helm", "helmfile"]

    /// Makes the sheet of a day.
    public init(_ known: VersionKnowledge, on day: CalendarDay) {
        self.day = day
        overrides = known.overrides
        rows =
            Self.kubernetes(known, day) + Self.etcd(known) + Self.calico(known, day) + Self.helm(known, day)
            + Self.helmfile(known)
    }

    private static func kubernetes(_ known: VersionKnowledge, _ day: CalendarDay) -> [SheetRow] {
        known.kubernetes.map { release in
            let calico = known.calico.map(\.version).filter {
                known.support(calico: $0, on: release.version) == .tested
            }
            let helm = known.helm.map(\.version).filter { known.support(helm: $0, on: release.version) == .tested }
            let components = [("Calico", calico), ("Helm", helm)].filter { !$0.1.isEmpty }
            return SheetRow(
                component: "kubernetes",
                version: "\(release.version)",
                released: release.releaseDate?.description
                    ?? release.plannedReleaseDate.map { "planned for \($0)" } ?? "",
                support: "\(release.maintenance(on: day))",
                lastPatch: release.lastPatch?.description ?? "",
                worksWith: components.map { "\($0.0) \(list($0.1))" }.joined(separator: "; "),
                evidence: components.isEmpty ? "" : "tested",
                sources: release.sources,
                asOf: "\(known.asOf)",
                isUncertain: release.uncertain == true
            )
        }
    }

    private static func etcd(_ known: VersionKnowledge) -> [SheetRow] {
        known.kubernetes.map { release in
            let minimum = release.etcd.minimums.map { "\($0) or later" }.joined(separator: ", ")
            return SheetRow(
                component: "etcd",
                version: release.etcd.shipped?.description ?? "",
                released: "",
                support: "",
                lastPatch: "",
                worksWith: "Kubernetes \(release.version)" + (minimum.isEmpty ? "" : ", which wants \(minimum)"),
                evidence: "shipped with it",
                sources: [release.etcd.source],
                asOf: "\(known.asOf)",
                isUncertain: release.etcd.uncertain
            )
        }
    }

    private static func calico(_ known: VersionKnowledge, _ day: CalendarDay) -> [SheetRow] {
        known.calico.map { release in
            let range = release.kubernetes.tested(on: day).map { "Kubernetes \($0)" }
            let named = release.kubernetes.newestNamed.map { "nothing newer than Kubernetes \($0) is named" }
            return SheetRow(
                component: "calico",
                version: "\(release.version)",
                released: "\(release.releaseDate)",
                support: release.releaseDate <= day ? "" : "\(Maintenance.unreleased)",
                lastPatch: release.lastPatch?.description ?? "",
                worksWith: range ?? named ?? "",
                evidence: "\(release.kubernetes.level.rawValue) (\(release.kubernetes.evidence))",
                sources: release.sources,
                asOf: "\(known.asOf)",
                isUncertain: release.uncertain == true
            )
        }
    }

    private static func helm(_ known: VersionKnowledge, _ day: CalendarDay) -> [SheetRow] {
        known.helm.map { release in
            SheetRow(
                component: "helm",
                version: "\(release.version)",
                released: "\(release.first.date)",
                support: "\(known.maintenance(helm: release.version, on: day))",
                lastPatch: "\(release.last.tag)",
                worksWith: "Kubernetes \(release.kubernetes)",
                evidence: "compiled against \(release.compiledAgainst)",
                sources: [release.source],
                asOf: "\(known.asOf)",
                isUncertain: release.uncertain == true
            )
        }
    }

    private static func helmfile(_ known: VersionKnowledge) -> [SheetRow] {
        known.helmfile.map { found in
            let window = found.window
            let most = window.helm3MaxTested.map { " to \($0)" } ?? " or later"
            let broken = window.helm3Broken.map { ", not \($0.map(\.description).joined(separator: ", "))" } ?? ""
            return SheetRow(
                component: "helmfile",
                version: found.helmfile,
                released: "",
                support: "",
                lastPatch: "",
                worksWith: "Helm 2: \(window.helm2.rawValue); Helm \(window.helm3Min)\(most)\(broken)",
                evidence: found.evidence,
                sources: ["roboll/helmfile", "helmfile/helmfile"],
                asOf: "\(known.asOf)",
                isUncertain: window.uncertain == true
            )
        }
    }

    /// Releases in order, those without a gap between them as a range.
    private static func list(_ releases: [MinorRelease]) -> String {
        var ranges: [ReleaseRange] = []
        for release in releases {
            if let last = ranges.last, last.max.next == release {
                ranges[ranges.count - 1].max = release
            } else {
                ranges.append(ReleaseRange(min: release, max: release))
            }
        }
        return ranges.map(\.description).joined(separator: ", ")
    }
}
