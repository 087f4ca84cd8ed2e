import Foundation
import Testing

@testable import UpgradeCore

@Suite("The schema and the decoder say the same")
struct PlaybookSchemaTests {
    private typealias Value = PlaybookSchema.Value

    private let places: [PlaybookSchema.Place]
    private let full: Value

    init() throws {
        let file = PlaybookTexts.directory.appending(path: "schema.json")
        places = try JSONDecoder().decode(PlaybookSchema.self, from: Data(contentsOf: file)).places()
        full = try JSONDecoder().decode(Value.self, from: Data(Self.fullText.utf8))
    }

    /// A playbook with every key there is.
    private static let fullText = """
        {
          "cluster": "full", "target": "1.13", "releases": {"1.13": "1.13.12-1", "1.12": "1.12.10-1"},
          "hosts": [
            {"name": "h", "address": "h.example.org", "node": "n",
              "roles": ["etcd", "worker", "control-plane", "client"]},
            {"name": "e", "roles": ["etcd", "control-plane"]}
          ],
          "ssh": {"config": "c", "user": "u", "sudo": false},
          "api": {"kubeconfig": "/k", "endpoint": "https://{name}:6443", "watch": "2s"},
          "etcd": {"endpoint": "http://e:2379", "cacert": "/a", "cert": "/c", "key": "/k",
            "snapshot-directory": "/s", "keep": 3, "prove-snapshot": false, "known-key": "/k/x"},
          "packages": {"control-plane": ["ka"], "node": ["kn"], "client": ["kc"],
            "conffile-default": "merge", "holds": "keep", "conffiles": [{"path": "/etc/x", "decision": "take"}]},
          "saved-paths": ["/etc"],
          "drain": {"deadline": "1s", "delete-bare-pods": true, "delete-emptydir-data": true},
          "foreign-cordons": "keep",
          "workers": {"batch": 2, "failure-budget": 1, "canary": ["h"], "cordon-ahead": true,
            "groups": [{"name": "g", "hosts": ["h"], "label": "a=b", "taint": "t", "zone": "z", "batch": 3,
              "failure-budget": 2}]},
          "deadlines": {"connect": "1s", "install": "1s", "daemon": "1s", "node-ready": "1s", "backup": "1s"},
          "lease": {"heartbeat": "1s", "ttl": "40s"},
          "calico": {"versions": {"1.13": {"package": "3.7.5-1", "tag": "v3.7.5"}}, "packages": ["cn"],
            "namespace": "n", "daemonset": "d", "container": "c", "image": "i", "host": "h",
            "pull": "none", "typha": {"deployment": "t", "container": "t", "image": "t"},
            "datastore-migration": {"at": "1.13", "to": "etcdv3", "etcdv2": "/o", "etcdv3": "/n"}},
          "helm": {"versions": {"1.13": {"package": "2.14.3-1", "tag": "v2.14.3"}}, "packages": ["hm"], "program": "/opt/hm",
            "tiller-namespaces": ["n"], "image": "i", "map-apis": true, "migrate-at": "1.13", "revisions": 3,
            "cleanup": {"at": "1.13", "confirm": "full", "excluded": "remove", "absent": "stop"}, "ask-tiller": true,
            "helm3": {"packages": ["h3"], "program": "h3", "versions": {"1.13": "3.0.3-1"}},
            "helmfile": {"packages": ["hf"], "program": "hf", "versions": {"1.13": "0.125.5-1"}, "environments": ["e.yaml"]},
            "exclude": [{"release": "kube-system/web", "storage": "secrets", "reason": "nobody needs it"}]},
          "hooks": [{"name": "k", "phase": "workers", "when": "after", "host": "h", "command": ["c"], "deadline": "1s"}],
          "accept": [{"violation": "calico-2.2@1.12", "reason": "where it stands"}],
          "accepted-findings": [{"id": "a/b", "reason": "r", "until": "2027-01-31"}],
          "simulation": {"release": "1.12", "pace": "1s", "calico": "v3.5.8", "etcd-v2": true, "tiller": "v2.13.1", "pods": 2,
            "lost": ["Deployment n/d"],
            "failures": [{"step": "drain", "host": "h", "attempts": 2}]},
          "versions": [{"fact": "calico/3.7/kubernetes/max", "value": "1.15", "source": "s", "reason": "r"}],
          "silences": [{"name": "s", "alertmanager": "http://a:9093", "token-file": "t", "matchers": ["a=b"],
            "lasts": "1h"}],
          "windows": [{"name": "w", "open": ["o"], "close": ["c"], "is-open": ["i"], "lasts": "1h"}],
          "notifications": [{"name": "n", "webhook": "https://a/b", "webhook-file": "w", "command": ["c"],
            "token-file": "t", "text": "x", "events": ["stopped"], "blocked-after": "1s", "deadline": "1s"}],
          "metrics-file": "m.prom",
          "packaging": {"builders": [{"name": "b", "address": "b.example.org"}], "proxy": "http://p:8080"}
        }
        """

