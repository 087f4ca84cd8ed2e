internal import UpgradeCore
internal import UpgradeSteps

/// What Helm keeps, for a person: a line for each revision, so that it can be searched.
struct HelmText {
    var outlook: HelmOutlook

    /// The text.
    var text: String {
        var lines = ["Tillers: \(outlook.tillers.isEmpty ? "none" : String(outlook.tillers.count))"]
        lines += outlook.tillers.map { "  \($0.namespace)  \($0.image)  keeps releases in \($0.storage)" }
        for helm in [2, 3] {
            let releases = outlook.releases.filter { $0.helm == helm }
            let revisions = releases.flatMap(\.revisions)
            let unreadable = revisions.count { $0.problem != nil }
            var line = "Helm \(helm): \(releases.count) releases, \(revisions.count) revisions, "
            line += Self.size(revisions.reduce(0) { $0 + $1.bytes })
            lines.append(unreadable == 0 ? line : "\(line), \(unreadable) that cannot be decoded or converted")
            let histories = Dictionary(grouping: releases) { "\($0.namespace)/\($0.name)" }
            lines += releases.flatMap { release in
                Self.lines(release, isTwice: (histories["\(release.namespace)/\(release.name)"] ?? []).count > 1)
            }
        }
        lines += outlook.findings.map { "in the way: \($0)" }
        return lines.map(\.onOneLine).joined(separator: "\n")
    }

    /// A release; `isTwice` where objects of both kinds keep one of its name.
    private static func lines(_ release: HelmOutlook.Release, isTwice: Bool) -> [String] {
        var title = "  \(release.namespace)/\(release.name)"
        if release.helm == 2, !release.releaseNamespace.isEmpty { title += "  in \(release.releaseNamespace)" }
        if isTwice, let storage = release.revisions.first?.object.prefix(while: { $0 != "/" }) {
            title += "  kept in \(storage)"
        }
        if let reason = release.excluded { title += "  left out: \(reason)" }
        var lines = [title]
        lines += release.revisions.map { line($0, isAlone: release.excluded == nil) }
        lines += release.going.map { line($0) }
        lines += release.written.map { "    writes \($0)" }
        return lines
    }

    /// A revision; `isAlone` where the release is not left out as a whole.
    private static func line(_ revision: HelmOutlook.Revision, isAlone: Bool) -> String {
        let number = revision.revision == 0 ? revision.object : "v\(revision.revision)"
        var words = [number, revision.status, revision.chart, size(revision.bytes)].filter { !$0.isEmpty }
        if let problem = revision.problem { words.append("cannot be converted: \(problem)") }
        words += revision.notes
        if isAlone, let reason = revision.excluded { words.append("left out: \(reason)") }
        return "    " + words.joined(separator: "  ")
    }

    private static func line(_ going: HelmOutlook.Going) -> String {
        let name = going.name.isEmpty ? "" : " \(going.name)"
        let instead = going.instead.map { "; \($0) stands in for it" } ?? ""
        let why = going.why.map { "; cannot be written anew: \($0)" } ?? ""
        let what = "\(going.kind)\(name) of \(going.apiVersion) (\(going.place.rawValue))"
        return "    \(going.hop) takes away \(what)\(instead)\(why)"
    }

    /// Rounded up: what is there is never nothing.
    private static func size(_ bytes: Int64) -> String { "\((bytes + 1023) >> 10) KiB" }
}
