internal import UpgradeCore

/// Where the facts of a data file stand among the addresses, and what they are for.
struct FactRoot {
    /// The first words of the addresses.
    var prefix: String
    /// The data file.
    var file: String
    /// The keys that leave no trace in addresses; what is below stands directly under the prefix.
    var elided: Set<String> = []
    /// Keys whose facts stand under a prefix of their own.
    var moved: [String: String] = [:]
    /// What the facts are for.
    var purpose: String
    /// Whether the facts change with the program alone: steps go by them.
    var isFixed = false

    /// The roots that have a name of their own; any other data file stands under its own name.
    private static let named = [
        FactRoot(
            prefix: "kubernetes",
            file: "kubernetes.yaml",
            elided: ["releases"],
            moved: ["etcd_rules": "etcd"],
            purpose:
                "what a release of Kubernetes is and until when upstream supports it: versions check, plan --to supported"
        ),
        FactRoot(
            prefix: "calico",
            file: "calico.yaml",
            elided: ["releases"],
            purpose:
                "which Calico works with which Kubernetes, and how one gets from one to the next: the path, versions check"
        ),
        FactRoot(
            prefix: "helm",
            file: "helm.yaml",
            elided: ["releases"],
            moved: ["helmfile": "helmfile"],
            purpose:
                "which Helm and helmfile work with which Kubernetes, and how releases are stored: the path, versions check"
        ),
        FactRoot(
            prefix: "flags",
            file: "flags.yaml",
            elided: ["removed"],
            purpose: "a daemon with a flag that it does not know exits: check looks for them"
        ),
        FactRoot(
            prefix: "gates",
            file: "feature-gates.yaml",
            elided: ["gates"],
            purpose: "a daemon with a feature gate that it does not know exits: check looks for them"
        ),
        FactRoot(
            prefix: "apis",
            file: "api-removals.yaml",
            elided: ["removals"],
            purpose: "a request for an API that is no longer served is refused: check looks for objects and manifests"
        ),
        FactRoot(
            prefix: "notes",
            file: "urgent-notes.yaml",
            elided: ["hops"],
            purpose: "what a release changes that an operator must act on: check looks for what can be detected"
        ),
    ]

    /// The root of a data file.
    static func of(file: String) -> FactRoot {
        named.first { $0.file == file }
            ?? FactRoot(
                prefix: file.hasSuffix(".yaml") ? String(file.dropLast(".yaml".count)) : file,
                file: file,
                purpose: "what check compares a cluster with",
                isFixed: ["object-rewrites.yaml", "upstream.yaml"].contains(file)
            )
    }

    /// The root of the data file of a hop, which is part of the core.
    static func of(hop file: String) -> FactRoot {
        FactRoot(
            prefix: "hops/" + (file.hasSuffix(".yaml") ? String(file.dropLast(".yaml".count)) : file),
            file: file,
            purpose: "what the steps of the hop, its preflight and the rehearsal go by",
            isFixed: true
        )
    }

    /// The root that an address is below; `nil` where there is none.
    static func of(_ address: String) -> FactRoot? {
        let files = VersionData.names.filter { $0.hasSuffix(".yaml") }.map { of(file: $0) }
        let roots = files + HopCatalog.texts.keys.map { of(hop: $0) }
        return roots.first { root in
            ([root.prefix] + root.moved.values).contains { address == $0 || address.hasPrefix($0 + "/") }
        }
    }

    /// The source of what a data file says about itself.
    static func ownWords(_ file: String) -> String { "\(file) itself" }

    /// The key of a map, or the word that stands for it in an address.
    static func word(_ key: String) -> String {
        // A key of our own is snake or camel case; kinds, flags, paths and versions stay as they are.
        guard let first = key.utf8.first, (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(first) else { return key }
        var word = ""
        for (last, next) in zip([" "] + Array(key), key) {
            if next == "_" || next == " " {
                word.append("-")
            } else if next.isUppercase, last.isLowercase {
                word += "-" + next.lowercased()
            } else {
                word.append(next)
            }
        }
        return word
    }

    /// The keys that name an element of a list, the first set that it has.
    static let identities: [[String]] = [
        ["id"], ["gate"], ["component", "flag"], ["api_version", "kind"], ["helmfile"], ["plugin"], ["version"],
        ["from_patch"], ["apiserver_or_kcm"], ["from_calico"], ["step"], ["releases"], ["who"], ["v3"], ["api"],
        ["what"], ["fromVersion"], ["from"], ["component", "release"], ["method"],
    ]
}
