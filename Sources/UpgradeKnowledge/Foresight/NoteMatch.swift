internal import UpgradeCore

/// Carries out the detections of urgent notes on the facts of a cluster.
struct NoteMatch {
    private let facts: ClusterFacts

    init(_ facts: ClusterFacts) { self.facts = facts }

    /// Whether a detection says what to look for in terms that the facts have.
    static func canAnswer(_ detection: UrgentNotes.Detection) -> Bool {
        switch detection.method {
        case "flag": detection.flag?.hasPrefix("--") ?? false
        case "feature_gate": detection.equals != nil
        default: detection.test != nil
        }
    }

    /// Where a detection finds something.
    func places(of detection: UrgentNotes.Detection, _ note: UrgentNotes.Note) -> [Finding.Place] {
        guard Self.canAnswer(detection) else { return [] }
        switch detection.method {
        case "flag": return flags(detection)
        case "feature_gate": return gates(detection)
        default: return detection.test.map(places) ?? []
        }
    }

    private func flags(_ detection: UrgentNotes.Detection) -> [Finding.Place] {
        let names = (detection.flag ?? "").split(separator: "/").map { $0.filter { !$0.isWhitespace } }
        return daemons(detection.component).flatMap { host, daemon, configuration -> [Finding.Place] in
            let found = facts.arguments(of: daemon, on: host).filter { names.contains($0.flag) }
            if detection.missing == true {
                guard found.isEmpty, !daemon.words.isEmpty else { return [] }
                return [Finding.Place(host: host, object: "command line of \(daemon.name)")]
            }
            return found.filter { matches($0.value ?? "true", detection) }.map(\.place)
        }
    }

    private func matches(_ value: String, _ detection: UrgentNotes.Detection) -> Bool {
        if let equals = detection.equals { return value == equals }
        if let other = detection.not_equals { return value != other }
        if let contains = detection.contains {
            return value.split(separator: ",").contains(Substring(contains)) || value.contains(contains)
        }
        if let regex = detection.regex { return Self.finds(regex, in: value) }
        return true
    }

    private func gates(_ detection: UrgentNotes.Detection) -> [Finding.Place] {
        daemons(detection.component).flatMap { host, daemon, configuration in
            GateRules.gates(host, daemon, configuration, facts).filter { gate in
                gate.name == detection.gate && (gate.isOn ? "true" : "false") == detection.equals
            }.map(\.place)
        }
    }

    private func daemons(
        _ component: String?
    ) -> [(host: String, daemon: HostConfiguration.Daemon, configuration: HostConfiguration)] {
        facts.hosts.flatMap { host, configuration in
            configuration.daemons.filter { component == "all" || $0.name == component }
                .map { (host.name, $0, configuration) }
        }
    }

    private func places(_ test: UrgentNotes.Test) -> [Finding.Place] {
        let objects = facts.objects
        var found: [Finding.Place] = []
        func take(_ texts: [String]) { found += texts.map { Finding.Place(object: $0) } }
        if let names = test.definitions {
            take(objects.definitions.filter(names.contains).map { "CustomResourceDefinition \($0)" })
        }
        if let keys = test.labels {
            take(facts.nodes.filter { node in keys.contains { node.labels[$0] != nil } }.map { "node \($0.name)" })
        }
        if let keys = test.taints {
            take(facts.nodes.filter { !Set($0.taints).isDisjoint(with: keys) }.map { "node \($0.name)" })
            found += registered(keys)
        }
        if let keys = test.tolerations {
            take(objects.applied.filter { !Set($0.tolerations).isDisjoint(with: keys) }.map(\.path))
        }
        if let keys = test.node_selector {
            take(
                objects.applied.filter { object in
                    keys.contains { object.nodeSelector[$0] != nil || object.affinityKeys.contains($0) }
                }.map(\.path)
            )
        }
        if let pattern = test.image {
            take(objects.applied.filter { $0.images.contains { Self.finds(pattern, in: $0) } }.map(\.path))
        }
        if let pattern = test.corefile, let corefile = objects.corefile, Self.finds(pattern, in: corefile) {
            take(["ConfigMap kube-system/coredns"])
        }
        if test.critical_annotation == true {
            take(objects.applied.filter(\.isCriticalByAnnotation).map(\.path))
            take(
                facts.pods.values.joined().filter { $0.isCriticalByAnnotation && $0.owner == nil }
                    .map { "pod \($0.path)" }.sorted()
            )
        }
        return found + versions(test) + files(test)
    }

    /// Kubelets that register their nodes with one of the taints.
    private func registered(_ keys: [String]) -> [Finding.Place] {
        daemons(NodeUnit.kubelet.rawValue).flatMap { host, daemon, _ in
            facts.arguments(of: daemon, on: host).filter { argument in
                guard argument.flag == "--register-with-taints" else { return false }
                let taints = (argument.value ?? "").split(separator: ",").map { $0.prefix { $0 != "=" && $0 != ":" } }
                return taints.contains { keys.contains(String($0)) }
            }.map(\.place)
        }
    }

    private func versions(_ test: UrgentNotes.Test) -> [Finding.Place] {
        let servers = test.api_server_below.map { least in
            facts.servers.filter { $0.value.version.map { $0 < least } ?? false }.keys.sorted()
                .map { Finding.Place(host: $0, object: "kube-apiserver") }
        }
        let kubelets = test.kubelet_below.map { least in
            facts.nodes.filter { $0.kubeletVersion.map { $0.release < least } ?? false }
                .map { Finding.Place(object: "node \($0.name)") }
        }
        return (servers ?? []) + (kubelets ?? [])
    }

    private func files(_ test: UrgentNotes.Test) -> [Finding.Place] {
        guard let pattern = test.matches ?? test.unit_matches, let regex = Self.regex(pattern) else { return [] }
        let kind: HostConfiguration.File.Kind = test.unit_matches == nil ? .configuration : .unit
        // The hosts of a cluster have the same few texts; each is searched once.
        var lines: [String: [Int]] = [:]
        var found: [Finding.Place] = []
        for (host, configuration) in facts.hosts {
            for daemon in configuration.daemons
            where test.configuration_of == nil || test.configuration_of == daemon.name {
                for file in daemon.files.compactMap({ configuration.file($0) }) where file.kind == kind {
                    let matching = lines[file.text] ?? Self.lines(of: file.text, with: regex)
                    lines[file.text] = matching
                    found += matching.map { Finding.Place(host: host.name, file: file.path, line: $0) }
                }
            }
        }
        return found
    }

    /// The numbers of the lines in which the pattern occurs.
    private static func lines(of text: String, with regex: Regex<AnyRegexOutput>) -> [Int] {
        text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
            .filter { $0.element.contains(regex) }.map { $0.offset + 1 }
    }

    /// Whether a pattern of the data occurs; a test compiles every one of them.
    static func finds(_ pattern: String, in text: String) -> Bool {
        regex(pattern).map { text.contains($0) } ?? false
    }

    private static func regex(_ pattern: String) -> Regex<AnyRegexOutput>? {
        (try? Regex(pattern))?.anchorsMatchLineEndings()
    }
}
