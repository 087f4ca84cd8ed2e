/// Reads and writes what Helm keeps of a release.
///
/// Given to a live cluster by whoever makes it: this module knows no format. Contents go in and come out of it and
/// nowhere else: a release holds secrets.
public protocol HelmCodec: Sendable {
    /// Tells of what Helm 2 stores without giving it away; what cannot be read has a `problem`.
    ///
    /// - Parameters:
    ///   - stored: the object.
    ///   - compares: whether the digests of its parts are wanted, which takes longer.
    /// - Returns: names, digests and sizes.
    func record(_ stored: StoredHelmObject, compares: Bool) -> HelmRecord

    /// Tells of what Helm 3 stores without giving it away.
    func secret(_ stored: StoredHelmObject, compares: Bool) -> HelmSecret

    /// The objects of the manifest of a revision.
    ///
    /// - Parameters:
    ///   - stored: the object.
    ///   - helm: the major version of the Helm that stored it.
    /// - Returns: names and what is wrong; `nil` where the object cannot be read at all, which a `record` or a `secret` tells.
    func manifest(_ stored: StoredHelmObject, helm: Int) -> HelmStoredManifest?

    /// The manifest of the Secret that Helm 3 would keep, as JSON.
    ///
    /// - Throws: `HelmCodecError` where it must not be written.
    func converted(_ stored: StoredHelmObject, _ conversion: HelmConversion) throws(HelmCodecError) -> String

    /// The manifests of the revision that supersedes a deployed one, and of that one superseded.
    ///
    /// - Throws: `HelmCodecError` where they must not be written.
    func mapped(_ stored: StoredHelmObject, _ mapping: HelmMapping) throws(HelmCodecError) -> HelmRewrite
}

/// An object in which Helm stores a revision, with its contents.
public struct StoredHelmObject: Sendable {
    /// Its kind.
    public var storage: HelmStorage
    /// Its namespace.
    public var namespace: String
    /// Its name.
    public var name: String
    /// Its labels.
    public var labels: [String: String]
    /// Its annotations.
    public var annotations: [String: String]
    /// Changes with every change of the object.
    public var resourceVersion: String
    /// What Helm stored, as Helm encoded it; empty where there is nothing.
    public var data: String

    /// Makes an object.
    public init(
        storage: HelmStorage,
        namespace: String,
        name: String,
        labels: [String: String] = [:],
        annotations: [String: String] = [:],
        resourceVersion: String = "",
        data: String
    ) {
        self.storage = storage
        self.namespace = namespace
        self.name = name
        self.labels = labels
        self.annotations = annotations
        self.resourceVersion = resourceVersion
        self.data = data
    }
}

extension StoredHelmObject: CustomStringConvertible {
    /// Its name alone, so that no message ever holds what it stores.
    public var description: String { "\(storage.rawValue) \(namespace)/\(name)" }
}

/// Why a release is not converted.
public enum HelmCodecError: Error, Hashable, Sendable {
    /// What is stored is not what was looked at.
    case changed
    /// What is stored cannot be converted, and why.
    case unconvertible(String)
}