    private func decode(_ value: Value) throws -> Playbook {
        try PlaybookDecoder.decode(try value.json, file: "full.json", home: "/home/op")
    }

    private func errors(_ value: Value) throws -> [PlaybookError] {
        do throws(PlaybookError) {
            _ = try PlaybookDecoder.decode(try text(value), file: "full.json", home: "/home/op")
            return []
        } catch {
            return error.all
        }
    }

    private func text(_ value: Value) throws(PlaybookError) -> String {
        do {
            return try value.json
        } catch {
            throw .syntax(reason: "\(error)", at: PlaybookLocation(file: "", line: 1, column: 1))
        }
    }

    @Test("the sections and their keys are the same")
    func keys() {
        var sections: [String: Set<String>] = [:]
        for place in places {
            if let properties = place.schema.properties { sections[place.section] = Set(properties.keys) }
            if case .schema = place.schema.additional { sections[place.section] = [PlaybookKeys.release] }
        }
        #expect(sections == PlaybookKeys.sections.mapValues(Set.init))
    }

    @Test("every place has a description, and every object forbids other keys")
    func descriptions() {
        for place in places where place.path.last != "[]" {
            #expect(place.schema.description?.isEmpty == false, "\(place.title)")
        }
        for place in places where place.schema.properties != nil {
            guard case .forbidden = place.schema.additional else {
                Issue.record("\(place.title) allows other keys")
                continue
            }
        }
    }

    @Test("a playbook with every key of the schema decodes")
    func everyKey() throws {
        #expect(try errors(full) == [])
        let text = try full.json
        for place in places {
            // Beside a DaemonSet there is no unit: PlaybookCalicoTests have one.
            guard let key = place.path.last, key != "[]", place.title != Self.unit else { continue }
            #expect(text.contains("\"\(key)\":"), "\(place.title) is not in the full playbook")
        }
    }

    @Test("a required key is missed, and no other")
    func required() throws {
        // These are required by the presence of another key, which `required` does not say.
        let conditional = ["etcd.cert", "etcd.key"]
        for place in places {
            guard let key = place.path.last, key != "[]", key != "1.13", !conditional.contains(place.title) else {
                continue
            }
            let missing = try errors(full.replacing(place.path, with: nil)).filter { error in
                if case .missingKey = error { true } else { false }
            }
            #expect(missing.isEmpty != place.isRequired, "\(place.title)")
        }
    }

