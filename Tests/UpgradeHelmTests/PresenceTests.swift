import Foundation
import Synchronization
import Testing
import UpgradeCore
import UpgradeTestSupport
import UpgradeTorture

@testable import UpgradeHelm

@Suite("Objects of manifests are looked for in the cluster")
struct PresenceTests {
    private static let manifest = """
        ---
        # Source: web/templates/service.yaml
        apiVersion: v1
        kind: Service
        metadata: {name: web, labels: {release: web}}
        ---
        # Source: web/templates/twice.yaml
        apiVersion: v1
        kind: ConfigMap
        metadata:
          name: first
          name: settings
          namespace: other
          labels: {release: web}
        ---
        # Source: web/templates/kept.yaml
        apiVersion: v1
        kind: Secret
        metadata: {name: kept, annotations: {"helm.sh/resource-policy": keep}}
        ---
        # Source: web/templates/hook.yaml
        apiVersion: v1
        kind: Pod
        metadata: {name: hook, annotations: {"helm.sh/hook": post-install}}
        ---
        # Source: web/templates/list.yaml
        apiVersion: v1
        kind: List
        items:
          - {apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {name: web}}
          - {apiVersion: extensions/v1beta1, kind: Deployment, metadata: {name: web}}
        ---
        # Source: web/templates/broken.yaml
        apiVersion: v1
          kind: [
        ---
        # Source: web/templates/nameless.yaml
        apiVersion: v1
        kind: ConfigMap
        metadata: {labels: {a: b}}
        """

    private func manifest(_ text: String) -> HelmStoredManifest {
        var manifest = HelmStoredManifest(release: "web", revision: 1, namespace: "shop")
        ManifestObjects(namespace: "shop").read(text, into: &manifest)
        return manifest
    }

