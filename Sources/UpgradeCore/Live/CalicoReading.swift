internal import Foundation

/// Reads what etcd holds of Calico, by both its APIs, as objects that can be compared.
///
/// - Source: projectcalico/libcalico-go v1.7 and v3.0, lib/backend/model (paths and values), lib/upgrade/converters
enum CalicoReading {
    static func stores(_ sections: Sections) throws(ReadingError) -> CalicoStores {
        let old = try sections.part("etcdv2")
        let new = try sections.part("etcdv3")
        return CalicoStores(
            old: old.succeeded ? sorted(try self.old(old.text)) : nil,
            new: sorted(try self.new(new.text))
        )
    }

    /// In one order, whichever etcd answers.
    private static func sorted(_ store: CalicoStore?) -> CalicoStore? {
        var store = store
        store?.objects.sort { ($0.kind, $0.name) < ($1.kind, $1.name) }
        return store
    }

    // MARK: etcd's v2 API

    private struct Tree: Decodable {
        var node: Node

        struct Node: Decodable {
            var key: String?
            var value: String?
            var nodes: [Node]?

            /// Not recursive: what a host prints may be nested deeper than a stack.
            var leaves: [(path: String, value: String)] {
                var found: [(String, String)] = []
                var left = [self]
                while let node = left.popLast() {
                    left += node.nodes ?? []
                    if let key = node.key, let value = node.value { found.append((key, value)) }
                }
                return found
            }
        }
    }

    private static func old(_ text: String) throws(ReadingError) -> CalicoStore? {
        var store = CalicoStore()
        var bgp = CalicoFields()
        for (path, value) in try HostJSON.read(Tree.self, text).node.leaves {
            let parts = path.split(separator: "/").dropFirst().map(String.init)
            switch parts.prefix(2) {
            case ["v1", "Ready"]: store.isReady = value == "true"
            case ["v1", "config"] where parts.last == "CalicoVersion": store.version = value
            case ["bgp", "v1"] where parts.count == 4 && parts[2] == "global":
                if parts[3] == "as_num" { bgp.add("as", CalicoFields.asNumber(value)) }
                if parts[3] == "node_mesh" { bgp.add("mesh", HostJSON.value(Mesh.self, value)?.enabled) }
            default:
                let fields = HostJSON.value(CalicoJSON.self, value) ?? .null
                store.objects += CalicoFields.old(parts, fields).map { [$0] } ?? []
            }
        }
        if !bgp.isEmpty { store.objects.append(bgp.object("BGPConfiguration", "default")) }
        return store.objects.isEmpty && store.isReady == nil ? nil : store
    }

    private struct Mesh: Decodable { var enabled: Bool }

    // MARK: etcd's v3 API

    private struct Keys: Decodable {
        var kvs: [Pair]?

        struct Pair: Decodable {
            var key: Data
            var value: Data?
        }
    }

    private static func new(_ text: String) throws(ReadingError) -> CalicoStore? {
        var store = CalicoStore()
        for pair in try HostJSON.read(Keys.self, text).kvs ?? [] {
            let parts = String(decoding: pair.key, as: UTF8.self).split(separator: "/").dropFirst().map(String.init)
            let value = HostJSON.value(CalicoJSON.self, String(decoding: pair.value ?? Data(), as: UTF8.self)) ?? .null
            if parts.count == 5, parts[3] == "clusterinformations" {
                store.isReady = value["spec"]["datastoreReady"].flag
                store.version = value["spec"]["calicoVersion"].text
            } else if let object = CalicoFields.new(parts, value) {
                store.objects.append(object)
            }
        }
        return store.objects.isEmpty && store.isReady == nil ? nil : store
    }
}

/// Any JSON: what Calico stores has many fields, of which a few are read.
indirect enum CalicoJSON: Decodable, Hashable {
    case null
    case flag(Bool)
    case number(Double)
    case text(String)
    case list([CalicoJSON])
    case fields([String: CalicoJSON])

    init(from decoder: any Decoder) throws {
        let value = try decoder.singleValueContainer()
        if value.decodeNil() {
            self = .null
        } else if let flag = try? value.decode(Bool.self) {
            self = .flag(flag)
        } else if let number = try? value.decode(Double.self) {
            self = .number(number)
        } else if let text = try? value.decode(String.self) {
            self = .text(text)
        } else if let list = try? value.decode([CalicoJSON].self) {
            self = .list(list)
        } else {
            self = .fields(try value.decode([String: CalicoJSON].self))
        }
    }

    subscript(_ name: String) -> CalicoJSON {
        if case .fields(let fields) = self { fields[name] ?? .null } else { .null }
    }

    var flag: Bool? { if case .flag(let flag) = self { flag } else { nil } }

    /// A text, or a number as it is written.
    var text: String? {
        switch self {
        case .text(let text): text
        case .number(let number): Int64(exactly: number).map(String.init) ?? "\(number)"
        case .null, .flag, .list, .fields: nil
        }
    }

    var list: [CalicoJSON] { if case .list(let list) = self { list } else { [] } }

    /// The same for the same contents, whatever the order of the fields; absent fields, empty ones and null are one.
    var canonical: String {
        switch self {
        case .null: ""
        case .flag(let flag): "\(flag)"
        case .number, .text: text ?? ""
        case .list(let list): "[" + list.map(\.canonical).joined(separator: ",") + "]"
        case .fields(let fields):
            "{"
                + fields.mapValues(\.canonical).filter { !["", "[]", "{}"].contains($0.value) }.sorted {
                    $0.key < $1.key
                }
                .map { "\($0.key)=\($0.value)" }.joined(separator: ",") + "}"
        }
    }
}
