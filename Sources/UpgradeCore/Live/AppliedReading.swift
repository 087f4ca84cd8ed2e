import FoundationEssentials

/// Reads what `ObjectScripts.objects` prints.
enum AppliedReading {
    /// The annotation in which kubectl keeps the manifest.
    /// - Source: Kubernetes 1.12 pkg/apis/core/annotation_key_constants.go, LastAppliedConfigAnnotation
    private static let lastApplied = "kubectl.kubernetes.io/last-applied-configuration"
    /// The annotation that asked for DefaultDeny before NetworkPolicy was stable.
    /// - Source: Kubernetes 1.6 docs/concepts/services-networking/networkpolicies.md
    private static let networkPolicy = "net.beta.kubernetes.io/network-policy"

    static func objects(_ sections: Sections) throws(ReadingError) -> ClusterObjects {
        var found = ClusterObjects()
        for resource in [
            "deployments.apps", "daemonsets.apps", "statefulsets.apps", "replicasets.apps", "jobs.batch",
            "cronjobs.batch", "ingresses.extensions", "networkpolicies.networking.k8s.io",
            "podsecuritypolicies.policy", "poddisruptionbudgets.policy", "horizontalpodautoscalers.autoscaling",
            "roles.rbac.authorization.k8s.io", "rolebindings.rbac.authorization.k8s.io",
            "clusterroles.rbac.authorization.k8s.io", "clusterrolebindings.rbac.authorization.k8s.io",
            "priorityclasses.scheduling.k8s.io", "storageclasses.storage.k8s.io",
        ] {
            // What a controller made, such as the replica sets of a deployment, nobody applies.
            found.applied += try items(Item.self, resource, sections).filter { $0.metadata.controller == nil }
                .map(applied)
        }
        for service in try items(Item.self, "services", sections) {
            found.services[path(service.metadata)] = service.spec?.selector?.labels ?? [:]
        }
        found.defaultDeny = try items(Item.self, "namespaces", sections).filter { namespace in
            namespace.metadata.annotations?[networkPolicy]?.contains("DefaultDeny") ?? false
        }.map(\.metadata.name)
        found.localClaims = try items(Volume.self, "persistentvolumes", sections).compactMap { volume in
            guard volume.spec.local != nil || volume.spec.hostPath != nil else { return nil }
            return volume.spec.claimRef.map { "\($0.namespace)/\($0.name)" }
        }
        for kind in ["validatingwebhookconfigurations", "mutatingwebhookconfigurations"] {
            let resource = "\(kind).admissionregistration.k8s.io"
            found.webhooks += try items(WebhookConfiguration.self, resource, sections).flatMap(webhooks)
        }
        for resource in configurations { found.applied += try items(Item.self, resource, sections).map(applied) }
        let definitions = try items(Definition.self, "customresourcedefinitions.apiextensions.k8s.io", sections)
        found.definitions = definitions.map(\.metadata.name)
        found.definitionVersions = definitions.map(\.versions)
        let services = try items(APIService.self, "apiservices.apiregistration.k8s.io", sections)
        found.unmanagedAPIs = services.filter(\.isUnmanaged).map { "\($0.spec.group ?? "")/\($0.spec.version ?? "")" }
        found.aggregated = services.compactMap {
            guard let service = $0.spec.service else { return nil }
            return ClusterObjects.AggregatedAPI(
                name: $0.metadata.name,
                service: "\(service.namespace)/\(service.name)",
                isAvailable: $0.status?.conditions?.contains { $0.type == "Available" && $0.status == "True" } ?? false
            )
        }
        let coredns = try sections.part("coredns").text
        if !coredns.isEmpty {
            found.corefile = try HostJSON.read(ConfigMap.self, coredns).data?["Corefile"]
        }
        found.bootstrapTokens = tokens(try sections.part("bootstrap-tokens"))
        return found
    }

    /// What tells how the API itself is made larger; people write it down as manifests too.
    private static let configurations = [
        "customresourcedefinitions.apiextensions.k8s.io", "apiservices.apiregistration.k8s.io",
        "validatingwebhookconfigurations.admissionregistration.k8s.io",
        "mutatingwebhookconfigurations.admissionregistration.k8s.io",
    ]

    /// Lines of a Secret's name and of its end as the API shows it, in base64; one without an end has another word there.
    private static func tokens(_ part: Sections.Part) -> [ClusterObjects.BootstrapToken] {
        guard part.succeeded else { return [] }
        return part.text.split(separator: "\n").compactMap { line in
            let words = line.split(separator: " ")
            guard words.count == 2, let data = Data(base64Encoded: String(words[1])),
                let end = try? Date(String(decoding: data, as: UTF8.self), strategy: .iso8601)
            else { return nil }
            return .init(name: String(words[0]), notAfter: end.timeIntervalSince1970)
        }
    }

    private static func items<Value: Decodable>(
        _ type: Value.Type,
        _ resource: String,
        _ sections: Sections
    ) throws(ReadingError) -> [Value] {
        let part = try sections.part(resource)
        guard part.succeeded, !part.text.isEmpty else { return [] }
        return try HostJSON.read(KubernetesObjects.List<Value>.self, part.text).items
    }

    private static func path(_ metadata: KubernetesObjects.Metadata) -> String {
        "\(metadata.namespace ?? "")/\(metadata.name)"
    }

