import Foundation

@testable import UpgradeCore
@testable import UpgradeHelm

/// Answers that real control planes gave.
enum Recorded {
    static func text(_ release: String, _ name: String) throws -> String {
        let file = URL(filePath: #filePath).appending(path: "../../Fixtures/recorded/\(release)/\(name).out")
            .standardized
        return try String(contentsOf: file, encoding: .utf8)
    }

    /// The objects of a recording, as the script that asks for them would print them.
    static func objects(_ release: String) throws -> ClusterObjects {
        let parts = [
            ("deployments.apps", "03-deploy"), ("daemonsets.apps", "03-ds"), ("statefulsets.apps", "03-sts"),
            ("networkpolicies.networking.k8s.io", "03-np"), ("podsecuritypolicies.policy", "03-psp"),
            ("ingresses.extensions", "03-ing"),
        ]
        var output = ""
        for (resource, file) in parts { output += "\(try text(release, file))\n@upgrader \(resource) 0\n" }
        for resource in [
            "cronjobs.batch", "horizontalpodautoscalers.autoscaling", "services", "namespaces", "persistentvolumes",
            "replicasets.apps", "jobs.batch", "poddisruptionbudgets.policy", "roles.rbac.authorization.k8s.io",
            "rolebindings.rbac.authorization.k8s.io", "clusterroles.rbac.authorization.k8s.io",
            "clusterrolebindings.rbac.authorization.k8s.io", "priorityclasses.scheduling.k8s.io",
            "storageclasses.storage.k8s.io",
            "validatingwebhookconfigurations.admissionregistration.k8s.io",
            "mutatingwebhookconfigurations.admissionregistration.k8s.io",
            "customresourcedefinitions.apiextensions.k8s.io", "apiservices.apiregistration.k8s.io",
        ] { output += "@upgrader \(resource) 1\n" }
        return try AppliedReading.objects(Sections(output + "@upgrader coredns 0\n@upgrader bootstrap-tokens 0\n"))
    }

    /// The Helm 2 release of a recording, unpacked as a host would.
    static func helm(_ release: String) throws -> [HelmManifest] {
        struct List: Decodable {
            struct Item: Decodable {
                struct Metadata: Decodable {
                    var name: String
                    var namespace: String
                }
                var metadata: Metadata
                var data: [String: String]
            }
            var items: [Item]
        }
        let list = try JSONDecoder().decode(List.self, from: Data(try text(release, "03-helm").utf8))
        let lines = try list.items.map { item in
            let bytes = try Gzip.unpack(Array(Data(base64Encoded: item.data["release"] ?? "") ?? Data()))
            return "2 \(item.metadata.namespace) \(item.metadata.name) \(Data(bytes).base64EncodedString())"
        }
        return try HelmReading.manifests((lines + ["end"]).joined(separator: "\n"))
    }
}
