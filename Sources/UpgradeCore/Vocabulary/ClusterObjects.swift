/// What foresight must know of the API's objects besides nodes, pods and budgets; one answer for a cluster.
public struct ClusterObjects: Hashable, Sendable, Codable {
    /// An object that somebody made, with what it was made from.
    public struct Applied: Hashable, Sendable, Codable {
        /// Its kind.
        public var kind: String
        /// Its namespace; empty for an object of the cluster.
        public var namespace: String
        /// Its name.
        public var name: String
        /// The apiVersion of the manifest that was last applied; `nil` where nobody used `kubectl apply`.
        public var appliedVersion: String?
        /// The apiVersion and kind that it refers to, such as the target of an autoscaler.
        public var target: Reference?
        /// The images of its pod template.
        public var images: [String]
        /// The node labels that its pods want.
        public var nodeSelector: [String: String]
        /// The keys of the node labels that its pods want by affinity.
        public var affinityKeys: [String]
        /// The keys of the taints that its pods tolerate.
        public var tolerations: [String]
        /// Whether its pods rely on the critical-pod annotation: they have it and no priority class.
        public var isCriticalByAnnotation: Bool
        /// Whether its pods, or those it admits, want a profile of AppArmor; absent in answers of older versions.
        public var wantsAppArmor: Bool?

        /// Makes an object.
        public init(
            kind: String,
            namespace: String = "",
            name: String,
            appliedVersion: String? = nil,
            target: Reference? = nil,
            images: [String] = [],
            nodeSelector: [String: String] = [:],
            affinityKeys: [String] = [],
            tolerations: [String] = [],
            isCriticalByAnnotation: Bool = false,
            wantsAppArmor: Bool? = nil
        ) {
            self.kind = kind
            self.namespace = namespace
            self.name = name
            self.appliedVersion = appliedVersion
            self.target = target
            self.images = images
            self.nodeSelector = nodeSelector
            self.affinityKeys = affinityKeys
            self.tolerations = tolerations
            self.isCriticalByAnnotation = isCriticalByAnnotation
            self.wantsAppArmor = wantsAppArmor
        }

        /// `Kind namespace/name`.
        public var path: String { "\(kind) \(namespace.isEmpty ? name : "\(namespace)/\(name)")" }
    }

    /// An object named by its apiVersion and kind.
    public struct Reference: Hashable, Sendable, Codable {
        /// Its group and version.
        public var apiVersion: String
        /// Its kind.
        public var kind: String
        /// Its name; empty where none is given.
        public var name: String

        /// Makes a reference.
        public init(apiVersion: String, kind: String, name: String = "") {
            self.apiVersion = apiVersion
            self.kind = kind
            self.name = name
        }
    }

    /// An admission webhook whose backend is a service of the cluster.
    public struct Webhook: Hashable, Sendable, Codable {
        /// The name of its configuration and its own.
        public var name: String
        /// Whether a request is refused when the backend does not answer.
        public var failsClosed: Bool
        /// `namespace/name` of the service.
        public var service: String
        /// The resources it is asked about.
        public var resources: [String]

        /// Makes a webhook.
        public init(name: String, failsClosed: Bool, service: String, resources: [String]) {
            self.name = name
            self.failsClosed = failsClosed
            self.service = service
            self.resources = resources
        }
    }

    /// An API that another server serves.
    public struct AggregatedAPI: Hashable, Sendable, Codable {
        /// Its name, such as `v1beta1.metrics.k8s.io`.
        public var name: String
        /// `namespace/name` of the service behind it.
        public var service: String
        /// Whether its Available condition is True.
        public var isAvailable: Bool

        /// Makes an API.
        public init(name: String, service: String, isAvailable: Bool) {
            self.name = name
            self.service = service
            self.isAvailable = isAvailable
        }
    }

    /// The versions of a custom resource.
    public struct Definition: Hashable, Sendable, Codable {
        /// The name of its definition, such as `ippools.crd.projectcalico.org`.
        public var name: String
        /// The versions that its definition has.
        public var versions: [String]
        /// The versions in which objects of it may be stored.
        public var stored: [String]

