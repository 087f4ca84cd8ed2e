import FoundationEssentials

/// Makes the commands that read and write the lease.
///
/// The object is a Lease of the coordination API where the servers have one, else a ConfigMap that says the same.
enum LeaseRendering {
    /// The object's namespace: it is there in every cluster, and is never removed.
    static let namespace = "kube-system"
    /// The object's name.
    static let name = "upgrader"
    /// The annotation, or the key of the ConfigMap, that holds the whole record.
    static let annotation = "upgrader/lease"
    static let key = "lease"

    /// The question for the lease; `versions` of its API are tried in this order.
    ///
    /// By path and not by kind: kubectl remembers for ten minutes what a server said it serves, and behind a load balancer
    /// the next answer may come from a server of another release.
    static func question(playbook: Playbook, versions: [String]) -> Command {
        Command(
            ["/bin/sh", "-c", HostScripts.lease, "upgrader-lease", namespace, name, versions.joined(separator: " ")]
                + Kubectl(playbook).brief([]).words,
            needsRoot: true
        )
    }

    /// Creates the object where there was none, else replaces it if its version is still that of `stored`.
    ///
    /// kubectl keeps a version that the object names, and the API server then refuses another one.
    /// - Source: Kubernetes 1.12 k8s.io/cli-runtime/pkg/genericclioptions/resource/helper.go, Helper.Replace
    static func write(_ record: LeaseRecord, over stored: StoredLease, playbook: Playbook) -> Command {
        let verb = stored.version.isEmpty ? "create" : "replace"
        var command = Kubectl(playbook).brief([verb, "--filename=-", "--validate=false", "-o", "json"])
        command.input = text(of: record, over: stored)
        return command
    }

    /// Where the object is, for a person.
    static func place(form: String?) -> String {
        form.map { "Lease \(namespace)/\(name), coordination.k8s.io/\($0)" } ?? "ConfigMap \(namespace)/\(name)"
    }

    private static func text(of record: LeaseRecord, over stored: StoredLease) -> String {
        let whole = json(record)
        var metadata = LeaseObject.Metadata(name: name, namespace: namespace)
        metadata.resourceVersion = stored.version.isEmpty ? nil : stored.version
        guard let form = stored.form else {
            let data = [key: whole, "holder": record.holder?.user ?? "", "token": String(record.token)]
            return json(LeaseObject(apiVersion: "v1", kind: "ConfigMap", metadata: metadata, data: data))
        }
        metadata.annotations = [annotation: whole]
        let spec = LeaseObject.Spec(
            holderIdentity: record.holder?.user,
            leaseDurationSeconds: record.ttlSeconds,
            leaseTransitions: record.token,
            renewTime: record.renewed
        )
        return json(
            LeaseObject(apiVersion: "coordination.k8s.io/\(form)", kind: "Lease", metadata: metadata, spec: spec)
        )
    }

    private static func json(_ value: some Encodable) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do {
            return String(decoding: try encoder.encode(value), as: UTF8.self)
        } catch {
            preconditionFailure("a lease holds only text and numbers: \(error)")
        }
    }
}

/// A Lease or a ConfigMap, as far as the lease needs it.
///
/// - Source: Kubernetes 1.12 staging/src/k8s.io/api/coordination/v1beta1/types.go
struct LeaseObject: Codable {
    struct Metadata: Codable {
        var name: String
        var namespace: String
        var resourceVersion: String?
        var annotations: [String: String]?
    }
    struct Spec: Codable {
        // Absent and not empty: an empty identity is refused by newer releases.
        var holderIdentity: String?
        var leaseDurationSeconds: Int?
        var leaseTransitions: Int?
        var renewTime: String?
    }
    var apiVersion: String
    var kind: String
    var metadata: Metadata
    var spec: Spec?
    var data: [String: String]?
}
