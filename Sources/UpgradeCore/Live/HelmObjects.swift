import FoundationEssentials

/// A page of a list of the API, as far as Helm is concerned.
struct HelmPage: Decodable {
    struct ListMetadata: Decodable {
        var next: String?

        enum CodingKeys: String, CodingKey {
            case next = "continue"
        }
    }

    var metadata: ListMetadata
    var items: [HelmObject]
}

/// An object of a page: a ConfigMap, a Secret, a Deployment or a namespace.
struct HelmObject: Decodable {
    struct Metadata: Decodable {
        var name: String
        var namespace: String?
        var labels: [String: String]?
        var annotations: [String: String]?
        var resourceVersion: String?
    }
    struct Spec: Decodable {
        var template: Template?
    }
    struct Template: Decodable {
        var spec: PodSpec?
    }
    struct PodSpec: Decodable {
        var containers: [Container]?
    }
    struct Container: Decodable {
        var name: String?
        var image: String?
        var command: [String]?
        var args: [String]?
    }

    var metadata: Metadata
    var data: [String: String]?
    var spec: Spec?

    /// The object as a codec takes it.
    ///
    /// > data: base64 of the value  (the API of Secrets); a ConfigMap has the value itself.
    func stored(_ storage: HelmStorage) -> StoredHelmObject {
        let value = data?["release"] ?? ""
        let text =
            switch storage {
            case .configMap: value
            case .secret: Data(base64Encoded: value).map { String(decoding: $0, as: UTF8.self) } ?? ""
            }
        return StoredHelmObject(
            storage: storage,
            namespace: metadata.namespace ?? "",
            name: metadata.name,
            labels: metadata.labels ?? [:],
            annotations: metadata.annotations ?? [:],
            resourceVersion: metadata.resourceVersion ?? "",
            data: text
        )
    }

    /// The object as a Tiller.
    var tiller: HelmTiller? {
        let containers = spec?.template?.spec?.containers ?? []
        guard let container = containers.first(where: { $0.name == "tiller" }) ?? containers.first else { return nil }
        let words = (container.command ?? []) + (container.args ?? [])
        // > of a flag that is given twice the last counts, with one dash or two  (Go's flag and pflag)
        let drivers = zip(words, words.dropFirst() + [""]).compactMap { word, next -> String? in
            for flag in ["--storage", "-storage"] {
                if word == flag { return next }
                if word.hasPrefix(flag + "=") { return String(word.dropFirst(flag.count + 1)) }
            }
            return nil
        }
        return HelmTiller(
            namespace: metadata.namespace ?? "",
            image: container.image ?? "",
            driver: drivers.last ?? "configmap"
        )
    }
}
