import UpgradeKnowledge

@testable import UpgradeCore

extension Breaker {
    /// What daemons stand on.
    static let hosts = [
        Breaker(
            "a CNI configuration without cniVersion (kubeadm#1799)",
            "cni-version/etc/cni/net.d/10-calico.conflist",
            .killsDaemon,
            "1.15-1.16",
            at: "w2 /etc/cni"
        ) { $0.change("/etc/cni/net.d/10-calico.conflist", on: "w2") { $0 = #"{"name": "k8s-pod-network"}"# } },
        Breaker(
            "iptables in nft mode, the default of Debian 10",
            "iptables/nft",
            .changesBehaviour,
            "1.15-1.16",
            at: "w1"
        ) { $0.configure("w1") { $0.iptables = "iptables v1.8.2 (nf_tables)" } },
        Breaker(
            "the Docker that recorded kubelets report",
            "runtime/docker/below-1.13.1",
            .killsDaemon,
            "1.13-1.14",
            at: "node-1: docker://1.11.2"
        ) { $0.facts.nodes = try ObjectReading.nodes(try Recorded.text("1.12", "01-nodes")) },
        Breaker(
            "a kubelet and a Docker of two cgroup drivers",
            "cgroup-driver/kubelet/cgroupfs",
            .killsDaemon,
            "1.12-1.13",
            at: "w1 /etc/default/kubelet:2"
        ) { $0.configure("w1") { $0.cgroupDriver = "systemd" } },
        Breaker("an old kernel", "kernel/below-3.10", .worthKnowing, "1.12-1.13", at: "w1 3.2.0-4-amd64") {
            $0.configure("w1") { $0.kernel = "3.2.0-4-amd64" }
        },
        Breaker(
            "a certificate that ends during the path",
            "certificate/etc/kubernetes/ssl/server.pem",
            .killsDaemon,
            "1.12-1.13",
            at: "cp1 /etc/kubernetes/ssl/server.pem"
        ) { $0.configure("cp1") { $0.certificates[0].notAfter = 1_600_000_000 + 2 * 86_400 } },
        Breaker(
            "pods that want AppArmor, and a node without it (wikimedia T273563)",
            "apparmor/blocked",
            .changesBehaviour,
            "1.12-1.13",
            at: "node w2.example.org"
        ) {
            $0.facts.nodes[1].confinesPods = false
            $0.facts.objects.applied = [.init(kind: "PodSecurityPolicy", name: "restricted", wantsAppArmor: true)]
        },
        Breaker(
            "kubelets whose rights stand in a binding alone (wikimedia b19dc0d97)",
            "node-authorizer/missing",
            .worthKnowing,
            "1.12-1.13",
            at: "cp1 /etc/default/kube-apiserver:2"
        ) {
            $0.change("/etc/default/kube-apiserver", on: "cp1") {
                $0.replace("--authorization-mode=Node,RBAC", with: "--authorization-mode=RBAC")
            }
        },
        Breaker(
            "a kube-proxy that does not find IPVS on kernel 4.19 (kubernetes#70304)",
            "ipvs/kernel-4.19",
            .changesBehaviour,
            "1.12-1.13",
            at: "w1 /etc/default/kube-proxy:2"
        ) {
            $0.change("/etc/default/kube-proxy", on: "w1") {
                $0.replace("--proxy-mode=iptables", with: "--proxy-mode=ipvs")
            }
        },
        Breaker("a clock that is off", "clock/w2", .changesBehaviour, "1.12-1.13", at: "w2") {
            $0.facts.identities["w2"]?.clockOffset = -12
        },
        Breaker(
            "kubelet and kube-proxy with two names (wikimedia T300500)",
            "hostname-override/kube-proxy",
            .changesBehaviour,
            "1.12-1.13",
            at: "w1 /etc/default/kubelet:2"
        ) { cluster in
            cluster.change("/etc/default/kube-proxy", on: "w1") {
                $0.replace("--hostname-override=w1.example.org", with: "")
            }
            cluster.configure("w1") { $0.daemons[1].words.removeAll { $0.hasPrefix("--hostname") } }
        },
        Breaker(
            "a kubelet that registers under another name than the playbook's",
            "node-name/w1",
            .killsDaemon,
            "1.12-1.13",
            at: "w1 /etc/default/kubelet:2"
        ) { cluster in
            cluster.change("/etc/default/kubelet", on: "w1") { $0.replace("=w1.example.org", with: "=w1") }
        },
        Breaker(
            "a cgroup driver that the kubelet's configuration file gives",
            "cgroup-driver/kubelet/systemd",
            .killsDaemon,
            "1.12-1.13",
            at: "w1 /var/lib/kubelet/config.yaml:3"
        ) { cluster in
            cluster.change("/etc/default/kubelet", on: "w1") { $0.replace("--cgroup-driver=cgroupfs", with: "") }
            cluster.configure("w1") { $0.daemons[0].words.removeAll { $0.hasPrefix("--cgroup-driver") } }
            let text = "apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\ncgroupDriver: systemd\n"
            cluster.add(.configuration, "/var/lib/kubelet/config.yaml", to: "kubelet", on: "w1", text)
        },
        Breaker(
            "Docker where the kubelet has no shim for it any more",
            "runtime/docker/gone",
            .killsDaemon,
            "1.23-1.24",
            at: "node w1.example.org: docker://18.6.3",
            from: "1.22",
            to: "1.25"
        ) { _ in },
        Breaker(
            "a containerd without CRI v1",
            "runtime/containerd/below-1.6.0",
            .killsDaemon,
            "1.25-1.26",
            at: "w2.example.org: containerd://1.5.9",
            from: "1.25",
            to: "1.26"
        ) { $0.facts.nodes[1].runtime = "containerd://1.5.9" },
        Breaker("a package on hold", "package-held/kubernetes-node", .refusedByAPI, "1.12-1.13", at: "w3") {
            $0.configure("w3") { $0.holds = ["kubernetes-node", "vim"] }
        },
        Breaker(
            "a conffile that was changed on its host, and is not to be kept",
            "conffile-changed/etc/default/kubelet",
            .worthKnowing,
            "1.12-1.13",
            at: "w3 /etc/default/kubelet"
        ) {
            $0.facts.playbook.conffiles = ConffileRules(byPath: ["/etc/default/kubelet": .take])
            $0.configure("w3") {
                $0.conffiles = [.init(state: .changed, package: "kubernetes-node", path: "/etc/default/kubelet")]
            }
        },
        Breaker(
            "a conffile that its package no longer brings",
            "conffile-obsolete/etc/default/old",
            .worthKnowing,
            "1.12-1.13",
            at: "w3 /etc/default/old"
        ) {
            $0.configure("w3") {
                $0.conffiles = [.init(state: .obsolete, package: "kubernetes-node", path: "/etc/default/old")]
            }
        },
        Breaker("a package of Calico on hold", "package-held/calico-cni", .refusedByAPI, "1.12-1.13", at: "w2") {
            $0.facts.playbook.calico = CalicoOptions(versions: [:], packages: ["calico-cni"])
            $0.configure("w2") { $0.holds = ["calico-cni"] }
        },
        Breaker("a package of Helm on hold", "package-held/helm", .refusedByAPI, "1.12-1.13", at: "cp1") {
            $0.facts.playbook.helm = HelmOptions(versions: [:])
            $0.configure("cp1") { $0.holds = ["helm"] }
        },
    ]

    /// APIs, Helm releases, policies and notes about objects.
    static let objects = [
        Breaker(
            "a deployment that was applied as extensions/v1beta1",
            "api-removed/extensions/v1beta1/Deployment",
            .refusedByAPI,
            "1.15-1.16",
            at: "Deployment shop/web"
        ) {
            $0.facts.objects.applied.append(
                .init(kind: "Deployment", namespace: "shop", name: "web", appliedVersion: "extensions/v1beta1")
            )
        },
        Breaker(
            "a stateful set that was applied as apps/v1beta1",
            "api-removed/apps/v1beta1/StatefulSet",
            .refusedByAPI,
            "1.15-1.16",
            at: "StatefulSet shop/db"
        ) {
            $0.facts.objects.applied.append(
                .init(kind: "StatefulSet", namespace: "shop", name: "db", appliedVersion: "apps/v1beta1")
            )
        },
        Breaker(
            "a network policy of a directory that the operator gives",
            "api-removed/extensions/v1beta1/NetworkPolicy",
            .refusedByAPI,
            "1.15-1.16",
            at: "policies.yaml: NetworkPolicy deny"
        ) { cluster in
            let text = "# ours\napiVersion: extensions/v1beta1 # old\nkind: NetworkPolicy\nmetadata:\n  name: deny\n"
            cluster.facts.manifests = [("policies.yaml", ManifestText.references(text))]
        },
        Breaker(
            "a Helm 2 release whose manifest has extensions/v1beta1, recorded (helm#7604)",
            "api-removed/extensions/v1beta1/Deployment ",
            .refusedByAPI,
            "1.15-1.16",
            at: "Helm 2 release kube-system/myrel.v1: Deployment"
        ) { $0.facts.helm = try Recorded.helm("1.12") }.renamed("api-removed/extensions/v1beta1/Deployment"),
        Breaker(
            "an ingress whose API only a later release has",
            "api-not-yet/networking.k8s.io/v1beta1/Ingress",
            .worthKnowing,
            "1.13-1.14",
            at: "new.yaml: Ingress web"
        ) {
            $0.facts.manifests = [
                ("new.yaml", [.init(apiVersion: "networking.k8s.io/v1beta1", kind: "Ingress", name: "web")])
            ]
        },
        Breaker(
            "a Helm release that cannot be read",
            "helm-unreadable/shop/web.v1",
            .worthKnowing,
            "1.12-1.13",
            at: "Helm 2 release shop/web.v1"
        ) { $0.facts.helm = [HelmManifest(helm: 2, namespace: "shop", name: "web.v1", objects: nil)] },
        Breaker(
            "an aggregated API whose only backend is drained",
            "aggregated-api-backend/v1beta1.metrics.k8s.io",
            .changesBehaviour,
            "1.12-1.13",
            at: "kube-system/metrics"
        ) {
            $0.facts.objects.aggregated = [
                .init(name: "v1beta1.metrics.k8s.io", service: "kube-system/metrics", isAvailable: true)
            ]
            $0.facts.objects.services = ["kube-system/metrics": ["app": "metrics"]]
            $0.run(
                PodState(
                    namespace: "kube-system",
                    name: "metrics",
                    uid: "metrics",
                    owner: "ReplicaSet/metrics",
                    labels: ["app": "metrics"]
                ),
                on: "w2"
            )
        },
        Breaker(
            "an autoscaler whose target names extensions/v1beta1",
            "scale-target/extensions/v1beta1/Deployment",
            .refusedByAPI,
            "1.15-1.16",
            at: "HorizontalPodAutoscaler shop/web"
        ) {
            $0.facts.objects.applied.append(
                .init(
                    kind: "HorizontalPodAutoscaler",
                    namespace: "shop",
                    name: "web",
                    target: .init(apiVersion: "extensions/v1beta1", kind: "Deployment", name: "web")
                )
            )
        },
        Breaker(
            "a policy controller of Calico 2",
            "policy-controller/kube-system/calico-policy",
            .refusedByAPI,
            "1.15-1.16",
            at: "Deployment kube-system/calico-policy"
        ) {
            $0.facts.objects.applied.append(
                .init(
                    kind: "Deployment",
                    namespace: "kube-system",
                    name: "calico-policy",
                    images: ["quay.io/calico/kube-policy-controller:v0.7.0"]
                )
            )
        },
        Breaker(
            "a namespace that asks for DefaultDeny by annotation",
            "default-deny/shop",
            .ignored,
            "1.12-1.13",
            at: "shop"
        ) {
            $0.facts.objects.defaultDeny = ["shop"]
        },
        Breaker(
            "an aggregated API that does not answer",
            "aggregated-api/v1beta1.metrics.k8s.io",
            .changesBehaviour,
            "1.12-1.13",
            at: "kube-system/metrics"
        ) {
            $0.facts.objects.aggregated = [
                .init(name: "v1beta1.metrics.k8s.io", service: "kube-system/metrics", isAvailable: false)
            ]
        },
        Breaker(
            "the alpha CRD of CSINodeInfo",
            "note/k113-csinodeinfo-crd",
            .refusedByAPI,
            "1.12-1.13",
            at: "csinodeinfos"
        ) {
            $0.facts.objects.definitions = ["csinodeinfos.csi.storage.k8s.io"]
        },
        Breaker(
            "the alpha CRD of RuntimeClass",
            "note/k114-runtimeclass",
            .changesBehaviour,
            "1.13-1.14",
            at: "runtimeclasses"
        ) {
            $0.facts.objects.definitions = ["runtimeclasses.node.k8s.io"]
        },
        Breaker("a Corefile with the proxy plugin", "note/k116-coredns", .changesBehaviour, "1.15-1.16", at: "coredns")
        {
            $0.facts.objects.corefile = ".:53 {\n    kubernetes cluster.local\n    proxy . /etc/resolv.conf\n}\n"
        },
        Breaker("CoreDNS 1.3.1", "note/k114-coredns", .changesBehaviour, "1.13-1.14", at: "kube-system/coredns") {
            $0.facts.objects.applied.append(
                .init(
                    kind: "Deployment",
                    namespace: "kube-system",
                    name: "coredns",
                    images: ["k8s.gcr.io/coredns:1.3.1"]
                )
            )
        },
        Breaker(
            "pods that rely on the critical-pod annotation",
            "note/k116-critical-pod",
            .changesBehaviour,
            "1.15-1.16",
            at: "calico-node"
        ) {
            $0.facts.objects.applied.append(
                .init(kind: "DaemonSet", namespace: "kube-system", name: "calico-node", isCriticalByAnnotation: true)
            )
        },
        Breaker(
            "a taint of the alpha that a kubelet registers with",
            "note/k114-alpha-taints/registered",
            .changesBehaviour,
            "1.13-1.14",
            at: "w3 /etc/default/kubelet:2"
        ) { $0.give("kubelet", on: "w3", "--register-with-taints=node.alpha.kubernetes.io/notReady=:NoSchedule") }
        .renamed("note/k114-alpha-taints"),
        Breaker("a taint of the alpha", "note/k114-alpha-taints", .changesBehaviour, "1.13-1.14", at: "w1") {
            $0.facts.nodes[0].taints = ["node.alpha.kubernetes.io/notReady"]
        },
        Breaker(
            "an API server with an open hole",
            "note/k113-cve-2018-1002105",
            .changesBehaviour,
            "1.12-1.13",
            at: "cp1"
        ) {
            $0.facts.servers["cp1"]?.version = KubernetesVersion("1.12.2")
        },
    ]

    /// The same breaker under the id of a finding that another one has too.
    private func renamed(_ id: String) -> Breaker {
        var breaker = self
        breaker.expected = id
        return breaker
    }
}
