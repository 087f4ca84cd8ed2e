internal import UpgradeCore

/// What a release wants of a host besides flags; the keys are those of the file.
struct Requirements: Decodable, Sendable {
    // swift-format-ignore-file: AlwaysUseLowerCamelCase
    struct NodeLabels: Decodable, Sendable {
        var release: MinorRelease
        var rule: String
        var source: String
        var allowed_keys: [String]
        var allowed_domains: [String]

        /// Whether a kubelet may set the label by itself.
        func allows(_ key: String) -> Bool {
            let domain = key.split(separator: "/", maxSplits: 1).count == 2 ? key.prefix { $0 != "/" } : ""
            func isBelow(_ parent: String) -> Bool { domain == parent || domain.hasSuffix(".\(parent)") }
            guard isBelow("kubernetes.io") || isBelow("k8s.io") else { return true }
            return allowed_keys.contains(key) || allowed_domains.contains(where: isBelow)
        }
    }

    struct Runtime: Decodable, Sendable {
        var runtime: String
        var release: MinorRelease
        /// The lowest version that works; `nil` where none does any more.
        var minimum: String?
        var rule: String
        var source: String
    }

    struct Kernel: Decodable, Sendable {
        var minimum: String
        var rule: String
        var source: String
    }

    struct Rule: Decodable, Sendable {
        var release: MinorRelease?
        var rule: String
        var source: String
    }

    struct Balancer: Decodable, Sendable {
        var release: MinorRelease
        var kernel: String
        var rule: String
        var source: String
    }

    struct Etcd: Decodable, Sendable {
        var quota_bytes: Int64
        var rule: String
        var source: String
    }

    struct Controllers: Decodable, Sendable {
        var release: MinorRelease
        var below: String
        var images: [String]
        var rule: String
        var source: String
    }

    struct Requests: Decodable, Sendable {
        /// Programs that the upgrade itself brings to the release.
        var upgraded_clients: [String]
        /// Programs that people use: what they read they will find by discovery.
        var people: [String]
        var reading_verbs: [String]
        var rule: String
        var source: String
    }

    var node_labels: NodeLabels
    var container_runtimes: [Runtime]
    var kernel: Kernel
    var cni: Rule
    var iptables: Rule
    var etcd: Etcd
    var default_deny: Rule
    var policy_controllers: Controllers
    var cgroup_driver: Rule
    var evictions: Rule
    var drain_filters: Rule
    var requests: Requests
    var stored_versions: Rule
    var unmanaged_apis: Rule
    var kubelet_port: Rule
    var tokens: Rule
    var bootstrap_tokens: Rule
    var apparmor: Rule
    var node_authorizer: Rule
    var ipvs_kernel: Balancer
}
