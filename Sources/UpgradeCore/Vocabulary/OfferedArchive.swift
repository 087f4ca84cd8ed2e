/// The archive of a package that apt offers a host, as the signed lists of its repository name it.
public struct OfferedArchive: Hashable, Sendable, Codable {
    /// The package and its version.
    public var package: PackageSpec
    /// The SHA-256 of the archive, in lowercase hexadecimal; a download that has another is refused by apt, one that is there already by us.
    public var sha256: String

    /// Makes one.
    public init(package: PackageSpec, sha256: String) {
        self.package = package
        self.sha256 = sha256
    }
}
