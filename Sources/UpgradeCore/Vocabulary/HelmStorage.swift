/// What an object that holds one revision of a Helm 2 release is.
public enum HelmStorage: String, Hashable, Sendable, Codable, CaseIterable {
    /// Tiller's default.
    case configMap = "configmaps"
    /// With `tiller --storage=secret`.
    case secret = "secrets"
}

/// Names the object in which Helm 2 keeps one revision of a release.
public struct HelmSource: Hashable, Sendable, Codable {
    /// The kind of the object.
    public var storage: HelmStorage
    /// The namespace of its Tiller.
    public var namespace: String
    /// The name of the object: `RELEASE.vREVISION`.
    public var name: String

    /// Names an object.
    public init(storage: HelmStorage, namespace: String, name: String) {
        self.storage = storage
        self.namespace = namespace
        self.name = name
    }

    /// `namespace/name`, as playbooks and messages name it.
    public var path: String { "\(namespace)/\(name)" }
}

/// One revision of a Helm 2 release that becomes a Secret of Helm 3; names and digests, never contents.
public struct HelmConversion: Hashable, Sendable, Codable {
    /// Where Helm 2 keeps it.
    public var source: HelmSource
    /// The digest of what is stored there; another one means that it was changed since it was looked at.
    public var digest: String
    /// The name of the release.
    public var release: String
    /// Its revision.
    public var revision: Int
    /// The namespace of the release, where Helm 3 keeps it.
    public var namespace: String
    /// The run that converts it; the Secret is marked with it.
    public var mark: String

    /// Makes a conversion.
    public init(
        source: HelmSource,
        digest: String,
        release: String,
        revision: Int,
        namespace: String,
        mark: String
    ) {
        self.source = source
        self.digest = digest
        self.release = release
        self.revision = revision
        self.namespace = namespace
        self.mark = mark
    }

    /// The name of the Secret.
    ///
    /// - Source: helm v3.0 pkg/storage/storage.go, makeKey
    public var secret: String { "sh.helm.release.v1.\(release).v\(revision)" }
}

/// One revision of a release as Helm 2 stores it, without its contents.
public struct HelmRecord: Hashable, Sendable, Codable {
    /// Where it is stored.
    public var source: HelmSource
    /// The digest of what is stored.
    public var digest: String
    /// How much is stored.
    public var size: ByteCount
    /// Why it cannot be converted; `nil` where it can.
    public var problem: String?
    /// The name of the release; of the object where it could not be read.
    public var release: String
    /// Its revision; 0 where it could not be read.
    public var revision: Int
    /// The namespace of the release; empty where it could not be read.
    public var namespace: String
    /// Its status in Helm 3's words.
    public var status: String
    /// Name and version of its chart.
    public var chart: String
    /// What Helm 3 has no place for, in words; empty where there is nothing.
    public var notes: [String]
    /// The objects that its manifest names.
    public var objects: [ClusterObjects.Reference]
    /// The objects that its hooks name.
    public var hookObjects: [ClusterObjects.Reference] = []
    /// The kinds that the templates of its chart name; names are what a template makes of them.
    public var templateObjects: [ClusterObjects.Reference] = []
    /// The objects that no other API can stand in for as they are written.
    public var fixed: [HelmFixed] = []
    /// What this program wrote on it; `nil` where Helm wrote it.
    public var mark: HelmMark?
    /// The digest of each of its parts by name; empty unless a comparison was asked for.
    public var parts: [String: String]

    /// Makes a record.
    public init(
        source: HelmSource,
        digest: String,
        size: ByteCount,
        problem: String? = nil,
        release: String,
        revision: Int,
        namespace: String,
        status: String = "",
        chart: String = "",
        notes: [String] = [],
        objects: [ClusterObjects.Reference] = [],
        parts: [String: String] = [:]
    ) {
        self.source = source
        self.digest = digest
        self.size = size
        self.problem = problem
        self.release = release
        self.revision = revision
        self.namespace = namespace
        self.status = status
        self.chart = chart
        self.notes = notes
        self.objects = objects
        self.parts = parts
    }

    /// What becomes of it in a run.
    public func conversion(mark: String) -> HelmConversion {
        HelmConversion(
            source: source,
            digest: digest,
            release: release,
            revision: revision,
            namespace: namespace,
            mark: mark
        )
    }
}

