import Testing
import UpgradeCore
import UpgradeKnowledge

@testable import UpgradeHelm

@Suite("Manifests are rewritten to the APIs that stay")
struct ManifestRewriteTests {
    static let moves = [
        APIMove(from: "extensions/v1beta1", kind: "Deployment", to: "apps/v1"),
        APIMove(from: "extensions/v1beta1", kind: "DaemonSet", to: "apps/v1"),
        APIMove(from: "apps/v1beta2", kind: "Deployment", to: "apps/v1"),
        APIMove(from: "extensions/v1beta1", kind: "NetworkPolicy", to: "networking.k8s.io/v1"),
    ]

    private func rewritten(_ text: String) throws -> String {
        try ManifestRewrite(moves: Self.moves, rules: try ObjectRewrites.all()).rewritten(text)
    }

    private func why(_ text: String) throws -> String {
        do throws(HelmFixed) {
            _ = try ManifestRewrite(moves: Self.moves, rules: (try? ObjectRewrites.all()) ?? .init(rules: []))
                .rewritten(text)
            return ""
        } catch {
            return "\(error.object.kind) \(error.object.name): \(error.why)"
        }
    }

    static let deployment = """

        ---
        # Source: web/templates/deployment.yaml
        apiVersion: extensions/v1beta1   # the old one
        kind: Deployment
        metadata:
          name: web
        spec:
          # how many
          replicas: 2
          template:
            metadata:
              labels:
                app: "web"
                app.kubernetes.io/name: Grüße
            spec: {containers: [{name: web, image: "web:1.10"}]}
        ---
        # Source: web/templates/settings.yaml
        apiVersion: v1
        kind: ConfigMap
        metadata:
          name: settings
        data:
          note: "apiVersion: extensions/v1beta1"

        """

    @Test("a selector is filled in as the old API server did, and every other byte stays")
    func selector() throws {
        let expected = Self.deployment
            .replacing("apiVersion: extensions/v1beta1   #", with: "apiVersion: apps/v1   #")
            .replacing(
                "  # how many\n  replicas",
                with: "  # how many\n  selector:\n    matchLabels:\n      \"app\": \"web\"\n"
                    + "      \"app.kubernetes.io/name\": \"Grüße\"\n  replicas"
            )
        #expect(try rewritten(Self.deployment) == expected)
    }

    @Test("what was rewritten is not rewritten again")
    func again() throws {
        let once = try rewritten(Self.deployment)
        #expect(try rewritten(once) == once)
    }

    @Test("a selector that is there stays, lines may end with CRLF, and kind may come first")
    func crlf() throws {
        let text = """
            kind: Deployment
            apiVersion: "apps/v1beta2"
            metadata: {name: web}
            spec:
              selector: {matchLabels: {app: web}}
              template: {metadata: {labels: {app: web}}}
            """
            .replacing("\n", with: "\r\n")
        #expect(try rewritten(text) == text.replacing("apps/v1beta2", with: "apps/v1"))
        let filled = try rewritten(Self.deployment.replacing("\n", with: "\r\n"))
        #expect(filled == (try rewritten(Self.deployment)).replacing("\n", with: "\r\n"))
    }

    @Test("the items of a list are rewritten, and others of the same API are not")
    func list() throws {
        let text = """
            apiVersion: v1
            kind: List
            items:
            - apiVersion: extensions/v1beta1
              kind: Ingress
              metadata: {name: door}
            - apiVersion: extensions/v1beta1
              kind: DaemonSet
              metadata: {name: agent}
              spec:
                template: {metadata: {labels: {app: agent}}}
            """
        let expected = """
            apiVersion: v1
            kind: List
            items:
            - apiVersion: extensions/v1beta1
              kind: Ingress
              metadata: {name: door}
            - apiVersion: apps/v1
              kind: DaemonSet
              metadata: {name: agent}
              spec:
                selector:
                  matchLabels:
                    "app": "agent"
                template: {metadata: {labels: {app: agent}}}
            """
        #expect(try rewritten(text) == expected)
    }

    @Test("what the new API has no place for, or nothing can be filled in for, is refused by name")
    func refused() throws {
        let rollback = Self.deployment.replacing("  replicas: 2\n", with: "  rollbackTo: {revision: 1}\n")
        #expect(
            try why(rollback)
                == "Deployment web: spec.rollbackTo: an order to roll back, which apps/v1 has no place for"
        )
        let bare = "apiVersion: extensions/v1beta1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  template: {}\n"
        #expect(try why(bare).hasPrefix("Deployment web: spec.selector is missing: apps/v1 demands a selector"))
        let second = bare.replacing("extensions/v1beta1", with: "apps/v1beta2")
            .replacing("template: {}", with: "template: {metadata: {labels: {app: web}}}")
        #expect(try why(second).hasPrefix("Deployment web: spec.selector is missing"))
        #expect(
            try why("apiVersion: extensions/v1beta1\nkind: Deployment\nmetadata:\n  name: web\n bad: [\n")
                == "Deployment web: its manifest is not YAML"
        )
    }

    @Test("a text that is written in a way nobody thought of is refused, not harmed")
    func strange() throws {
        let flow =
            "apiVersion: extensions/v1beta1\nkind: Deployment\nmetadata:\n  name: web\n"
            + "spec: {template: {metadata: {labels: {app: web}}}}\n"
        #expect(try why(flow) == "Deployment web: its manifest is written in a way that is not rewritten here")
        let anchored = "x: &v extensions/v1beta1\napiVersion: *v\nkind: Deployment\nmetadata:\n  name: web\n"
        // The name stands elsewhere, so the object is not even found; the text stays.
        #expect(try rewritten(anchored) == anchored)
    }

    @Test("no reason holds what a manifest holds")
    func secrets() throws {
        let text =
            "apiVersion: extensions/v1beta1\nkind: Deployment\nmetadata: {name: web}\npassword: hunter2\n"
            + "spec: 1\n"
        #expect(!(try why(text)).contains("hunter2"))
    }
}