    @Test("helm needs one of five keys, in the schema and in the decoder")
    func helm() throws {
        struct Schema: Decodable {
            struct Part: Decodable {
                var required: [String]
            }
            struct Section: Decodable {
                var anyOf: [Part]?
            }
            var properties: [String: Section]
        }
        let file = PlaybookTexts.directory.appending(path: "schema.json")
        let schema = try JSONDecoder().decode(Schema.self, from: Data(contentsOf: file))
        let parts = schema.properties["helm"]?.anyOf?.map(\.required)
        #expect(parts == [["versions"], ["migrate-at"], ["map-apis"], ["helm3"], ["helmfile"]])
        let texts = [
            "versions: {1.13: {package: 1-1, tag: a}}", "migrate-at: 1.13", "map-apis: true",
            "helm3: {versions: {1.13: 3-1}}", "helmfile: {versions: {1.13: 1-1}}",
        ]
        for text in texts {
            _ = try PlaybookDecoder.decode(PlaybookTexts.smallest("helm: {\(text)}"), file: "p.yaml", home: "/home/op")
        }
        #expect(throws: PlaybookError.self) {
            _ = try PlaybookDecoder.decode(PlaybookTexts.smallest("helm: {image: i}"), file: "p.yaml", home: "/home/op")
        }
    }

    @Test("a value of another type is refused, and the error names the key")
    func types() throws {
        let others: [(type: String, value: Value)] = [
            ("null", .null), ("boolean", .flag(true)), ("integer", .integer(7)), ("string", .text("x")),
            ("array", .list([.list([])])), ("object", .object(["x": .integer(1)])),
        ]
        // Values without keys or entries below them are replaced all at once, for each error names its key.
        let nested = places.filter { !$0.path.isEmpty && !$0.isLeaf }.map { [$0] }
        for group in nested + [places.filter(\.isLeaf)] {
            for other in others {
                let wrong = try group.filter {
                    try !#require($0.schema.type, "\($0.title) has no type").names.contains(other.type)
                }
                let mutated = wrong.reduce(full) { $0.replacing($1.path, with: other.value) }
                let refused = try errors(mutated).compactMap { error in
                    if case .wrongType(let key, _, _, _) = error { key } else { nil }
                }
                #expect(Set(wrong.map(\.title)).subtracting(refused) == [], "took \(other.value)")
            }
        }
    }

    private static let unit = "calico.unit"

    @Test("a text is refused exactly where the schema's pattern or list refuses it")
    func patterns() throws {
        let listed = Set(places.flatMap { $0.schema.values ?? [] } + PlaybookDecoder.hookPhases)
        let samples = [
            "", " ", "a", "A", "a b", "a\n", "-a", ".a", "a-", "a.", "a..b", "a_b", "a/b", "a@b", "a:b", "ab", "0", "1",
            "cluster", "1.13", "01.13", "1.13.12",
            "1.13.12-1", "1:1.13-1", "v1.13", "10ms", "10m", "1h", "300", "5 m",
            "/", "//", "/a", "/a/../b", "/..", "/a..b", "/a\tb", "a/../b", "~", "~/a", "~a/b", "http://a",
            "https://a:1", "https://a/b", "https://{name}:1", "https://{address}", "https://{ip}", "ftp://a",
            "a.b/c:1/d", "a.b:1/c",
            "a=b", "a=~", "a!=", "a=", "a=\"\"", "a=\"b\"", "1a=b", "a.prom", "~a.prom",
            "https://a/b?c=d", "https://u:p@a/b", "[::1]", "::1", "refuse", "refused", "keep", "workers", "before",
            "etcd", "worker", "ä",
            String(repeating: "a", count: 129), String(repeating: "a", count: 254), String(repeating: "a", count: 300),
        ]
        // What else these must be, a pattern cannot say: one of the hosts, one of the releases, in proportion, not too often.
        let exempt = [
            "hooks.host", "workers.canary", "workers.groups.hosts", "simulation.release", "lease.heartbeat",
            "lease.ttl", "api.watch", "helm.ask-tiller",
        ]
        var texts: [(path: [String], title: String, isAllowed: (String) -> Bool)] = []
        for place in places where place.schema.type?.names.contains("string") == true {
            guard !exempt.contains(place.title) else { continue }
            texts.append((place.path, place.title, try check(place.schema)))
        }
        // All at once, for each error names its key; one by one takes twenty seconds.
        for sample in listed.union(samples) {
            let mutated = texts.filter { $0.title != Self.unit }.reduce(full) {
                $0.replacing($1.path, with: .text(sample))
            }
            let keys = try errors(mutated).compactMap { error in
                if case .invalidValue(let key, _, _, _, _) = error { key } else { nil }
            }
            let refused = Set(keys).subtracting(exempt)
            let expected = Set(texts.filter { !$0.isAllowed(sample) && $0.title != Self.unit }.map(\.title))
            #expect(refused.symmetricDifference(expected) == [], "`\(sample)`")
            // By itself: beside a unit the keys of a DaemonSet are refused, whatever they say.
            let unit = try #require(texts.first { $0.title == Self.unit })
            let isRefused = try errors(full.replacing(unit.path, with: .text(sample))).contains { error in
                if case .invalidValue(Self.unit, _, _, _, _) = error { true } else { false }
            }
            #expect(isRefused != unit.isAllowed(sample), "unit `\(sample)`")
        }
    }

    private func check(_ schema: PlaybookSchema) throws -> (String) -> Bool {
        if let values = schema.values { return { values.contains($0) } }
        let pattern = try Regex(try #require(schema.pattern, "a text needs a pattern or a list"))
        return { $0.firstMatch(of: pattern) != nil }
    }

    @Test("a number is refused exactly beyond the schema's range")
    func ranges() throws {
        for place in places where place.schema.type?.names == ["integer"] {
            let least = try #require(place.schema.minimum)
            let most = try #require(place.schema.maximum)
            for value in [least, most] {
                #expect(try errors(full.replacing(place.path, with: .integer(value))) == [], "\(place.title)")
            }
            for value in [least - 1, most + 1] {
                #expect(try errors(full.replacing(place.path, with: .integer(value))) != [], "\(place.title)")
            }
        }
    }

    @Test("a list may be empty exactly where the schema says so")
    func lists() throws {
        for place in places where place.schema.type?.names == ["array"] && place.title != "hosts" {
            let found = try errors(full.replacing(place.path, with: .list([])))
            let isRefused = found.contains { error in
                if case .emptyList(place.title, _) = error { true } else { false }
            }
            #expect(isRefused == ((place.schema.minItems ?? 0) > 0), "\(place.title)")
        }
    }

    @Test("the schema's defaults are those of the decoder")
    func defaults() throws {
        for place in places {
            guard let standard = place.schema.standard else { continue }
            let without = try decode(full.replacing(place.path, with: nil))
            let with = try decode(full.replacing(place.path, with: standard))
            #expect(without == with, "\(place.title)")
            #expect(without != (try decode(full)), "\(place.title) makes no difference")
        }
    }
}