    @Test("every object of every document is found, hooks are none, and what is broken is named by its place")
    func objects() {
        let found = manifest(Self.manifest)
        #expect(
            found.objects.map { "\($0.object.apiVersion) \($0.object.path)\($0.isKept ? " kept" : "")" } == [
                "v1 Service shop/web", "v1 ConfigMap other/settings", "v1 Secret shop/kept kept",
                "rbac.authorization.k8s.io/v1 ClusterRole shop/web", "extensions/v1beta1 Deployment shop/web",
            ]
        )
        #expect(found.problems.count == 2)
        #expect(
            found.problems.first?.hasPrefix(
                "document 6 (web/templates/broken.yaml) of its manifest: its contents are not YAML"
            ) == true
        )
        #expect(
            found.problems.last == "document 7 (web/templates/nameless.yaml) of its manifest: its ConfigMap has no name"
        )
        #expect(manifest("").objects.isEmpty && manifest("---\n# nothing\n---\n").problems.isEmpty)
    }

    @Test("a carriage return before the end of a line hides no document")
    func carriageReturns() {
        let lines = manifest(Self.manifest.replacing("\n", with: "\r\n"))
        #expect(lines.objects == manifest(Self.manifest).objects)
        #expect(lines.problems.count == 2)
        let mixed = manifest(Self.manifest.replacing("\n---", with: "\r\n---"))
        #expect(mixed.objects == lines.objects)
    }

    @Test("aliases of aliases are refused before they are a thousand million values", .timeLimit(.minutes(1)))
    func aliases() {
        var text = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
        for level in 1...9 {
            let aliases = repeatElement("*a\(level - 1)", count: 9).joined(separator: ", ")
            text += "a\(level): &a\(level) [\(aliases)]\n"
        }
        let found = manifest(text)
        #expect(found.objects.isEmpty && found.problems.count == 1)
        #expect(found.problems.first?.contains("too many aliases") == true)
        let few = manifest("apiVersion: v1\nkind: &k ConfigMap\nmetadata: {name: a, labels: {k: *k}}\n")
        #expect(few.objects.count == 1 && few.problems.isEmpty)
    }

    private func presence(_ api: PresentAPI) async throws -> HelmPresence {
        let cluster = LiveCluster(
            remote: api,
            playbook: try Scene().playbook,
            clock: VirtualClock(),
            helm: HelmFormat(),
            now: { 0 }
        )
        return try await cluster.answer([.helmPresence]).helmPresence()
    }

    private func stored(
        _ text: String = Self.manifest,
        _ change: (inout ProtoRelease) -> Void = { _ in }
    ) throws -> StoredHelmObject {
        var message = try Release.message(try Fixture.named("rich.v12").stored.data)
        message.name = "web"
        message.namespace = "shop"
        message.version = 1
        message.manifest = text
        message.info.status.code = .deployed
        change(&message)
        return ConversionTests.stored(message)
    }

    @Test("one list of names a kind; absent, foreign, unserved and kept are told apart")
    func live() async throws {
        let api = PresentAPI(configMaps: [try stored()])
        api.names["services"] = "shop   web   ClusterIP   10.0.0.1   <none>   80/TCP   5d   app=x,release=other\n"
        api.names["configmaps"] = "shop   settings   1   5d   release=web\n"
        api.names["clusterroles"] = "web   5d   <none>\n"
        let found = try #require(try await presence(api).releases.first)
        #expect(found.path == "shop/web" && found.helm == 2)
        #expect(found.present == 1 && found.kept == 1)
        // In another namespace than the manifest's it is not that object.
        #expect(found.absent.map(\.path) == ["ConfigMap other/settings"])
        #expect(found.foreign.map { "\($0.object.path) \($0.release)" } == ["Service shop/web other"])
        #expect(found.unserved.map { "\($0.apiVersion) \($0.path)" } == ["extensions/v1beta1 Deployment shop/web"])
        #expect(found.problems.count == 2)
        let lists = api.calls.filter { $0.contains("--show-labels") }
        #expect(lists.count == 3)
        // No Secret is ever asked for but those of Helm, and no list says what to print of an object.
        #expect(!lists.joined().contains { $0.hasPrefix("secrets") || $0.hasPrefix("-o") || $0.hasPrefix("--output") })
        #expect(
            lists.first { $0.contains("clusterroles.v1.rbac.authorization.k8s.io") }?.contains("--all-namespaces")
                == false
        )
        #expect(lists.first { $0.contains("services.v1.") }?.contains("--all-namespaces") == true)
    }

    @Test("labels say whose an object is only where both have the same one")
    func owners() {
        #expect(HelmOwnerLabel.other(["release": "b"], than: ["release": "a"]) == "b")
        #expect(
            HelmOwnerLabel.other(["release": "a", "app.kubernetes.io/instance": "b"], than: ["release": "a"]) == nil
        )
        #expect(HelmOwnerLabel.other(["release": "b"], than: [:]) == nil)
        #expect(HelmOwnerLabel.other([:], than: ["release": "a"]) == nil)
        let both = ["release": "a", "app.kubernetes.io/instance": "x"]
        #expect(HelmOwnerLabel.other(["release": "a", "app.kubernetes.io/instance": "y"], than: both) == nil)
    }

    @Test("what Helm 3 keeps counts before what Helm 2 keeps, and of several deployed revisions the newest")
    func newest() async throws {
        let service = "apiVersion: v1\nkind: Service\nmetadata: {name: NAME}\n"
        let older = try stored(service.replacing("NAME", with: "old")) { $0.version = 1 }
        let newer = try stored(service.replacing("NAME", with: "new")) { $0.version = 2 }
        let api = PresentAPI(configMaps: [newer, older])
        let second = try #require(try await presence(api).releases.first)
        #expect(second.revision == 2 && second.absent.map(\.name) == ["new"])
        api.secrets = [try older.convertedSecret().object]
        let third = try await presence(api).releases
        #expect(third.count == 1 && third[0].helm == 3 && third[0].absent.map(\.name) == ["old"])
    }

    @Test("a kind that its server cannot list is told, a kubectl that gets no answer is an error")
    func refused() async throws {
        let api = PresentAPI(configMaps: [try stored("apiVersion: v1\nkind: Service\nmetadata: {name: web}\n")])
        api.errors["services"] =
            "Error from server (ServiceUnavailable): the server is currently unable to handle the request"
        let found = try #require(try await presence(api).releases.first)
        #expect(found.present == 0 && found.absent.isEmpty)
        #expect(found.problems.first?.hasPrefix("objects of v1 Service cannot be listed: Error from server") == true)
        api.kindsError = "Error from server (Forbidden): no"
        let blind = try #require(try await presence(api).releases.first)
        #expect(blind.problems == ["kinds of v1 cannot be listed: Error from server (Forbidden): no"])
        api.kindsError = nil
        api.errors["services"] = "Unable to connect to the server: EOF"
        await #expect(throws: AccessError.self) { _ = try await presence(api) }
    }

    @Test("an apiVersion that is no word of the API is never sent to it")
    func words() async throws {
        let text = "apiVersion: v1/../secrets\nkind: Service\nmetadata: {name: web}\n"
        let api = PresentAPI(configMaps: [try stored(text)])
        let found = try #require(try await presence(api).releases.first)
        #expect(found.unserved.count == 1)
        #expect(!api.calls.joined().contains { $0.contains("..") })
    }
}

