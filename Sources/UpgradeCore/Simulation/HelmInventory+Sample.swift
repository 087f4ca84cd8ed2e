extension HelmInventory {
    /// Two releases of three revisions in two namespaces for each Tiller, and one that was deleted and is still kept; and
    /// one that nobody can convert, as most clusters have: a playbook has to exclude `lost` by name.
    ///
    /// Simulated, not real: what stands for a digest is made of names.
    static func sample(_ options: HelmOptions) -> HelmInventory {
        var inventory = HelmInventory(namespaces: ["kube-system", "shop", "blog"])
        for tiller in options.tillerNamespaces {
            inventory.tillers.append(
                HelmTiller(namespace: tiller, image: "\(options.image):simulated")
            )
            inventory.namespaces.insert(tiller)
            for namespace in ["shop", "blog"] {
                for revision in 1...3 {
                    let status = revision == 3 ? "deployed" : "superseded"
                    inventory.records.append(record(tiller, namespace, "web-\(namespace)", revision, status))
                }
            }
            inventory.records.append(record(tiller, "shop", "trial", 1, "uninstalled"))
            var lost = record(tiller, "shop", "lost", 1, "deployed")
            lost.problem = "its chart is gone"
            inventory.records.append(lost)
        }
        return inventory
    }

    private static func record(
        _ tiller: String,
        _ namespace: String,
        _ release: String,
        _ revision: Int,
        _ status: String
    ) -> HelmRecord {
        // A release of another Tiller has another name: Helm 3 keeps both in the namespace of the release.
        let name = tiller == "kube-system" ? release : "\(release)-\(tiller)"
        let digest = Digest.sha256(tiller, namespace, name, "\(revision)")
        return HelmRecord(
            source: HelmSource(storage: .configMap, namespace: tiller, name: "\(name).v\(revision)"),
            digest: digest,
            size: ByteCount(bytes: 4096),
            release: name,
            revision: revision,
            namespace: namespace,
            status: status,
            chart: "\(release)-\(revision).0.0",
            objects: status == "deployed"
                ? [
                    ClusterObjects.Reference(apiVersion: "v1", kind: "Service", name: name),
                    ClusterObjects.Reference(apiVersion: "apps/v1", kind: "Deployment", name: name),
                ] : [],
            parts: ["manifest": String(digest.prefix(16))]
        )
    }
}
