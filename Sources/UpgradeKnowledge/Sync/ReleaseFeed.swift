internal import Foundation
internal import UpgradeCore

/// The tags of a project with their days, from the feed of its releases.
enum ReleaseFeed {
    /// Reads a feed; tags that are no version, and those before a release, are left out.
    ///
    /// - Source: RFC 4287; the feeds of code hosting sites put the tag at the end of each entry's link.
    static func tags(_ text: String) throws(PageError) -> [PatchVersion: CalendarDay] {
        guard text.prefix(500).contains("<feed") else { throw .wrongKind("no feed") }
        guard text.suffix(200).contains("</feed>") else { throw .truncated("the feed does not end") }
        var tags: [PatchVersion: CalendarDay] = [:]
        let entries = text.components(separatedBy: "<entry>").dropFirst()
        guard !entries.isEmpty else { throw .unreadable("there is no entry") }
        for entry in entries {
            guard let end = entry.range(of: "</entry>") else { throw .truncated("an entry does not end") }
            let body = entry[..<end.lowerBound]
            guard let link = body.firstMatch(of: /<link [^>]*href="[^"]*\/releases\/tag\/(?<tag>[^"]+)"/),
                let updated = body.firstMatch(of: /<updated>(?<day>[0-9-]{10})T[^<]*<\/updated>/),
                let day = CalendarDay(String(updated.day))
            else { throw .unreadable("an entry has no tag or no day") }
            guard link.tag.wholeMatch(of: /v[0-9]+\.[0-9]+\.[0-9]+/) != nil,
                let version = PatchVersion(String(link.tag))
            else { continue }
            tags[version] = day
        }
        return tags
    }
}
