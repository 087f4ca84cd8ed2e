public import UpgradeCore

/// A component that is out of range at a place of a path.
public struct PathViolation: Hashable, Sendable {
    /// The name by which a playbook accepts it, such as `calico-2.2@1.12` or `helm-2.14@1.14-1.15`.
    public var id: String { "\(component.rawValue)-\(version.release)@\(place)" }
    /// The component.
    public var component: PathComponent
    /// Its version.
    public var version: PatchVersion
    /// The release that Kubernetes runs, or the hop while two do.
    public var place: PathPlace
    /// How many minor releases out of range it is.
    public var distance: Int
    /// Why, in words.
    public var reason: String

    /// Makes a violation.
    public init(component: PathComponent, version: PatchVersion, place: PathPlace, distance: Int, reason: String) {
        self.component = component
        self.version = version
        self.place = place
        self.distance = distance
        self.reason = reason
    }
}

/// Where on a path Kubernetes stands.
public enum PathPlace: Hashable, Sendable, CustomStringConvertible {
    /// At a release.
    case at(MinorRelease)
    /// Between two, both live.
    case during(HopID)

    /// The releases that are live.
    public var live: [MinorRelease] {
        switch self {
        case .at(let release): [release]
        case .during(let hop): [hop.from, hop.to]
        }
    }

    /// `1.12`, or `1.12-1.13`.
    public var description: String {
        switch self {
        case .at(let release): "\(release)"
        case .during(let hop): "\(hop)"
        }
    }
}
