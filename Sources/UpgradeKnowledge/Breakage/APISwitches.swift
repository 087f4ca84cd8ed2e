/// What `--runtime-config` of the API servers turns on.
///
/// A client may come to any of them, so that only what all turn on is on.
/// - Source: Kubernetes 1.16 staging/src/k8s.io/apiserver/pkg/server/resourceconfig/helpers.go,
///   MergeAPIResourceConfigs; CHANGELOG-1.16 Deprecations (#70672)
struct APISwitches: Hashable, Sendable {
    private var servers: [[String: Bool]]

    /// Reads the value of each server, such as `apps/v1beta1=true,extensions/v1beta1/daemonsets`; none turns nothing on.
    init(_ values: [String] = []) {
        servers = values.map { value in
            let settings = value.split(separator: ",").compactMap { setting -> (String, Bool)? in
                let parts = setting.split(separator: "=", maxSplits: 1)
                guard let name = parts.first else { return nil }
                // Old configurations write `apis/apps/v1beta1`; a name alone means true.
                let key = name.hasPrefix("apis/") ? name.dropFirst("apis/".count) : name
                return (String(key), parts.count == 1 || parts[1].lowercased() == "true")
            }
            return Dictionary(settings) { _, last in last }
        }
    }

    /// Whether it turns on a group and version.
    func turnsOn(version: String) -> Bool {
        !servers.isEmpty && servers.allSatisfy { $0[version] ?? $0["api/all"] ?? false }
    }

    /// Whether it turns on a resource by its name, as `extensions/v1beta1/daemonsets`.
    func turnsOn(resource: String) -> Bool {
        !servers.isEmpty && servers.allSatisfy { $0[resource] ?? false }
    }
}
