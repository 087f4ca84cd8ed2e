internal import UpgradeCore
internal import UpgradeKnowledge

/// What becomes of the value of a manifest when its objects move to other APIs.
///
/// What `ManifestRewrite` makes of the text is held against this.
struct ObjectRewrite {
    let moves: [APIMove]
    let rules: ObjectRewrites

    /// The move of an object; `nil` where it stays.
    func move(_ object: JSONValue) -> APIMove? {
        guard let version = object["apiVersion"]?.string, let kind = object["kind"]?.string else { return nil }
        return moves.first { $0.from == version && $0.kind == kind }
    }

    /// The value after the moves.
    ///
    /// - Throws: `HelmFixed` for the first object that no other API can stand in for as it is written.
    func rewritten(_ value: JSONValue) throws(HelmFixed) -> JSONValue {
        guard case .object(var fields) = value else { return value }
        if let kind = fields["kind"]?.string, kind.hasSuffix("List"), let items = fields["items"]?.array {
            var all: [JSONValue] = []
            for item in items { all.append(try rewritten(item)) }
            fields["items"] = .array(all)
            return .object(fields)
        }
        guard let move = move(value) else { return value }
        fields["apiVersion"] = .string(move.to)
        if let labels = try selector(value), case .object(var spec)? = fields["spec"] {
            spec["selector"] = .object(["matchLabels": .object(labels)])
            fields["spec"] = .object(spec)
        }
        return .object(fields)
    }

    /// The labels that its selector is filled with; `nil` where it needs none.
    ///
    /// - Throws: `HelmFixed` where a field has no place in the new API, or one is missing that nothing stands in for.
    func selector(_ object: JSONValue) throws(HelmFixed) -> [String: JSONValue]? {
        guard let move = move(object) else { return nil }
        let reference = ClusterObjects.Reference(
            apiVersion: move.from,
            kind: move.kind,
            name: object["metadata"]?["name"]?.string ?? ""
        )
        guard let rule = rules.rule(move.from, move.kind) else {
            throw HelmFixed(object: reference, why: "how it is written otherwise is not known")
        }
        for gone in rule.gone ?? [] where object.at(gone.path) != nil {
            throw HelmFixed(object: reference, why: "\(gone.path): \(gone.rule)")
        }
        for need in rule.needs ?? [] where object.at(need.path).isEmpty {
            let labels = object.at("spec.template.metadata.labels")?.object ?? [:]
            guard need.fill == .templateLabels, need.path == "spec.selector", object.at("spec.selector") == nil,
                !labels.isEmpty, labels.values.allSatisfy({ $0.string != nil })
            else {
                throw HelmFixed(object: reference, why: "\(need.path) is missing: \(need.rule)")
            }
            return labels
        }
        return nil
    }
}

extension JSONValue {
    /// What stands at a path of keys with dots between them.
    func at(_ path: String) -> JSONValue? {
        path.split(separator: ".").reduce(Optional(self)) { value, key in value?[String(key)] }
    }
}

extension JSONValue? {
    fileprivate var isEmpty: Bool {
        switch self {
        case nil, .null: true
        case .object(let values): values.isEmpty
        case .bool, .integer, .number, .string, .array: false
        }
    }
}
