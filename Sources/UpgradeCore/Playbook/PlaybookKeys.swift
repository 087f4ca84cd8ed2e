/// The keys of a playbook, by the section that holds them.
///
/// `playbooks/schema.json` says the same with types and words; a test holds the two against each other.
enum PlaybookKeys {
    /// Stands for any release in a section whose keys are releases.
    static let release = "*"

    /// The keys of each section; the top has the empty path, a list's entries have the path of the list.
    static let sections: [String: [String]] = [
        "": [
            "cluster", "target", "releases", "hosts", "ssh", "api", "etcd", "packages", "saved-paths", "drain",
            "foreign-cordons", "workers", "deadlines", "lease", "calico", "helm", "hooks", "accept",
            "accepted-findings",
            "simulation", "versions", "silences", "windows", "notifications", "metrics-file", "packaging",
        ],
        "releases": [release],
        "hosts": ["name", "address", "roles", "node"],
        "ssh": ["config", "user", "sudo"],
        "api": ["kubeconfig", "endpoint", "watch"],
        "etcd": ["endpoint", "cacert", "cert", "key", "snapshot-directory", "keep", "prove-snapshot", "known-key"],
        "packages": ["control-plane", "node", "client", "conffile-default", "conffiles", "holds"],
        "packages.conffiles": ["path", "decision"],
        "drain": ["deadline", "delete-bare-pods", "delete-emptydir-data"],
        "workers": ["batch", "failure-budget", "canary", "groups", "cordon-ahead"],
        "workers.groups": ["name", "hosts", "label", "taint", "zone", "batch", "failure-budget"],
        "deadlines": ["connect", "install", "daemon", "node-ready", "backup"],
        "lease": ["heartbeat", "ttl"],
        "calico": [
            "versions", "packages", "namespace", "daemonset", "unit", "container", "image", "host", "pull", "typha",
            "datastore-migration",
        ],
        "calico.typha": ["deployment", "container", "image"],
        "calico.datastore-migration": ["at", "to", "etcdv2", "etcdv3"],
        "calico.versions": [release],
        "calico.versions.*": ["package", "tag"],
        "helm": [
            "versions", "packages", "program", "tiller-namespaces", "image", "map-apis", "migrate-at", "revisions",
            "exclude",
            "cleanup", "helm3", "helmfile", "ask-tiller",
        ],
        "helm.helm3": ["packages", "program", "versions"],
        "helm.helm3.versions": [release],
        "helm.helmfile": ["packages", "program", "versions", "environments"],
        "helm.helmfile.versions": [release],
        "helm.cleanup": ["at", "confirm", "excluded", "absent"],
        "helm.exclude": ["release", "storage", "reason"],
        "helm.versions": [release],
        "helm.versions.*": ["package", "tag"],
        "hooks": ["name", "phase", "when", "host", "command", "deadline"],
        "accept": ["violation", "reason"],
        "accepted-findings": ["id", "reason", "until"],
        "simulation": ["release", "pace", "calico", "etcd-v2", "tiller", "pods", "failures", "lost"],
        "simulation.failures": ["step", "host", "attempts"],
        "versions": ["fact", "value", "source", "reason"],
        "silences": ["name", "alertmanager", "token-file", "matchers", "lasts"],
        "windows": ["name", "open", "close", "is-open", "lasts"],
        "notifications": [
            "name", "webhook", "webhook-file", "command", "token-file", "text", "events", "blocked-after", "deadline",
        ],
        "packaging": ["builders", "proxy"],
        "packaging.builders": ["name", "address"],
    ]
}
