internal import UpgradeCore

/// The APIs in which the configuration files of daemons are written, and the releases that no longer read them.
struct ConfigurationAPIs: Decodable, Sendable {
    struct Row: Decodable, Sendable {
        /// One or more versions of a group and what they are for, such as `a.io/v1alpha1 and v1beta1 (files)`.
        var api: String
        var component: String
        // swift-format-ignore: AlwaysUseLowerCamelCase
        var removed_in: MinorRelease?
        var replacement: String?
        var source: String

        /// The values of `apiVersion` that it is about.
        var versions: [String] {
            let words = api.prefix { $0 != "(" }.split(separator: " ").filter { $0 != "and" }
            guard let group = words.first?.split(separator: "/").first else { return [] }
            return words.map { $0.contains("/") ? String($0) : "\(group)/\($0)" }
        }
    }

    // swift-format-ignore: AlwaysUseLowerCamelCase
    var config_file_apis: [Row]

    /// What is known of the API of a daemon's file.
    func removal(_ apiVersion: String, of component: String) -> Row? {
        config_file_apis.first { row in
            row.component == component && row.removed_in != nil && row.versions.contains(apiVersion)
        }
    }
}
