import Yams

/// One mapping of a playbook, read key by key; what is wrong goes to the list of problems.
struct PlaybookSection {
    /// One key with its value.
    struct Entry {
        let key: String
        let place: PlaybookLocation
        let node: Node
    }

    /// Its path in `PlaybookKeys`.
    let path: String
    /// Its path as the errors name it.
    let title: String
    /// Where it begins.
    let place: PlaybookLocation
    /// Its keys in the order of the file, each once.
    let entries: [Entry]
    let problems: PlaybookProblems

    /// Takes the mapping's keys; reports those that are unknown or there twice.
    init(_ mapping: Node.Mapping, path: String, title: String, place: PlaybookLocation, problems: PlaybookProblems) {
        guard let known = PlaybookKeys.sections[path] else {
            preconditionFailure("PlaybookKeys has no section \(path)")
        }
        var entries: [Entry] = []
        for (keyNode, node) in mapping {
            let keyPlace = problems.place(of: keyNode)
            guard let key = keyNode.scalar?.string else {
                let found = "a mapping with a \(keyNode.sequence == nil ? "mapping" : "list") for a key"
                let name = title.isEmpty ? "playbook" : title
                problems.report(.wrongType(key: name, expected: "words for keys", found: found, at: keyPlace))
                continue
            }
            if let other = entries.first(where: { $0.key == key }) {
                problems.report(.duplicateKey(Self.join(title, key), other: other.place, at: keyPlace))
            } else if known == [PlaybookKeys.release] || known.contains(key) {
                entries.append(Entry(key: key, place: keyPlace, node: node))
            } else {
                let suggestion = Spelling.nearest(to: key, among: known)
                problems.report(
                    .unknownKey(Self.join(title, key), suggestion: suggestion, known: known, at: keyPlace)
                )
            }
        }
        self.path = path
        self.title = title
        self.place = place
        self.entries = entries
        self.problems = problems
    }

    func entry(_ key: String) -> Entry? {
        precondition(PlaybookKeys.sections[path]?.contains(key) == true, "PlaybookKeys lacks \(path).\(key)")
        return entries.first { $0.key == key }
    }

    /// The path of a key, as errors name it.
    func name(_ key: String) -> String { Self.join(title, key) }

    private static func join(_ title: String, _ key: String) -> String {
        title.isEmpty ? key : "\(title).\(key)"
    }

    // MARK: Values

    /// The value of a key that may be absent; also `nil` when it is wrong, which is reported.
    func value<Value>(_ key: String, _ form: ScalarForm<Value>) -> Value? {
        entry(key).flatMap { scalar($0.node, name(key), form) }
    }

    /// The value of a key that must be there.
    func required<Value>(_ key: String, _ form: ScalarForm<Value>) -> Value? {
        require(key) ? value(key, form) : nil
    }

    /// The values of a list, each once; an empty list is refused unless it is allowed.
    func list<Value>(
        _ key: String,
        _ form: ScalarForm<Value>,
        mayBeEmpty: Bool = false,
        mayRepeat: Bool = false
    ) -> [Value]? {
        guard let nodes = sequence(key) else { return nil }
        if nodes.isEmpty, !mayBeEmpty, let place = entry(key).map({ problems.place(of: $0.node) }) {
            problems.report(.emptyList(key: name(key), at: place))
        }
        var values: [Value] = []
        var seen: [String: PlaybookLocation] = [:]
        for node in nodes {
            guard let value = scalar(node, name(key), form), let text = node.scalar?.string else { continue }
            let place = problems.place(of: node)
            if let other = seen[text], !mayRepeat {
                problems.report(.repeated(key: name(key), value: text, other: other, at: place))
            } else {
                seen[text] = place
                values.append(value)
            }
        }
        return values
    }

    /// The section below a key; `nil` when the key is absent or not a mapping, which is reported.
    func section(_ key: String) -> PlaybookSection? {
        entry(key).flatMap { section($0, below: key) }
    }

    /// The sections of a list.
    func sections(_ key: String) -> [PlaybookSection] {
        (sequence(key) ?? []).compactMap { section(of: $0, name(key), path: name(key)) }
    }

    /// The sections of a list below an entry whose key is a release; an empty list is refused.
    func sections(ofRelease entry: Entry) -> [PlaybookSection] {
        let nodes = entry.node.sequence.map(Array.init) ?? []
        if nodes.isEmpty {
            problems.report(.emptyList(key: name(entry.key), at: problems.place(of: entry.node)))
        }
        return nodes.compactMap { section(of: $0, name(entry.key), path: Self.join(path, PlaybookKeys.release)) }
    }

    private func section(of node: Node, _ title: String, path: String) -> PlaybookSection? {
        mapping(node, title, expected: "a mapping").map {
            PlaybookSection($0, path: path, title: title, place: problems.place(of: node), problems: problems)
        }
    }

    /// The section below an entry whose key is a release.
    func section(ofRelease entry: Entry) -> PlaybookSection? {
        section(entry, below: PlaybookKeys.release)
    }

    /// Reports the key when it is absent.
    func require(_ key: String) -> Bool {
        guard entry(key) == nil else { return true }
        problems.report(.missingKey(name(key), at: place))
        return false
    }

    /// Reads a scalar of a form, or reports what is wrong with it.
    func scalar<Value>(_ node: Node, _ name: String, _ form: ScalarForm<Value>) -> Value? {
        let place = problems.place(of: node)
        guard let scalar = node.scalar.map(PlaybookScalar.init), form.kinds.contains(scalar.kind) else {
            problems.report(.wrongType(key: name, expected: form.expected, found: Self.describe(node), at: place))
            return nil
        }
        if let value = form.read(scalar.text) { return value }
        let suggestion = Spelling.nearest(to: scalar.text, among: form.choices)
        problems.report(
            .invalidValue(key: name, value: scalar.text, expected: form.expected, suggestion: suggestion, at: place)
        )
        return nil
    }

    private func section(_ entry: Entry, below key: String) -> PlaybookSection? {
        mapping(entry.node, name(entry.key), expected: "a mapping").map {
            PlaybookSection(
                $0,
                path: Self.join(path, key),
                title: name(entry.key),
                place: problems.place(of: entry.node),
                problems: problems
            )
        }
    }

    private func mapping(_ node: Node, _ name: String, expected: String) -> Node.Mapping? {
        if let mapping = node.mapping { return mapping }
        problems.report(
            .wrongType(key: name, expected: expected, found: Self.describe(node), at: problems.place(of: node))
        )
        return nil
    }

    private func sequence(_ key: String) -> Node.Sequence? {
        guard let node = entry(key)?.node else { return nil }
        if let sequence = node.sequence { return sequence }
        problems.report(
            .wrongType(key: name(key), expected: "a list", found: Self.describe(node), at: problems.place(of: node))
        )
        return nil
    }

    private static func describe(_ node: Node) -> String {
        switch node {
        case .mapping: "a mapping"
        case .sequence: "a list"
        case .alias: "an alias"
        case .scalar(let scalar): describe(PlaybookScalar(scalar))
        }
    }

    private static func describe(_ scalar: PlaybookScalar) -> String {
        scalar.kind == .null ? scalar.kind.title : "\(scalar.kind.title), `\(scalar.text)`"
    }
}
