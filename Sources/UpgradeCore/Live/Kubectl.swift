import FoundationEssentials

/// Makes kubectl commands for a control-plane host.
///
/// Only options that kubectl has had since the first release of the path and still has in Debian's newest.
struct Kubectl {
    /// The annotation that says which run cordoned a node; set in the same request as the cordon.
    static let cordonMark = "upgrader/cordoned-by"

    /// The annotations of a DaemonSet whose update strategy a run has set: the run, and the strategy before; set and removed
    /// in the same request as the strategy.
    static let strategyMark = "upgrader/strategy-set-by"
    static let strategyBefore = "upgrader/strategy-before"

    /// The API options of the playbook.
    var options: APIOptions
    /// The API server to ask; `nil` leaves it to the kubeconfig.
    var server: String?

    init(_ playbook: Playbook, server host: Host? = nil) {
        options = playbook.api
        server = host.map { host in
            playbook.api.endpoint.replacing("{name}", with: host.name).replacing("{address}", with: host.address)
        }
    }

    /// The program and the options that every call has.
    var prefix: [String] {
        ["kubectl", "--kubeconfig=\(options.kubeconfig)"] + (server.map { ["--server=\($0)"] } ?? [])
    }

    /// A call that is answered at once or not at all.
    func brief(_ words: [String]) -> Command {
        // An API server that is being restarted behind a load balancer may swallow a request; kubectl waits for ever
        // unless told otherwise.
        Command(prefix + ["--request-timeout=20s"] + words, needsRoot: true)
    }

    /// A merge of `patch` into an object.
    func patch<Patch: Encodable>(_ object: [String], type: String, _ patch: Patch) -> Command {
        brief(["patch"] + object + ["--type=\(type)", "--patch=\(Self.json(patch))"])
    }

    /// The value as JSON with sorted keys, so that the same value is always the same text.
    private static func json<Value: Encodable>(_ value: Value) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do {
            return String(decoding: try encoder.encode(value), as: UTF8.self)
        } catch {
            preconditionFailure("patches hold only text and booleans: \(error)")
        }
    }
}

/// The merge that cordons a node and says whose cordon it is.
struct CordonPatch: Encodable {
    struct Metadata: Encodable {
        var annotations: [String: String]
    }
    struct Spec: Encodable {
        var unschedulable: Bool
    }
    var metadata: Metadata
    var spec: Spec

    init(mark: String) {
        metadata = Metadata(annotations: [Kubectl.cordonMark: mark])
        spec = Spec(unschedulable: true)
    }
}

/// One operation of a JSON patch.
///
/// - Source: RFC 6902; `test` makes the whole patch fail where the value is another one.
struct PatchOperation: Encodable {
    enum Value: Encodable {
        case text(String)
        case flag(Bool)

        func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            switch self {
            case .text(let text): try container.encode(text)
            case .flag(let flag): try container.encode(flag)
            }
        }
    }
    var op: String
    var path: String
    var value: Value?

    /// The patch that takes our cordon away and fails where the mark is not ours.
    static func uncordon(mark: String) -> [PatchOperation] {
        unmark(mark) + [
            // > 4.1. add: If the target location specifies an object member that does exist, that member's value is
            // > replaced.  So it holds whether or not somebody has uncordoned the node already.  (RFC 6902)
            PatchOperation(op: "add", path: "/spec/unschedulable", value: .flag(false))
        ]
    }

    /// The patch that takes the mark away alone, and fails where it is not ours.
    static func unmark(_ mark: String) -> [PatchOperation] {
        // > 4. Evaluation: ~1 stands for / in a reference token.  (RFC 6901)
        let path = "/metadata/annotations/\(Kubectl.cordonMark.replacing("/", with: "~1"))"
        return [
            PatchOperation(op: "test", path: path, value: .text(mark)),
            PatchOperation(op: "remove", path: path),
        ]
    }
}

/// The merge that sets the update strategy of a DaemonSet.
///
/// `rollingUpdate` stays as it is, so that going back to `RollingUpdate` finds the prior maxUnavailable; the API
/// server accepts it beside `OnDelete`.
/// - Source: Kubernetes 1.12 pkg/apis/apps/validation/validation.go, ValidateDaemonSetUpdateStrategy
struct UpdateStrategyPatch: Encodable {
    /// What becomes of the annotations beside it.
    enum Mark {
        case set(run: String, prior: String)
        case removed
    }
    struct Metadata: Encodable {
        // `null` removes a key. (RFC 7396; strategic merges do as well)
        var annotations: [String: String?]
    }
    struct Strategy: Encodable {
        var type: String
    }
    struct Spec: Encodable {
        var updateStrategy: Strategy
    }
    var metadata: Metadata?
    var spec: Spec?

    init(type: String?, mark: Mark?) {
        spec = type.map { Spec(updateStrategy: Strategy(type: $0)) }
        let annotations: [String: String?]? =
            switch mark {
            case nil: nil
            case .set(let run, let prior): [Kubectl.strategyMark: run, Kubectl.strategyBefore: prior]
            case .removed: [Kubectl.strategyMark: nil, Kubectl.strategyBefore: nil]
            }
        metadata = annotations.map(Metadata.init)
    }
}
