internal import Foundation
public import UpgradeCore

/// A page of upstream that `versions sync` reads.
public struct UpstreamPage: Hashable, Sendable, Decodable {
    /// Its stable name.
    public var id: ID
    /// Its address; `{release}` stands for a minor release.
    public var url: String
    /// What it says.
    public var what: String

    /// The pages that there are parsers for.
    public enum ID: String, Hashable, Sendable, Codable, CaseIterable {
        case kubernetesSchedule = "kubernetes-schedule"
        case kubernetesEndOfLife = "kubernetes-end-of-life"
        case kubernetesChangelog = "kubernetes-changelog"
        case calicoReleases = "calico-releases"
        case calicoRequirements = "calico-requirements"
        case helmReleases = "helm-releases"
        case helmSkew = "helm-skew"
    }

    /// The pages of the data.
    ///
    /// - Throws: `VersionDataError`; a mistake of this program's makers, which a test excludes.
    public static func all() throws(VersionDataError) -> [UpstreamPage] {
        struct File: Decodable {
            var pages: [UpstreamPage]
        }
        return try VersionData.decode(File.self, from: "upstream.yaml").pages
    }

    /// The address of the page of a release, or of the page where it is about none.
    ///
    /// - Parameters:
    ///   - release: the release.
    ///   - mirror: where to read instead; the page's host and path come after it.
    /// - Returns: the address.
    public func address(of release: MinorRelease? = nil, mirror: String? = nil) -> String {
        let url = release.map { self.url.replacing("{release}", with: $0.description) } ?? self.url
        guard let mirror, let scheme = url.range(of: "://") else { return url }
        return (mirror.hasSuffix("/") ? String(mirror.dropLast()) : mirror) + "/" + url[scheme.upperBound...]
    }
}

/// Why nothing is proposed from a page.
public enum PageError: Error, Hashable, Sendable, CustomStringConvertible {
    /// It could not be had.
    case unreachable(String)
    /// The server has something else to say.
    case status(Int)
    /// It is a page of another kind, as an error page that comes with a good status.
    case wrongKind(String)
    /// It ends too early.
    case truncated(String)
    /// It is not in the form that is known.
    case unreadable(String)

    /// One phrase with the facts of the case.
    public var description: String {
        switch self {
        case .unreachable(let why): "it could not be had: \(why)"
        case .status(let code): "the server answered \(code)"
        case .wrongKind(let what): "it is not the page that was asked for: \(what)"
        case .truncated(let what): "it is cut off: \(what)"
        case .unreadable(let what): "it is not in the form that is known: \(what)"
        }
    }
}