/// One revision of a release as Helm 3 stores it, without its contents.
public struct HelmSecret: Hashable, Sendable, Codable {
    /// Its namespace.
    public var namespace: String
    /// Its name.
    public var name: String
    /// What this program wrote on it; `nil` where Helm or somebody else wrote the Secret last.
    public var mark: HelmMark?
    /// The digest of what is stored.
    public var digest: String
    /// The name of the release.
    public var release: String
    /// Its revision; 0 where the name tells none.
    public var revision: Int
    /// Its status.
    public var status: String
    /// Why it could not be read; `nil` where it could, or was not asked for.
    public var problem: String?
    /// How much is stored.
    public var size = ByteCount(bytes: 0)
    /// Name and version of its chart; empty where it was not read.
    public var chart = ""
    /// The objects that its manifest names; of a deployed revision only.
    public var objects: [ClusterObjects.Reference] = []
    /// The objects that its hooks name.
    public var hookObjects: [ClusterObjects.Reference] = []
    /// The kinds that the templates of its chart name.
    public var templateObjects: [ClusterObjects.Reference] = []
    /// The objects that no other API can stand in for as they are written.
    public var fixed: [HelmFixed] = []
    /// The digest of each of its parts by name; empty unless a comparison was asked for.
    public var parts: [String: String]

    /// Makes a Secret.
    public init(
        namespace: String,
        name: String,
        mark: HelmMark?,
        digest: String,
        release: String,
        revision: Int,
        status: String = "",
        problem: String? = nil,
        parts: [String: String] = [:]
    ) {
        self.namespace = namespace
        self.name = name
        self.mark = mark
        self.digest = digest
        self.release = release
        self.revision = revision
        self.status = status
        self.problem = problem
        self.parts = parts
    }

    /// Whether it is as this program wrote it.
    ///
    /// Helm writes the whole Secret anew and so takes the mark away; a person may leave it and change the data.
    public var isOurs: Bool { mark.map { $0.content == digest } ?? false }

    /// The object that holds it.
    public var source: HelmSource { HelmSource(storage: .secret, namespace: namespace, name: name) }
}

/// What this program writes on an object that it made.
public struct HelmMark: Hashable, Sendable, Codable {
    /// What an object was made by.
    public enum Origin: String, Hashable, Sendable, Codable, CaseIterable {
        /// A conversion from Helm 2 to 3.
        case conversion
        /// A mapping to the APIs that stay.
        case mapping
    }

    /// The run.
    public var run: String
    /// The object that it was made from, as `STORAGE/namespace/name`.
    public var source: String
    /// The digest of what was stored there.
    public var sourceDigest: String
    /// The digest of what was written.
    public var content: String
    /// What it was made by.
    public var origin: Origin

    /// Makes a mark.
    public init(
        run: String,
        source: String,
        sourceDigest: String,
        content: String,
        origin: Origin = .conversion
    ) {
        self.origin = origin
        self.run = run
        self.source = source
        self.sourceDigest = sourceDigest
        self.content = content
    }
}

/// A Tiller that runs.
public struct HelmTiller: Hashable, Sendable, Codable {
    /// What `helm init` names its Deployment and its Service.
    ///
    /// - Source: helm v2.17 cmd/helm/installer/install.go
    public static let deployment = "tiller-deploy"

    /// Its namespace.
    public var namespace: String
    /// Its image with its tag.
    public var image: String
    /// Where it keeps releases, by its own command line: the word behind `--storage`.
    public var driver: String

    /// The objects in which it keeps releases; `nil` where it keeps them in none, so that nobody else can read them.
    ///
    /// - Source: helm v2.17 cmd/tiller/tiller.go: configmap (the default), secret, memory or sql
    public var storage: HelmStorage? {
        switch driver {
        case "configmap": .configMap
        case "secret": .secret
        default: nil
        }
    }

    /// Makes a Tiller.
    public init(namespace: String, image: String, driver: String = "configmap") {
        self.namespace = namespace
        self.image = image
        self.driver = driver
    }
}

/// Every release of Helm 2 and 3 in a cluster, without contents.
public struct HelmInventory: Hashable, Sendable, Codable {
    /// The Tillers that run.
    public var tillers: [HelmTiller]
    /// What Helm 2 keeps.
    public var records: [HelmRecord]
    /// What Helm 3 keeps.
    public var secrets: [HelmSecret]
    /// The namespaces that there are.
    public var namespaces: Set<String>

    /// Makes an inventory.
    public init(
        tillers: [HelmTiller] = [],
        records: [HelmRecord] = [],
        secrets: [HelmSecret] = [],
        namespaces: Set<String> = []
    ) {
        self.tillers = tillers
        self.records = records
        self.secrets = secrets
        self.namespaces = namespaces
    }
}
