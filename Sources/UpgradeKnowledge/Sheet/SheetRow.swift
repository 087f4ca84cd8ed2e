/// One release of one component, as a row of the sheet.
public struct SheetRow: Hashable, Sendable, Encodable {
    /// The component.
    public var component: String
    /// The release.
    public var version: String
    /// When it was released; empty where that is not known, as for the rest.
    public var released: String
    /// Whether it is supported, by its own makers, on the day of the sheet.
    public var support: String
    /// Its last patch.
    public var lastPatch: String
    /// What it works with.
    public var worksWith: String
    /// What kind of evidence there is for that.
    public var evidence: String
    /// Where all of this was read.
    public var sources: [String]
    /// As of when.
    public var asOf: String
    /// Whether the sources leave room for doubt.
    public var isUncertain: Bool

    /// The titles of the columns.
    public static let titles = [
        "component", "version", "released", "support", "last patch", "works with", "evidence", "as of", "uncertain",
        "sources",
    ]

    /// The columns.
    public var columns: [String] {
        [
            component, version, released, support, lastPatch, worksWith, evidence, asOf, isUncertain ? "yes" : "",
            sources.joined(separator: "; "),
        ]
    }
}
