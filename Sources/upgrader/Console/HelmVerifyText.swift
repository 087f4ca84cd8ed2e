internal import UpgradeSteps

/// What was verified, for a person: a line for each release and for each thing that is not as it should be.
struct HelmVerifyText {
    var found: HelmVerification

    /// The text.
    var text: String {
        let present = found.releases.reduce(0) { $0 + $1.present }
        let findings = found.releases.reduce(0) { $0 + $1.findings.count }
        var lines = [
            "\(found.releases.count) deployed releases, \(present) of their objects are there, \(findings) findings"
        ]
        for release in found.releases {
            var line = "  \(release.namespace)/\(release.name)  v\(release.revision) of Helm \(release.helm)  "
            line += "\(release.present) there"
            if release.kept > 0 { line += ", \(release.kept) left to their operator" }
            lines.append(line)
            lines += release.findings.map { "    \($0.object): \($0.state)" }
        }
        lines += found.differences.map { "differs: \($0)" }
        return lines.map(\.onOneLine).joined(separator: "\n")
    }
}
