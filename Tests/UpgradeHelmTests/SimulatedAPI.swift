import Foundation
import Synchronization
import UpgradeCore
import UpgradeTorture

@testable import UpgradeHelm

/// Simulated, not real: an API server that keeps ConfigMaps and Secrets and takes the very words that `HelmRequests` sends.
///
/// Refuses what a real one refuses (AlreadyExists, NotFound, Conflict, a replaced Secret of another type) and any other
/// word. With `losing`, the answer to that call is lost after it took effect.
final class SimulatedAPI: CommandRemote {
    private struct State {
        var objects: [String: JSONValue] = [:]
        var version = 100
        var calls: [[String]] = []
        var losing: Int?
    }

    private let state = Mutex(State())

    /// The objects by `KIND/namespace/name`, KIND in the plural.
    var objects: [String: JSONValue] { state.withLock(\.objects) }
    /// The words of each call, without those that name kubectl.
    var calls: [[String]] { state.withLock(\.calls) }

    func lose(answerTo call: Int?) {
        state.withLock { state in
            state.losing = call
            state.calls = []
        }
    }

    /// Puts an object there, as Helm would.
    func put(_ stored: StoredHelmObject, type: String? = nil) {
        var object: [String: JSONValue] = [
            "kind": .string(stored.storage == .secret ? "Secret" : "ConfigMap"),
            "metadata": .object([
                "name": .string(stored.name), "namespace": .string(stored.namespace),
                "labels": .object(stored.labels.mapValues(JSONValue.string)),
                "annotations": .object(stored.annotations.mapValues(JSONValue.string)),
            ]),
            "data": .object([
                "release": .string(stored.storage == .secret ? Base64.encode(Array(stored.data.utf8)) : stored.data)
            ]),
        ]
        if let type { object["type"] = .string(type) }
        let value = JSONValue.object(object)
        state.withLock { state in _ = Self.store(value, in: &state) }
    }

    func run(
        _ command: Command,
        on host: UpgradeCore.Host,
        deadline: Duration
    ) async throws(RemoteError) -> CommandResult {
        let (result, isLost) = state.withLock { state -> (CommandResult, Bool) in
            let own = command.words.drop { $0 != "--request-timeout=20s" && $0 != "upgrader-remove" }
            let words = Array(own.dropFirst())
            state.calls.append(words)
            return (Self.answer(words, command, &state), state.calls.count == state.losing)
        }
        if isLost { throw .lost(host: host.name, sent: true, reason: "simulated") }
        return result
    }

    private static func answer(_ words: [String], _ command: Command, _ state: inout State) -> CommandResult {
        switch (words.first, words.dropFirst().first) {
        case ("get"?, "--raw"?):
            let parts = words[2].split(separator: "/").map(String.init)
            guard parts.count == 6, parts[0...2] == ["api", "v1", "namespaces"] else { return refuse("not a path") }
            guard let object = state.objects["\(parts[4])/\(parts[3])/\(parts[5])"] else { return refuse("(NotFound)") }
            return CommandResult(output: String(decoding: object.text, as: UTF8.self), outcome: .exited(0))
        case ("create"?, _):
            guard let object = JSONValue(Array((command.input ?? "").utf8)) else { return refuse("not JSON") }
            guard state.objects[key(object)] == nil else { return refuse("(AlreadyExists)") }
            return store(object, in: &state)
        case ("replace"?, _):
            guard let object = JSONValue(Array((command.input ?? "").utf8)) else { return refuse("not JSON") }
            guard let found = state.objects[key(object)] else { return refuse("(NotFound)") }
            guard found["type"] == object["type"] else { return refuse("type: field is immutable") }
            guard found["metadata"]?["resourceVersion"] == object["metadata"]?["resourceVersion"] else {
                return refuse("(Conflict)")
            }
            return store(object, in: &state)
        default:
            // The script of a removal: kind, namespace, name, version, then kubectl's own words.
            guard words.count > 4, words[4] == "kubectl" else { return refuse("not a request: \(words)") }
            let key = "\(words[0])/\(words[1])/\(words[2])"
            guard let found = state.objects[key] else { return CommandResult(outcome: .exited(0)) }
            guard found["metadata"]?["resourceVersion"]?.string == words[3] else {
                return refuse("was changed meanwhile")
            }
            state.objects[key] = nil
            return CommandResult(outcome: .exited(0))
        }
    }

    private static func refuse(_ why: String) -> CommandResult {
        CommandResult(errorOutput: "Error from server \(why)", outcome: .exited(1))
    }

    private static func key(_ object: JSONValue) -> String {
        let metadata = object["metadata"]
        let kind = object["kind"]?.string == "Secret" ? "secrets" : "configmaps"
        return "\(kind)/\(metadata?["namespace"]?.string ?? "")/\(metadata?["name"]?.string ?? "")"
    }

    private static func store(_ object: JSONValue, in state: inout State) -> CommandResult {
        guard case .object(var fields) = object, case .object(var metadata)? = fields["metadata"] else {
            return refuse("no metadata")
        }
        state.version += 1
        metadata["resourceVersion"] = .string(String(state.version))
        fields["metadata"] = .object(metadata)
        state.objects[key(object)] = .object(fields)
        return CommandResult(output: "stored", outcome: .exited(0))
    }
}