/// Simulated, not real: an API that has these records and lists these names, and takes the very words of `HelmRequests`.
final class PresentAPI: CommandRemote {
    private struct State {
        var calls: [[String]] = []
        var names: [String: String] = [:]
        var errors: [String: String] = [:]
        var secrets: [StoredHelmObject] = []
        var kindsError: String?
    }

    private let configMaps: [StoredHelmObject]
    private let state = Mutex(State())

    var calls: [[String]] { state.withLock(\.calls) }
    /// What a list prints, by resource.
    var names: [String: String] {
        get { state.withLock(\.names) }
        set { state.withLock { $0.names = newValue } }
    }
    /// What kubectl complains of, by resource.
    var errors: [String: String] {
        get { state.withLock(\.errors) }
        set { state.withLock { $0.errors = newValue } }
    }
    /// What kubectl complains of when it is asked for kinds.
    var kindsError: String? {
        get { state.withLock(\.kindsError) }
        set { state.withLock { $0.kindsError = newValue } }
    }
    /// What Helm 3 keeps.
    var secrets: [StoredHelmObject] {
        get { state.withLock(\.secrets) }
        set { state.withLock { $0.secrets = newValue } }
    }

    init(configMaps: [StoredHelmObject]) { self.configMaps = configMaps }

    private static let kinds = [
        "/api/v1": [("services", "Service", true), ("configmaps", "ConfigMap", true), ("secrets", "Secret", true)],
        "/apis/rbac.authorization.k8s.io/v1": [("clusterroles", "ClusterRole", false)],
    ]

    func run(
        _ command: Command,
        on host: UpgradeCore.Host,
        deadline: Duration
    ) async throws(RemoteError) -> CommandResult {
        let words = Array(command.words.drop { $0 != "get" })
        state.withLock { $0.calls.append(words) }
        guard words.count > 2 else { return Self.refuse("not a request") }
        if words[1] != "--raw" {
            let resource = String(words[1].prefix { $0 != "." })
            if let error = errors[resource] { return CommandResult(errorOutput: error, outcome: .exited(1)) }
            return CommandResult(output: names[resource] ?? "", outcome: .exited(0))
        }
        if words[2].contains("labelSelector=OWNER"), words[2].contains("STATUS%3DDEPLOYED") {
            return Self.page(words[2].hasPrefix("/api/v1/configmaps") ? configMaps : [])
        }
        if words[2].contains("owner%3Dhelm%2Cstatus%3Ddeployed") { return Self.page(secrets) }
        if let kindsError { return CommandResult(errorOutput: kindsError, outcome: .exited(1)) }
        guard let kinds = Self.kinds[words[2]] else {
            return Self.refuse("(NotFound): the server could not find the requested resource")
        }
        let resources = kinds.map { name, kind, isNamespaced in
            "{\"name\":\"\(name)\",\"kind\":\"\(kind)\",\"namespaced\":\(isNamespaced),\"verbs\":[\"get\",\"list\"]}"
        }
        return CommandResult(output: "{\"resources\":[\(resources.joined(separator: ","))]}", outcome: .exited(0))
    }

    private static func page(_ all: [StoredHelmObject]) -> CommandResult {
        let items = all.map { one in
            let data = one.storage == .secret ? Base64.encode(Array(one.data.utf8)) : one.data
            return
                "{\"metadata\":{\"name\":\"\(one.name)\",\"namespace\":\"\(one.namespace)\"},\"data\":{\"release\":\"\(data)\"}}"
        }
        return CommandResult(
            output: "{\"metadata\":{},\"items\":[\(items.joined(separator: ","))]}",
            outcome: .exited(0)
        )
    }

    private static func refuse(_ why: String) -> CommandResult {
        CommandResult(errorOutput: "Error from server \(why)", outcome: .exited(1))
    }
}