        /// Makes a definition.
        public init(name: String, versions: [String], stored: [String]) {
            self.name = name
            self.versions = versions
            self.stored = stored
        }
    }

    /// A token that hosts join the cluster with; never the token itself.
    public struct BootstrapToken: Hashable, Sendable, Codable {
        /// The name of its Secret in kube-system: the part of the token that is no secret.
        public var name: String
        /// When it ends, in seconds since 1970.
        public var notAfter: Double

        /// Makes a token.
        public init(name: String, notAfter: Double) {
            self.name = name
            self.notAfter = notAfter
        }
    }

    /// What somebody may have applied; what a controller made is left out.
    ///
    /// Workloads, network policies, ingresses, pod security policies, budgets, autoscalers, jobs, roles and their
    /// bindings, priority and storage classes; definitions of custom resources, webhook configurations and APIServices.
    public var applied: [Applied]
    /// Admission webhooks.
    public var webhooks: [Webhook]
    /// The selectors of services by `namespace/name`; empty where somebody else says what is behind the service.
    public var services: [String: [String: String]]
    /// The names of custom resource definitions.
    public var definitions: [String]
    /// Their versions.
    public var definitionVersions: [Definition]
    /// APIs that other servers serve.
    public var aggregated: [AggregatedAPI]
    /// Group and version of each APIService without a service behind it that no API server keeps up by itself.
    public var unmanagedAPIs: [String]
    /// Tokens with an end that hosts join the cluster with.
    public var bootstrapTokens: [BootstrapToken]
    /// Namespaces whose annotation asks for DefaultDeny.
    public var defaultDeny: [String]
    /// `namespace/name` of claims that are bound to a volume on one node.
    public var localClaims: [String]
    /// The Corefile of CoreDNS in kube-system; `nil` where there is none.
    public var corefile: String?

    /// Makes a set of objects.
    public init(
        applied: [Applied] = [],
        webhooks: [Webhook] = [],
        services: [String: [String: String]] = [:],
        definitions: [String] = [],
        definitionVersions: [Definition] = [],
        aggregated: [AggregatedAPI] = [],
        unmanagedAPIs: [String] = [],
        bootstrapTokens: [BootstrapToken] = [],
        defaultDeny: [String] = [],
        localClaims: [String] = [],
        corefile: String? = nil
    ) {
        self.applied = applied
        self.webhooks = webhooks
        self.services = services
        self.definitions = definitions
        self.definitionVersions = definitionVersions
        self.aggregated = aggregated
        self.unmanagedAPIs = unmanagedAPIs
        self.bootstrapTokens = bootstrapTokens
        self.defaultDeny = defaultDeny
        self.localClaims = localClaims
        self.corefile = corefile
    }
}

/// What a deployed Helm release holds, as its stored manifest names it.
public struct HelmManifest: Hashable, Sendable, Codable {
    /// The major version of the Helm that stored it.
    public var helm: Int
    /// The namespace where it is stored.
    public var namespace: String
    /// The name of the stored object: the release and its revision.
    public var name: String
    /// The objects of its manifest; `nil` where the stored form could not be read.
    public var objects: [ClusterObjects.Reference]?
    /// The kind of the object in which Helm 2 keeps it; `nil` for Helm 3.
    public var storage: HelmStorage?

    /// The release, as a playbook excludes it: `namespace/release`, of all revisions.
    ///
    /// > RELEASE.vREVISION, sh.helm.release.v1.RELEASE.vREVISION  (helm v2.16 and v3.0 pkg/storage/storage.go, makeKey)
    public var release: String {
        let name = name.wholeMatch(of: /(?:sh\.helm\.release\.v1\.)?(.+?)(?:\.v[0-9]+)?/)?.1 ?? name[...]
        return "\(namespace)/\(name)"
    }

    /// Makes a manifest.
    public init(
        helm: Int,
        namespace: String,
        name: String,
        objects: [ClusterObjects.Reference]?,
        storage: HelmStorage? = nil
    ) {
        self.helm = helm
        self.namespace = namespace
        self.name = name
        self.objects = objects
        self.storage = storage
    }
}
