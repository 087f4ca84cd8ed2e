/// A revision of a release: what Helm 2 and Helm 3 both have to say of it.
///
/// `Release(helm2:)` reads the one form, `Release(helm3:)` the other, `helm3` writes it; two are compared part by part.
struct Release: Hashable, Sendable {
    /// A moment; absent where Helm keeps none.
    struct Time: Hashable, Sendable {
        var seconds: Int64
        var nanoseconds: Int32
    }

    /// When and how it was deployed.
    struct Info: Hashable, Sendable {
        var firstDeployed: Time?
        var lastDeployed: Time?
        var deleted: Time?
        var description = ""
        /// In Helm 3's words.
        var status = ""
        var notes = ""
    }

    /// A file or a template of a chart.
    struct File: Hashable, Sendable {
        var name: String
        var data: [UInt8]
    }

    /// The chart that it was made from.
    struct Chart: Hashable, Sendable {
        /// As Helm 3 writes it.
        var metadata: JSONValue
        var templates: [File] = []
        var values: [String: JSONValue] = [:]
        /// Helm 3 stores no charts within a chart; what Helm 2 has of them stands here, below `charts/`.
        var files: [File] = []
    }

    /// A manifest that is applied at an event.
    struct Hook: Hashable, Sendable {
        /// How it ran last.
        struct Run: Hashable, Sendable {
            var startedAt: Time?
            var completedAt: Time?
            var phase = ""
        }

        var name: String
        var kind: String
        var path: String
        var manifest: String
        var events: [String]
        var lastRun: Run
        var weight: Int64
        var deletePolicies: [String]
    }

    var name: String
    var namespace: String
    var version: Int
    var info: Info
    var chart: Chart
    /// What the operator set.
    var config: [String: JSONValue]
    var manifest: String
    var hooks: [Hook]
}

extension Release {
    /// What a comparison goes by: each part's name and its value.
    var parts: [String: JSONValue] {
        let whole = helm3
        var parts: [String: JSONValue] = [:]
        for (name, value) in whole.object ?? [:] where name != "info" && name != "chart" { parts[name] = value }
        for section in ["info", "chart"] {
            for (name, value) in whole[section]?.object ?? [:] { parts["\(section).\(name)"] = value }
        }
        return parts
    }

    /// The largest part of the chart or of the release, for an operator who has to make it smaller.
    var largestPart: (name: String, size: Int) {
        var sizes: [(String, Int)] = [("its manifest", manifest.utf8.count)]
        sizes += chart.files.map { ("file \($0.name) of its chart", $0.data.count) }
        sizes += chart.templates.map { ("template \($0.name) of its chart", $0.data.count) }
        sizes.append(("its values", JSONValue.object(config).text.count))
        sizes.append(("the values of its chart", JSONValue.object(chart.values).text.count))
        return sizes.max { $0.1 < $1.1 } ?? ("", 0)
    }
}
