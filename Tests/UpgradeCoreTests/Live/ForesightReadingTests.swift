import Foundation
import Testing

@testable import UpgradeCore

@Suite("reading what foresight asks for")
struct ForesightReadingTests {
    @Test("a host's answer becomes its configuration, secrets taken out and lines kept")
    func configuration() throws {
        let text = """
            fact clock
             1600000000

            fact name
             w1
            fact kernel
             4.19.0-13-amd64
            fact iptables
             iptables v1.8.2 (nf_tables)
            fact cgroup
            holds
             kubernetes-node
            daemon kubelet
            file unit /lib/systemd/system/kubelet.service
             [Service]
             # a comment
             ExecStart=/usr/bin/kubelet $DAEMON_ARGS
            file environment /etc/default/kubelet
             DAEMON_ARGS="--v=1 --token=abcdef"
            words
             /usr/bin/kubelet
             --v=1
             --token=abcdef
            file configuration /etc/k.yaml
             end
            daemon kube-proxy
            file network /etc/cni/net.d/10.conf
             {}
            certificates
             1700000000 /etc/kubernetes/ssl/a b.pem
            tokens
             1600000001 /etc/kubernetes/kubelet.conf
             inf /etc/kubernetes/odd.conf
            end
            """
        let found = try HostConfigurationReading.configuration(text)
        #expect(found.clock == 1_600_000_000)
        #expect(found.hostName == "w1")
        #expect(found.cgroupDriver.isEmpty)
        #expect(found.holds == ["kubernetes-node"])
        #expect(found.daemons.map(\.name) == ["kubelet", "kube-proxy"])
        #expect(
            found.daemons[0].files == ["/lib/systemd/system/kubelet.service", "/etc/default/kubelet", "/etc/k.yaml"]
        )
        #expect(found.daemons[0].program == "/usr/bin/kubelet")
        #expect(found.daemons[0].words == ["--v=1", "--token=\(Redaction.mark)"])
        #expect(found.daemons[1].files.isEmpty)
        #expect(found.file("/lib/systemd/system/kubelet.service")?.text.split(separator: "\n").count == 3)
        #expect(found.file("/etc/default/kubelet")?.text.contains("abcdef") == false)
        #expect(found.file("/etc/k.yaml")?.text == "end")
        #expect(found.tokens == [.init(path: "/etc/kubernetes/kubelet.conf", notAfter: 1_600_000_001)])
        #expect(found.certificates == [.init(path: "/etc/kubernetes/ssl/a b.pem", notAfter: 1_700_000_000)])
    }

    @Test("files with odd ends of lines, or none, neither swallow nor break what comes after them")
    func oddLines() throws {
        let text =
            "daemon kubelet\nfile environment /etc/default/kubelet\n A=--v=1\r\n B=--w=2\r\n\n"
            + "file environment /etc/kubernetes/config\n C=--x=3\r\nfile unit /lib/systemd/system/kubelet.service\n"
            + " \u{301}D=4\n E=\u{fffd}\u{0}5\nend\n"
        let found = try HostConfigurationReading.configuration(text)
        #expect(found.daemons.first?.files.count == 3)
        #expect(found.file("/etc/default/kubelet")?.text == "A=--v=1\nB=--w=2")
        #expect(found.file("/etc/kubernetes/config")?.text == "C=--x=3")
        #expect(found.file("/lib/systemd/system/kubelet.service")?.text == "\u{301}D=4\nE=\u{fffd}\u{0}5")
    }

    @Test("a manifest whose lines end with CR and LF has the objects that it has without CR")
    func manifestLines() {
        let text =
            "apiVersion: extensions/v1beta1\nkind: Ingress\nmetadata:\n  name: i\n---\napiVersion: v1\nkind: Pod\n"
        let found = ManifestText.references(text)
        #expect(found.map(\.kind) == ["Ingress", "Pod"])
        #expect(ManifestText.references(text.replacing("\n", with: "\r\n")) == found)
    }

    @Test(
        "the name of an object counts in each way of writing it",
        arguments: [
            "metadata: {name: deny, namespace: shop}", "metadata: { namespace: shop, name: \"deny\" }",
            "metadata:\n  name: deny", "metadata: {\"name\": 'deny'}",
        ]
    )
    func flow(metadata: String) {
        let found = ManifestText.references("apiVersion: v1\nkind: Pod\n\(metadata)\n")
        #expect(found == [.init(apiVersion: "v1", kind: "Pod", name: "deny")])
    }

    @Test("what is left to a template is no object, and is counted")
    func templates() {
        let text = """
            apiVersion: {{ template "deployment.apiVersion" . }}
            kind: Deployment
            ---
            apiVersion: v1
            kind: Service
            metadata:
              name: {{ .Release.Name }}
            """
        #expect(ManifestText.references(text).map(\.kind) == ["Service"])
        #expect(ManifestText.templates(text) == 1)
        #expect(ManifestText.templates("apiVersion: v1\nkind: Pod\n") == 0)
    }

    @Test("labels that pods want by affinity are read, and what a controller made is left out")
    func affinity() throws {
        func set(_ name: String, _ more: String) -> String {
            """
            {"kind": "ReplicaSet", "metadata": {"name": "\(name)", "namespace": "shop"\(more)}, "spec": {"template":
            {"spec": {"affinity": {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution":
            {"nodeSelectorTerms": [{"matchExpressions": [{"key": "disk", "operator": "In", "values": ["ssd"]},
            {"key": "old", "operator": "DoesNotExist"}]}]}}}}}}}
            """
        }
        var parts = Self.empty
        let owner = #", "ownerReferences": [{"kind": "Deployment", "name": "web", "controller": true}]"#
        parts["replicasets.apps"] = #"{"items": [\#(set("own", "")), \#(set("made", owner))]}"#
        let found = try AppliedReading.objects(Sections(Self.output(parts))).applied
        #expect(found.map(\.path) == ["ReplicaSet shop/own"])
        #expect(found.first?.affinityKeys == ["disk"])
    }

    @Test(
        "a configuration that is cut off is none",
        arguments: ["fact clock\n 1\n", "", "file unit\nend", "nonsense\nend"]
    )
    func cutOff(text: String) {
        #expect(throws: ReadingError.self) { try HostConfigurationReading.configuration(text) }
    }

    @Test("objects are read with their last manifest, their target and what their pods want")
    func objects() throws {
        let manifest = #"{\"apiVersion\":\"extensions/v1beta1\",\"kind\":\"Deployment\"}"#
        let deployment = """
            {"items": [{"kind": "Deployment", "metadata": {"name": "web", "namespace": "shop", "annotations":
            {"kubectl.kubernetes.io/last-applied-configuration": "\(manifest)"}},
            "spec": {"selector": {"matchLabels": {"a": "b"}}, "template": {"metadata": {"annotations":
            {"scheduler.alpha.kubernetes.io/critical-pod": ""}}, "spec": {"nodeSelector": {"disk": "ssd"},
            "tolerations": [{"key": "t"}, {"operator": "Exists"}], "containers": [{"name": "c", "image": "i:1"}]}}}}]}
            """
        var parts = Self.empty
        parts["deployments.apps"] = deployment
        parts["services"] =
            #"{"items": [{"metadata": {"name": "s", "namespace": "n"}, "spec": {"selector": {"a": "b"}}}]}"#
        parts["namespaces"] = """
            {"items": [{"metadata": {"name": "n", "annotations": {"net.beta.kubernetes.io/network-policy":
            "{\\"ingress\\":{\\"isolation\\":\\"DefaultDeny\\"}}"}}}, {"metadata": {"name": "other"}}]}
            """
        parts["persistentvolumes"] = """
            {"items": [{"metadata": {"name": "p"}, "spec": {"local": {"path": "/x"}, "claimRef": {"namespace": "n",
            "name": "data"}}}, {"metadata": {"name": "q"}, "spec": {"nfs": {}, "claimRef": {"namespace": "n", "name": "r"}}}]}
            """
        parts["validatingwebhookconfigurations.admissionregistration.k8s.io"] = """
            {"items": [{"metadata": {"name": "guard"}, "webhooks": [{"name": "pods", "failurePolicy": "Fail",
            "clientConfig": {"service": {"namespace": "n", "name": "s"}}, "rules": [{"resources": ["pods"]}]},
            {"name": "far", "clientConfig": {"url": "https://far"}}]}]}
            """
        let found = try AppliedReading.objects(Sections(Self.output(parts)))
        let web = try #require(found.applied.first)
        #expect(web.appliedVersion == "extensions/v1beta1")
        #expect(web.path == "Deployment shop/web")
        #expect(web.nodeSelector == ["disk": "ssd"])
        #expect(web.tolerations == ["t"])
        #expect(web.images == ["i:1"])
        #expect(web.isCriticalByAnnotation)
        #expect(found.services == ["n/s": ["a": "b"]])
        #expect(found.defaultDeny == ["n"])
        #expect(found.localClaims == ["n/data"])
        #expect(found.webhooks == [.init(name: "guard/pods", failsClosed: true, service: "n/s", resources: ["pods"])])
    }

    @Test("a resource that the server does not serve has no object; one that was not asked for is an error")
    func notServed() throws {
        #expect(try AppliedReading.objects(Sections(Self.output(Self.empty))) == ClusterObjects())
        var parts = Self.empty
        parts["services"] =
            #"{"items": [{"metadata": {"name": "s", "namespace": "n"}, "spec": {"type": "ExternalName"}}]}"#
        #expect(try AppliedReading.objects(Sections(Self.output(parts))).services == ["n/s": [:]])
        parts["services"] = #"{"items": null}"#
        #expect(try AppliedReading.objects(Sections(Self.output(parts))) == ClusterObjects())
        parts["services"] = "{}"
        #expect(throws: ReadingError.self) { try AppliedReading.objects(Sections(Self.output(parts))) }
        parts["services"] = nil
        #expect(throws: ReadingError.self) { try AppliedReading.objects(Sections(Self.output(parts))) }
    }

    @Test("definitions, APIServices and bootstrap tokens are read with what foresight wants of them")
    func extensions() throws {
        let manifest = #"{\"apiVersion\":\"apiextensions.k8s.io/v1beta1\"}"#
        var parts = Self.empty
        parts["customresourcedefinitions.apiextensions.k8s.io"] = """
            {"items": [{"kind": "CustomResourceDefinition", "metadata": {"name": "widgets.example.org", "annotations":
            {"kubectl.kubernetes.io/last-applied-configuration": "\(manifest)"}}, "spec": {"version": "v1", "versions":
            [{"name": "v1"}]}, "status": {"storedVersions": ["v1alpha1", "v1"]}}, {"kind": "CustomResourceDefinition",
            "metadata": {"name": "old.example.org"}, "spec": {"version": "v1"}}]}
            """
        parts["apiservices.apiregistration.k8s.io"] = """
            {"items": [{"metadata": {"name": "v1beta1.apps", "labels": {"kube-aggregator.kubernetes.io/automanaged":
            "onstart"}}, "spec": {"group": "apps", "version": "v1beta1"}}, {"metadata": {"name": "v1beta2.apps"}, "spec":
            {"group": "apps", "version": "v1beta2"}}, {"metadata": {"name": "v1."}, "spec": {"version": "v1"}}]}
            """
        let end = Data("2020-09-13T12:26:40Z".utf8).base64EncodedString()
        parts["bootstrap-tokens"] = "bootstrap-token-abcdef \(end)\nbootstrap-token-012345 <no value>\nodd b3Vw"
        let found = try AppliedReading.objects(Sections(Self.output(parts)))
        #expect(found.definitions == ["widgets.example.org", "old.example.org"])
        #expect(
            found.definitionVersions == [
                .init(name: "widgets.example.org", versions: ["v1"], stored: ["v1alpha1", "v1"]),
                .init(name: "old.example.org", versions: ["v1"], stored: []),
            ]
        )
        let widgets = found.applied.first { $0.path == "CustomResourceDefinition widgets.example.org" }
        #expect(widgets?.appliedVersion == "apiextensions.k8s.io/v1beta1")
        #expect(found.unmanagedAPIs == ["apps/v1beta2"])
        #expect(found.bootstrapTokens == [.init(name: "bootstrap-token-abcdef", notAfter: 1_600_000_000)])
    }

    @Test("a Helm 2 release is read by the field of its manifest, not by the templates of its chart")
    func helm2() throws {
        func field(_ number: UInt8, _ text: String) -> [UInt8] {
            [number << 3 | 2, UInt8(text.utf8.count % 128 | 128), UInt8(text.utf8.count / 128)] + Array(text.utf8)
        }
        let manifest =
            "---\n# Source: x\napiVersion: apps/v1beta1\nkind: Deployment\nmetadata:\n  labels: {a: b}\n  name: web\n"
        let release =
            field(1, "rel") + field(3, "apiVersion: extensions/v1beta1\nkind: Deployment\n") + field(5, manifest)
        let line = "2/secrets kube-system rel.v1 \(Data(release).base64EncodedString())"
        let found = try HelmReading.manifests("\(line)\nend\n")
        #expect(found.first?.objects == [.init(apiVersion: "apps/v1beta1", kind: "Deployment", name: "web")])
        #expect(found.map(\.helm) == [2] && found.map(\.storage) == [.secret])
        #expect(throws: ReadingError.self) { try HelmReading.manifests("/secrets shop other \nend\n") }
    }

    @Test("a Helm 3 release is read from its JSON; one that cannot be read says so; a cut answer is none")
    func helm3() throws {
        let json =
            #"{"name":"r","manifest":"apiVersion: v1\nkind: List\nitems:\n- apiVersion: extensions/v1beta1\n  kind: Ingress\n  metadata:\n    name: i\n"}"#
        let text = "3 shop sh.helm.release.v1.r.v1 \(Data(json.utf8).base64EncodedString())\n3 shop other \nend\n"
        let found = try HelmReading.manifests(text)
        #expect(found.map(\.objects) == [[.init(apiVersion: "extensions/v1beta1", kind: "Ingress", name: "i")], nil])
        #expect(throws: ReadingError.self) { try HelmReading.manifests("3 shop other ") }
    }

    @Test("amounts are read as the API writes them")
    func quantities() {
        let room = Quantity.resources(["cpu": "1500m", "memory": "2Gi", "pods": "110"])
        #expect(room == Resources(cpu: 1_500, memory: .mebibytes(2_048), pods: 110))
        #expect(Quantity.value("1e3") == 1_000)
        #expect(Quantity.value("12E") == 12e18)
        #expect(Quantity.value("much") == nil)
    }

    private static let empty = Dictionary(
        uniqueKeysWithValues: [
            "deployments.apps", "daemonsets.apps", "statefulsets.apps", "cronjobs.batch", "ingresses.extensions",
            "replicasets.apps", "jobs.batch", "poddisruptionbudgets.policy", "roles.rbac.authorization.k8s.io",
            "rolebindings.rbac.authorization.k8s.io", "clusterroles.rbac.authorization.k8s.io",
            "clusterrolebindings.rbac.authorization.k8s.io", "priorityclasses.scheduling.k8s.io",
            "storageclasses.storage.k8s.io",
            "networkpolicies.networking.k8s.io", "podsecuritypolicies.policy",
            "horizontalpodautoscalers.autoscaling", "services", "namespaces", "persistentvolumes",
            "validatingwebhookconfigurations.admissionregistration.k8s.io",
            "mutatingwebhookconfigurations.admissionregistration.k8s.io",
            "customresourcedefinitions.apiextensions.k8s.io", "apiservices.apiregistration.k8s.io", "coredns",
            "bootstrap-tokens",
        ].map { ($0, "") }
    )

    @Test("a node says whether it confines pods; pods and policies, whether they want it")
    func appArmor() throws {
        func node(_ name: String, _ status: String, _ message: String) -> String {
            """
            {"metadata": {"name": "\(name)"},
             "status": {"conditions": [{"type": "Ready", "status": "\(status)", "message": "\(message)"}]}}
            """
        }
        let ready = "kubelet is posting ready status"
        let nodes = [
            node("a", "True", "\(ready). AppArmor enabled"), node("b", "True", ready), node("c", "Unknown", "gone"),
            #"{"metadata": {"name": "d"}, "status": {"conditions": [{"type": "Ready", "status": "True"}]}}"#,
        ]
        let read = try ObjectReading.nodes(#"{"items": ["# + nodes.joined(separator: ",") + "]}")
        #expect(read.map(\.confinesPods) == [true, false, nil, nil])
        #expect(read.map(\.isReady) == [true, true, false, true])

        func deployment(_ name: String, _ profile: String) -> String {
            """
            {"kind": "Deployment", "metadata": {"name": "\(name)", "namespace": "x"}, "spec": {"template": {
             "metadata": {"annotations": {"container.apparmor.security.beta.kubernetes.io/app": "\(profile)"}},
             "spec": {"containers": []}}}}
            """
        }
        func policy(_ name: String, _ annotation: String, _ profile: String) -> String {
            """
            {"kind": "PodSecurityPolicy", "metadata": {"name": "\(name)",
             "annotations": {"apparmor.security.beta.kubernetes.io/\(annotation)": "\(profile)"}}}
            """
        }
        var parts = Self.empty
        parts["deployments.apps"] =
            #"{"items": ["# + deployment("web", "runtime/default") + "," + deployment("free", "unconfined") + "]}"
        parts["podsecuritypolicies.policy"] =
            #"{"items": ["# + policy("given", "defaultProfileName", "runtime/default") + ","
            + policy("allowed", "allowedProfileNames", "runtime/default") + "]}"
        let objects = try AppliedReading.objects(Sections(Self.output(parts)))
        #expect(objects.applied.filter { $0.wantsAppArmor == true }.map(\.name) == ["web", "given"])
    }

    private static func output(_ parts: [String: String]) -> String {
        parts.map { "\($0.value)\n@upgrader \($0.key) \($0.value.isEmpty && $0.key != "coredns" ? 1 : 0)\n" }.joined()
    }
}