    private static func applied(_ item: Item) -> ClusterObjects.Applied {
        let manifest = item.metadata.annotations?[lastApplied].flatMap { HostJSON.value(Manifest.self, $0) }
        let template = item.spec?.jobTemplate?.spec.template ?? item.spec?.template
        return ClusterObjects.Applied(
            kind: item.kind ?? "",
            namespace: item.metadata.namespace ?? "",
            name: item.metadata.name,
            appliedVersion: manifest?.apiVersion,
            target: item.spec?.scaleTargetRef.map {
                .init(apiVersion: $0.apiVersion ?? "", kind: $0.kind, name: $0.name)
            },
            images: template?.spec.containers?.compactMap(\.image) ?? [],
            nodeSelector: template?.spec.nodeSelector ?? [:],
            affinityKeys: template?.spec.affinity?.keys ?? [],
            tolerations: template?.spec.tolerations?.compactMap(\.key) ?? [],
            isCriticalByAnnotation: template.map { ObjectReading.isCritical($0.metadata?.annotations, $0.spec) }
                ?? false,
            wantsAppArmor: wantsAppArmor(template?.metadata?.annotations, item.metadata.annotations)
        )
    }

    /// Whether a pod template names a profile, or a pod security policy gives one to every pod.
    ///
    /// - Source: Kubernetes 1.12 pkg/security/apparmor/helpers.go, ContainerAnnotationKeyPrefix,
    ///   DefaultProfileAnnotationKey, ProfileNameUnconfined
    private static func wantsAppArmor(_ template: [String: String]?, _ own: [String: String]?) -> Bool {
        let named = (template ?? [:]).filter { $0.key.hasPrefix("container.apparmor.security.beta.kubernetes.io/") }
        let given = own?["apparmor.security.beta.kubernetes.io/defaultProfileName"].map { [$0] } ?? []
        return (named.values + given).contains { !$0.isEmpty && $0 != "unconfined" }
    }

    private static func webhooks(_ configuration: WebhookConfiguration) -> [ClusterObjects.Webhook] {
        (configuration.webhooks ?? []).compactMap { hook in
            guard let service = hook.clientConfig.service else { return nil }
            return ClusterObjects.Webhook(
                name: "\(configuration.metadata.name)/\(hook.name)",
                // Absent means Ignore up to v1beta1, which the server fills in; v1 says Fail.
                failsClosed: hook.failurePolicy == "Fail",
                service: "\(service.namespace)/\(service.name)",
                resources: (hook.rules ?? []).flatMap { $0.resources ?? [] }
            )
        }
    }
}

// MARK: the parts of objects that are read

extension AppliedReading {
    private struct Manifest: Decodable {
        var apiVersion: String?
    }

    private struct Item: Decodable {
        struct Spec: Decodable {
            struct Job: Decodable {
                struct Spec: Decodable {
                    var template: KubernetesObjects.Template?
                }
                var spec: Spec
            }
            struct Target: Decodable {
                var apiVersion: String?
                var kind: String
                var name: String
            }
            var template: KubernetesObjects.Template?
            var jobTemplate: Job?
            var scaleTargetRef: Target?
            var selector: Selector?
        }
        var kind: String?
        var metadata: KubernetesObjects.Metadata
        var spec: Spec?
    }

    /// The plain labels of a service's selector; a workload's selector is another thing and has none.
    private struct Selector: Decodable {
        var labels: [String: String]?

        init(from decoder: any Decoder) throws {
            labels = try? decoder.singleValueContainer().decode([String: String].self)
        }
    }

    private struct Volume: Decodable {
        struct Spec: Decodable {
            struct Place: Decodable {}
            struct Claim: Decodable {
                var namespace: String
                var name: String
            }
            var local: Place?
            var hostPath: Place?
            var claimRef: Claim?
        }
        var spec: Spec
    }

    private struct Service: Decodable {
        var namespace: String
        var name: String
    }

    private struct WebhookConfiguration: Decodable {
        struct Hook: Decodable {
            struct Client: Decodable {
                var service: Service?
            }
            struct Rule: Decodable {
                var resources: [String]?
            }
            var name: String
            var failurePolicy: String?
            var clientConfig: Client
            var rules: [Rule]?
        }
        var metadata: KubernetesObjects.Metadata
        var webhooks: [Hook]?
    }

    private struct APIService: Decodable {
        struct Spec: Decodable {
            var service: Service?
            var group: String?
            var version: String?
        }
        struct Status: Decodable {
            var conditions: [KubernetesObjects.Condition]?
        }
        var metadata: KubernetesObjects.Metadata
        var spec: Spec
        var status: Status?

        /// - Source: kube-aggregator pkg/controllers/autoregister/autoregister_controller.go, AutoRegisterManagedLabel
        var isUnmanaged: Bool {
            spec.service == nil && spec.group?.isEmpty == false
                && metadata.labels?["kube-aggregator.kubernetes.io/automanaged"] == nil
        }
    }

    private struct Definition: Decodable {
        struct Version: Decodable {
            var name: String
        }
        struct Spec: Decodable {
            var version: String?
            var versions: [Version]?
        }
        struct Status: Decodable {
            var storedVersions: [String]?
        }
        var metadata: KubernetesObjects.Metadata
        var spec: Spec
        var status: Status?

        /// `spec.version` alone is the form before 1.11; later servers fill in `spec.versions` as well.
        var versions: ClusterObjects.Definition {
            .init(
                name: metadata.name,
                versions: spec.versions?.map(\.name) ?? spec.version.map { [$0] } ?? [],
                stored: status?.storedVersions ?? []
            )
        }
    }

    private struct ConfigMap: Decodable {
        var data: [String: String]?
    }
}
