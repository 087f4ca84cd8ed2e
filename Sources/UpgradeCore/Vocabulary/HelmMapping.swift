/// The API of one kind of object, and the one that stands in for it.
public struct APIMove: Hashable, Sendable, Codable, Comparable {
    /// The apiVersion that goes.
    public var from: String
    /// The kind, which stays.
    public var kind: String
    /// The apiVersion that stands in for it.
    public var to: String

    /// Names a move.
    public init(from: String, kind: String, to: String) {
        self.from = from
        self.kind = kind
        self.to = to
    }

    /// Orders by kind, then by the apiVersion that goes.
    public static func < (left: APIMove, right: APIMove) -> Bool {
        (left.kind, left.from, left.to) < (right.kind, right.from, right.to)
    }
}

/// A deployed revision whose stored manifest names APIs that go away, and the revision that supersedes it; names and
/// digests, never contents.
public struct HelmMapping: Hashable, Sendable, Codable {
    /// Whose storage it is, 2 or 3.
    public var helm: Int
    /// The object that holds the deployed revision.
    public var source: HelmSource
    /// The digest of what is stored there; another one means that it was changed since it was looked at.
    public var digest: String
    /// The name of the release.
    public var release: String
    /// Its deployed revision.
    public var revision: Int
    /// The revision that is written.
    public var next: Int
    /// What is written in place of what, in order.
    public var apis: [APIMove]
    /// The run that maps it; the object is marked with it.
    public var mark: String

    /// Makes a mapping.
    public init(
        helm: Int,
        source: HelmSource,
        digest: String,
        release: String,
        revision: Int,
        next: Int,
        apis: [APIMove],
        mark: String
    ) {
        self.helm = helm
        self.source = source
        self.digest = digest
        self.release = release
        self.revision = revision
        self.next = next
        self.apis = apis
        self.mark = mark
    }

    /// The object that is written.
    ///
    /// - Source: helm v2.17 and v3.0 pkg/storage/storage.go, makeKey
    public var target: HelmSource {
        var target = source
        target.name = "\(source.name.dropLast(String(revision).count))\(next)"
        return target
    }
}

/// What a mapping writes, as a codec makes it: both manifests as JSON.
public struct HelmRewrite: Sendable {
    /// The new object.
    public var created: String
    /// The old one, superseded, at the version that was read.
    public var superseded: String
    /// The digest of what the old one then stores.
    public var supersededDigest: String

    /// Makes a rewrite.
    public init(created: String, superseded: String, supersededDigest: String) {
        self.created = created
        self.superseded = superseded
        self.supersededDigest = supersededDigest
    }
}

/// An object of a release that no other API can stand in for as it is written.
public struct HelmFixed: Error, Hashable, Sendable, Codable {
    /// The object.
    public var object: ClusterObjects.Reference
    /// Why not.
    public var why: String

    /// Names an object.
    public init(object: ClusterObjects.Reference, why: String) {
        self.object = object
        self.why = why
    }
}

/// An object of Helm 2 that is copied to the operator's machine and removed; names and digests, never contents.
public struct HelmRetirement: Hashable, Sendable, Codable {
    /// The object.
    public var source: HelmSource
    /// The digest of what is stored there.
    public var digest: String
    /// The file of the operator's machine, relative to the run's directory.
    public var localPath: String

    /// Makes a retirement.
    public init(source: HelmSource, digest: String) {
        self.source = source
        self.digest = digest
        localPath = "helm2/\(source.namespace)/\(source.storage.rawValue)/\(source.name).json"
    }
}
