internal import Foundation
internal import UpgradeCore

/// Reads the pages that say which Kubernetes a component works with.
enum ComponentPages {
    /// Reads the list of tested releases from Calico's page of requirements, as HTML or as the Markdown it is made of.
    ///
    /// - Source: tigera/docs _includes/partials/_system-requirements.mdx: a sentence, a list, and a sentence about older
    ///   releases.
    static func calicoRequirements(_ text: String) throws(PageError) -> ReleaseRange {
        guard let start = text.range(of: "against the following Kubernetes versions") else {
            throw .wrongKind("it does not say which Kubernetes versions are tested")
        }
        if KubernetesPages.isMarkup(text), !text.suffix(200).lowercased().contains("</html>") {
            throw .truncated("the page does not end")
        }
        let rest = text[start.upperBound...]
        // Whatever the form, the list ends where the next paragraph begins.
        guard let end = rest.firstMatch(of: /Due to changes in the Kubernetes API|<\/ul>|\n#+ |<h[1-6]/) else {
            throw .truncated("nothing comes after the list of versions")
        }
        let list = rest[..<end.range.lowerBound]
        let found = list.matches(of: /(?:<li[^>]*>(?:\s*<p>)?|\n\s*[*-])\s*v?(?<release>[0-9]+\.[0-9]+)\b/)
            .compactMap { MinorRelease(String($0.release)) }.sorted()
        guard let first = found.first, let last = found.last else { throw .unreadable("the list of versions is empty") }
        for (below, above) in zip(found, found.dropFirst()) where below.next != above {
            throw .unreadable("the list of versions has a gap after \(below)")
        }
        return ReleaseRange(min: first, max: last)
    }

    /// Reads Helm's table of supported releases.
    ///
    /// - Source: helm/helm-www versioned_docs/version-3/topics/version_skew.md: `| 3.19.x | 1.34.x - 1.31.x |`.
    static func helmSkew(
        _ text: String,
        atLeast known: [MinorRelease]
    ) throws(PageError) -> [MinorRelease: ReleaseRange] {
        guard !KubernetesPages.isMarkup(text) else { throw .wrongKind("HTML instead of Markdown") }
        var found: [MinorRelease: ReleaseRange] = [:]
        var isInTable = false
        for line in text.split(separator: "\n") {
            if line.contains("Helm Version"), line.hasPrefix("|") { isInTable = true }
            guard isInTable, line.hasPrefix("|"), line.contains(".x") else { continue }
            guard
                let row = line.wholeMatch(
                    of:
                        /\|\s*(?<helm>[0-9]+\.[0-9]+)\.x\s*\|\s*(?<max>1\.[0-9]+)\.x\s*-\s*(?<min>1\.[0-9]+)\.x\s*\|\s*/
                ), let helm = MinorRelease(String(row.helm)), let max = MinorRelease(String(row.max)),
                let min = MinorRelease(String(row.min))
            else { throw .unreadable("`\(line)` is no row of the table") }
            guard min <= max else { throw .unreadable("`\(line)` goes down") }
            found[helm] = ReleaseRange(min: min, max: max)
        }
        guard !found.isEmpty else { throw .unreadable("there is no table of versions") }
        if let missing = known.first(where: { found[$0] == nil }) {
            throw .truncated("the table has no row for \(missing), which it had")
        }
        return found
    }
}
