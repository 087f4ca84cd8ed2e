import UpgradeKnowledge

@testable import UpgradeCore

extension Breaker {
    /// Who asks for what goes away, who cannot be reached, and what ends.
    static let controlPlane = [
        Breaker(
            "a policy controller that watches policies in extensions, by the audit log",
            "api-request/extensions/v1beta1/networkpolicies/kube-policy-controller",
            .refusedByAPI,
            "1.15-1.16",
            at: "cp1 kube-policy-controller/v0.0.0 as system:serviceaccount:kube-system:calico: 12 watch (audit log)"
        ) {
            $0.ask(
                .audit,
                "watch",
                "networkpolicies",
                by: "kube-policy-controller/v0.0.0",
                as: "system:serviceaccount:kube-system:calico",
                count: 12
            )
        },
        Breaker(
            "a controller that creates old deployments, by the metrics of 1.14",
            "api-request/extensions/v1beta1/deployments/flux",
            .refusedByAPI,
            "1.15-1.16",
            at: "cp1 flux/v1: 3 post (metrics)",
            from: "1.14"
        ) { $0.ask(.metrics, "post", "deployments", by: "flux/v1", count: 3) },
        Breaker(
            "somebody who applies an old manifest with kubectl",
            "api-request/extensions/v1beta1/daemonsets/kubectl",
            .changesBehaviour,
            "1.15-1.16",
            at: "as jane: 1 create"
        ) { $0.ask(.audit, "create", "daemonsets", by: "kubectl/v1.12.10", as: "jane") },
        Breaker(
            "a node whose packet filter does not know a master (wikimedia 248b28406d8)",
            "kubelet-port/cp1",
            .changesBehaviour,
            "1.12-1.13",
            at: "cp1 to w2.example.org, 192.0.2.2:10250: no answer"
        ) {
            $0.facts.unreachedKubelets = [
                ("cp1", [.init(node: "w2.example.org", address: "192.0.2.2:10250", reason: .timeout)])
            ]
        },
        Breaker(
            "a token in the kubelet's kubeconfig that ends during the path",
            "token/etc/kubernetes/kubelet.conf",
            .killsDaemon,
            "1.12-1.13",
            at: "w1 /etc/kubernetes/kubelet.conf"
        ) {
            $0.configure("w1") { $0.tokens = [.init(path: "/etc/kubernetes/kubelet.conf", notAfter: 1_600_100_000)] }
        },
        Breaker(
            "a bootstrap token that has ended",
            "bootstrap-token/bootstrap-token-abcdef",
            .changesBehaviour,
            "1.12-1.13",
            at: "Secret kube-system/bootstrap-token-abcdef"
        ) {
            $0.facts.objects.bootstrapTokens = [.init(name: "bootstrap-token-abcdef", notAfter: 1_500_000_000)]
        },
        Breaker(
            "custom resources stored in a version that is gone",
            "stored-version/widgets.example.org/v1alpha1",
            .refusedByAPI,
            "1.12-1.13",
            at: "CustomResourceDefinition widgets.example.org"
        ) {
            $0.facts.objects.definitionVersions = [
                .init(name: "widgets.example.org", versions: ["v1"], stored: ["v1alpha1", "v1"])
            ]
        },
        Breaker(
            "an APIService made by hand for a group that goes",
            "api-service/apps/v1beta1",
            .changesBehaviour,
            "1.15-1.16",
            at: "APIService of apps/v1beta1"
        ) { $0.facts.objects.unmanagedAPIs = ["apps/v1beta1", "crd.projectcalico.org/v1"] },
    ]
}

extension CleanCluster {
    mutating func ask(
        _ evidence: APIRequests.Evidence,
        _ verb: String,
        _ resource: String,
        of apiVersion: String = "extensions/v1beta1",
        by client: String,
        as user: String = "",
        count: Int = 1
    ) {
        let requests = APIRequests(
            evidence: evidence,
            apiVersion: apiVersion,
            resource: resource,
            verb: verb,
            client: client,
            user: user,
            count: count
        )
        facts.requests.append(("cp1", [requests]))
    }
}
