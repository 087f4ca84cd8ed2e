import Foundation
import Testing
import UpgradeTestSupport

@testable import UpgradeCore

extension HostScriptTests {
    @Test("requests for beta APIs are counted by audit log and metrics, and nothing of a body leaves the host")
    func requests() async throws {
        let bench = try Bench()
        let log = "\(bench.path)/audit.log"
        let today = try await Self.output("date", "-u", "+%Y-%m-%dT%H:%M:%S.000000Z")
        try bench.write(
            [
                #"cut off","verb":"create"},"objectRef":{"#,
                Self.event(
                    "watch",
                    "system:serviceaccount:kube-system:calico",
                    "policy-controller/v0.0.0 (linux/amd64)",
                    today
                ),
                Self.event(
                    "watch",
                    "system:serviceaccount:kube-system:calico",
                    "policy-controller/v0.0.0 (linux/amd64)",
                    today
                ),
                Self.event("create", "jane", "kubectl/v1.12.10", "2020-01-01T00:00:00.000000Z"),
                Self.event("create", "joe", "kubectl/v1.12.10", today, code: 403),
                Self.event("create", "joe", "kubectl/v1.12.10", today, stage: "RequestReceived"),
                Self.event("list", "joe", "kubectl/v1.12.10", today).replacing("v1beta1\"}", with: "v1\"}"),
            ].joined(separator: "\n"),
            to: "audit.log"
        )
        let server = try Program(
            "/bin/sh",
            ["-c", "read line", "kube-apiserver", "--audit-log-path=\(log)"],
            input: .silence
        )
        try await bench.program("systemctl", "#!/bin/sh\necho MainPID=\(server.pid)\n")
        try await bench.program("kubectl", "#!/bin/sh\ncat \(bench.path)/metrics\n")
        try bench.write(Self.metrics, to: "metrics")
        let result = try await bench.run(ControlPlaneScripts.requests, "kubectl")
        #expect(!result.output.contains("SECRET"))
        let found = try ControlPlaneReading.requests(result.text())
        #expect(
            found == [
                APIRequests(
                    evidence: .metrics,
                    apiVersion: "apps/v1beta1",
                    resource: "deployments",
                    verb: "post",
                    count: 2
                ),
                APIRequests(
                    evidence: .audit,
                    apiVersion: "extensions/v1beta1",
                    resource: "networkpolicies",
                    verb: "watch",
                    client: "policy-controller/v0.0.0",
                    user: "system:serviceaccount:kube-system:calico",
                    count: 2
                ),
            ]
        )
        withExtendedLifetime(server) {}
    }

    @Test("without a log, and with metrics that are refused, there is no evidence and no error")
    func noEvidence() async throws {
        let bench = try Bench()
        try await bench.program("systemctl", "#!/bin/sh\necho MainPID=0\n")
        try await bench.program("kubectl", "#!/bin/sh\necho forbidden >&2\nexit 1\n")
        #expect(try await ControlPlaneReading.requests(bench.run(ControlPlaneScripts.requests, "kubectl").text()) == [])
    }

    @Test("a kubelet that takes a connection is reached; one where nobody listens is named; odd names are passed over")
    func kubelets() async throws {
        let bench = try Bench()
        let listener = try Loopback.Listener()
        try await bench.program(
            "kubectl",
            "#!/bin/sh\nprintf 'w1 \(listener.port) 127.0.0.1\\nw2 1 127.0.0.1\\n$(id) 1 127.0.0.1\\nw3 x 127.0.0.1\\nw4 1 \\n'\n"
        )
        let result = try await bench.run(ControlPlaneScripts.kubelets, "kubectl")
        #expect(
            try ControlPlaneReading.kubelets(result.text()) == [
                UnreachedKubelet(node: "w2", address: "127.0.0.1:1", reason: .refused)
            ]
        )
        withExtendedLifetime(listener) {}
        try await bench.program("kubectl", "#!/bin/sh\nexit 1\n")
        await #expect(throws: ReadingError.failed) {
            try await bench.run(ControlPlaneScripts.kubelets, "kubectl").text()
        }
    }

    @Test("the ends of tokens and certificates in a daemon's kubeconfig are told, and never the token")
    func tokens() async throws {
        let bench = try Bench()
        let claims = Data(#"{"iss":"x","exp": 1600000001,"sub":"??>>"}"#.utf8).base64EncodedString()
            .replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
        try bench.write(
            "users:\n- user:\n    token: aGVhZA.\(claims).c2ln\n- user:\n    token: abcdef.0123456789abcdef\n",
            to: "node.conf"
        )
        let daemon = try Program(
            "/bin/sh",
            ["-c", "read line", "kubelet", "--bootstrap-kubeconfig=\(bench.path)/node.conf"],
            input: .silence
        )
        try await bench.program(
            "systemctl",
            "#!/bin/sh\nprintf 'LoadState=loaded\\nFragmentPath=\\nMainPID=\(daemon.pid)\\n'\n"
        )
        let result = try await bench.run(HostScripts.configuration, "kubelet")
        #expect(!result.output.contains(claims))
        let found = try HostConfigurationReading.configuration(result.text())
        #expect(found.tokens.filter { $0.path.hasPrefix(bench.path) }.map(\.notAfter) == [1_600_000_001])
        withExtendedLifetime(daemon) {}
    }

    private static func event(
        _ verb: String,
        _ user: String,
        _ agent: String,
        _ time: String,
        stage: String = "ResponseComplete",
        code: Int = 200
    ) -> String {
        #"{"kind":"Event","apiVersion":"audit.k8s.io/v1","level":"RequestResponse","auditID":"1","stage":"\#(stage)","#
            + #""requestURI":"/apis/extensions/v1beta1/networkpolicies?command=SECRET","verb":"\#(verb)","#
            + #""user":{"username":"\#(user)","groups":["g"]},"sourceIPs":["192.0.2.1"],"userAgent":"\#(agent)","#
            + #""objectRef":{"resource":"networkpolicies","apiGroup":"extensions","apiVersion":"v1beta1"},"#
            + #""responseStatus":{"metadata":{},"code":\#(code)},"requestObject":{"verb":"SECRET","apiVersion":"v1"},"#
            + #""requestReceivedTimestamp":"\#(time)","stageTimestamp":"\#(time)"}"#
    }

    private static let metrics = """
        # TYPE apiserver_request_total counter
        apiserver_request_total{code="201",component="apiserver",dry_run="",group="apps",resource="deployments",\
        scope="namespace",subresource="",verb="POST",version="v1beta1"} 2
        apiserver_request_total{code="404",component="apiserver",dry_run="",group="apps",resource="deployments",\
        scope="namespace",subresource="",verb="POST",version="v1beta2"} 2
        apiserver_request_total{code="200",component="apiserver",group="",resource="pods",verb="LIST",version="v1"} 5

        """

    private static func output(_ words: String...) async throws -> String {
        try await Program("/usr/bin/env", words).wait().output.trimmingCharacters(in: .newlines)
    }
}
