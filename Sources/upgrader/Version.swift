/// Which version of the program this is: the one place where it stands.
///
/// `Scripts/package` and the manual page ask the program; a test holds CHANGELOG.md against it.
enum Version {
    /// The release that is out, or is being made.
    static let number = "0.1.0"
}
