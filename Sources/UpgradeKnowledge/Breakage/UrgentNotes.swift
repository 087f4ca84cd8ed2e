internal import UpgradeCore

/// The urgent notes of upstream, hop by hop, with how to find out whether they concern a cluster.
struct UrgentNotes: Decodable, Sendable {
    // swift-format-ignore-file: AlwaysUseLowerCamelCase
    /// A note.
    struct Note: Decodable, Sendable {
        var id: String
        var component: String
        var category: String
        var severity: String
        var kind: String
        var summary: String
        var fix: String?
        var source: String
        var detect: [Detection]?
        /// Whether all detections together make the case, not any one.
        var detect_all: Bool?
        /// The family of rules that finds the same by itself, with every place of it.
        var told_by: String?
    }

    /// One way to find out.
    struct Detection: Decodable, Sendable {
        var method: String
        var component: String?
        var flag: String?
        var gate: String?
        var equals: String?
        var not_equals: String?
        var contains: String?
        var regex: String?
        var missing: Bool?
        var what: String?
        var test: Test?
    }

    /// What can be looked for in answers of the cluster; exactly one is given.
    struct Test: Decodable, Sendable {
        var definitions: [String]?
        var labels: [String]?
        var taints: [String]?
        var tolerations: [String]?
        var node_selector: [String]?
        var image: String?
        var corefile: String?
        var critical_annotation: Bool?
        var api_server_below: KubernetesVersion?
        var kubelet_below: MinorRelease?
        var configuration_of: String?
        var matches: String?
        var unit_matches: String?
    }

    private var hops: [String: [Note]]

    /// The notes of a hop.
    func notes(_ hop: HopID) -> [Note] { hops["\(hop.from)->\(hop.to)"] ?? [] }
}
