/// Which objects of the manifests of deployed releases the cluster has; names, never contents.
public struct HelmPresence: Hashable, Sendable, Codable {
    /// What was found of one release.
    public struct Release: Hashable, Sendable, Codable {
        /// The major version of the Helm that keeps the manifest which was read.
        public var helm: Int
        /// Its own namespace.
        public var namespace: String
        /// Its name.
        public var name: String
        /// The revision that was read, the newest that is deployed.
        public var revision: Int
        /// How many objects of it are there and are its own, as far as that is known.
        public var present = 0
        /// How many were not looked for: a release leaves what is annotated `helm.sh/resource-policy: keep` to its operator.
        public var kept = 0
        /// Those that are not there.
        public var absent: [HelmManifestObject] = []
        /// Those of a kind that the API server does not serve at this apiVersion.
        public var unserved: [HelmManifestObject] = []
        /// Those that are there and belong to another release, by their labels.
        public var foreign: [Foreign] = []
        /// What of its manifest could not be read or looked for, in words.
        public var problems: [String] = []

        /// Makes a release of which nothing was found yet.
        public init(helm: Int, namespace: String, name: String, revision: Int) {
            self.helm = helm
            self.namespace = namespace
            self.name = name
            self.revision = revision
        }

        /// `namespace/name`.
        public var path: String { "\(namespace)/\(name)" }
    }

    /// An object that another release has made.
    public struct Foreign: Hashable, Sendable, Codable {
        /// The object.
        public var object: HelmManifestObject
        /// The release that its label names.
        public var release: String

        /// Makes a value.
        public init(object: HelmManifestObject, release: String) {
            self.object = object
            self.release = release
        }
    }

    /// The releases, by namespace and name.
    public var releases: [Release]

    /// Makes a value.
    public init(releases: [Release] = []) { self.releases = releases }
}

/// An object that the manifest of a release names.
public struct HelmManifestObject: Hashable, Sendable, Codable {
    /// Its group and version.
    public var apiVersion: String
    /// Its kind.
    public var kind: String
    /// The namespace that the manifest names, or else that of the release; empty for an object of the cluster, once that is
    /// known.
    public var namespace: String
    /// Its name.
    public var name: String

    /// Makes an object.
    public init(apiVersion: String, kind: String, namespace: String, name: String) {
        self.apiVersion = apiVersion
        self.kind = kind
        self.namespace = namespace
        self.name = name
    }

    /// `Kind namespace/name`.
    public var path: String { "\(kind) \(namespace.isEmpty ? name : "\(namespace)/\(name)")" }
}

/// The manifest of a revision, as far as its objects are to be found.
public struct HelmStoredManifest: Hashable, Sendable {
    /// An object, and what the manifest says of it.
    public struct Object: Hashable, Sendable {
        /// The object.
        public var object: HelmManifestObject
        /// Whether Helm leaves it where it is when the release goes.
        public var isKept: Bool
        /// What the manifest itself gives of the labels that say whose an object is.
        public var owner: [String: String]

        /// Makes a value.
        public init(object: HelmManifestObject, isKept: Bool = false, owner: [String: String] = [:]) {
            self.object = object
            self.isKept = isKept
            self.owner = owner
        }
    }

    /// The release.
    public var release: String
    /// Its revision.
    public var revision: Int
    /// Its namespace.
    public var namespace: String
    /// Its objects, without hooks.
    public var objects: [Object] = []
    /// What could not be read, in words that name no contents.
    public var problems: [String] = []

    /// Makes a manifest.
    public init(release: String, revision: Int, namespace: String) {
        self.release = release
        self.revision = revision
        self.namespace = namespace
    }
}

/// The labels by which charts say whose an object is.
public enum HelmOwnerLabel {
    /// Their names.
    ///
    /// - Source: helm v2.17 docs/chart_best_practices/labels.md: `app.kubernetes.io/instance`, and before it `release`
    public static let names = ["app.kubernetes.io/instance", "release"]

    /// Those of the labels of an object.
    public static func of(_ labels: [String: String]) -> [String: String] { labels.filter { names.contains($0.key) } }

    /// Whom an object is said to belong to where that is not who a manifest says; `nil` where nothing says otherwise.
    ///
    /// Sure only by labels that both have: one that somebody has added says nothing of a release that has none.
    public static func other(_ found: [String: String], than own: [String: String]) -> String? {
        let both = names.filter { found[$0] != nil && own[$0] != nil }
        return both.contains { found[$0] == own[$0] } ? nil : both.first.flatMap { found[$0] }
    }
}

/// A program that speaks to Helm's releases, asked for its version.
public enum HelmProgram: Hashable, Sendable, Codable {
    /// A client of Helm 2 or 3, by the name of its program.
    case client(String)
    /// Tiller in a namespace, asked by a client of Helm 2.
    case tiller(namespace: String)
    /// helmfile.
    case helmfile

    /// How messages call it.
    public var title: String {
        switch self {
        case .client(let program): program
        case .tiller(let namespace): "Tiller in \(namespace)"
        case .helmfile: "helmfile"
        }
    }
}

/// What a program says that it is.
public struct HelmProgramVersion: Hashable, Sendable, Codable {
    /// The version, without its commit; `nil` where the program does not run or says none.
    public var version: KubernetesVersion?
    /// What it printed, on one line and cut.
    public var text: String

    /// Makes a value.
    public init(version: KubernetesVersion?, text: String) {
        self.version = version
        self.text = text
    }
}
