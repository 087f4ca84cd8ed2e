import UpgradeKnowledge

@testable import UpgradeCore

extension Breaker {
    /// Flags, values, gates, admission plugins and labels.
    static let daemons = [
        Breaker(
            "the kubelet's --allow-privileged, which Debian's files had (minikube#4371, kubeadm#1629)",
            "flag-removed/kubelet/--allow-privileged",
            .killsDaemon,
            "1.14-1.15",
            at: "w1 /etc/default/kubelet:2"
        ) { $0.give("kubelet", on: "w1", "--allow-privileged=true") },
        Breaker(
            "a variable of a second file, as old units read it from /etc/kubernetes/config",
            "flag-removed/kubelet/--host-network-sources",
            .killsDaemon,
            "1.14-1.15",
            at: "w2 /etc/kubernetes/config:3"
        ) { cluster in
            cluster.add(
                .environment,
                "/etc/kubernetes/config",
                to: "kubelet",
                on: "w2",
                """
                # shared by all daemons
                KUBE_LOGTOSTDERR="--logtostderr=true"
                KUBE_SOURCES="--host-network-sources=*"
                """
            )
            cluster.change("/lib/systemd/system/kubelet.service", on: "w2") { text in
                text.replace("$DAEMON_ARGS", with: "$DAEMON_ARGS $KUBE_SOURCES")
            }
        },
        Breaker(
            "a flag that a drop-in adds",
            "flag-removed/kube-proxy/--resource-container",
            .killsDaemon,
            "1.15-1.16",
            at: "10-more.conf:3"
        ) { cluster in
            cluster.add(
                .unit,
                "/etc/systemd/system/kube-proxy.service.d/10-more.conf",
                to: "kube-proxy",
                on: "w1",
                """
                [Service]
                ExecStart=
                ExecStart=/usr/bin/kube-proxy $DAEMON_ARGS --resource-container=/kube-proxy
                """
            )
        },
        Breaker(
            "a flag that only the running process has",
            "flag-removed/kube-proxy/--cleanup-iptables",
            .killsDaemon,
            "1.14-1.15",
            at: "command line of kube-proxy"
        ) { cluster in
            cluster.configure("w1") { $0.daemons[1].words.append("--cleanup-iptables") }
        },
        Breaker(
            "a flag written with underscores",
            "flag-removed/kubelet/--experimental-fail-swap-on",
            .killsDaemon,
            "1.13-1.14",
            at: "w1"
        ) { $0.give("kubelet", on: "w1", "--experimental_fail_swap_on=false") },
        Breaker(
            "the API server's --etcd-quorum-read",
            "flag-removed/kube-apiserver/--etcd-quorum-read",
            .killsDaemon,
            "1.12-1.13",
            at: "cp1 /etc/default/kube-apiserver:2"
        ) { $0.give("kube-apiserver", on: "cp1", "--etcd-quorum-read=true") },
        Breaker(
            "the API server's --storage-versions",
            "flag-removed/kube-apiserver/--storage-versions",
            .killsDaemon,
            "1.13-1.14",
            at: "cp1"
        ) { $0.give("kube-apiserver", on: "cp1", "--storage-versions=apps/v1") },
        Breaker(
            "the scheduler's --failure-domains, of which no changelog tells",
            "flag-removed/kube-scheduler/--failure-domains",
            .killsDaemon,
            "1.14-1.15",
            at: "cp1"
        ) { $0.give("kube-scheduler", on: "cp1", "--failure-domains=zone") },
        Breaker(
            "the controller manager's approval of all CSRs",
            "flag-removed/kube-controller-manager/--insecure-experimental-approve-all-kubelet-csrs-for-group",
            .killsDaemon,
            "1.12-1.13",
            at: "cp1"
        ) {
            $0.give(
                "kube-controller-manager",
                on: "cp1",
                "--insecure-experimental-approve-all-kubelet-csrs-for-group x"
            )
        },
        Breaker(
            "etcd's old storage",
            "value-refused/kube-apiserver/--storage-backend=etcd2",
            .killsDaemon,
            "1.12-1.13",
            at: "cp1"
        ) { cluster in
            cluster.change("/etc/default/kube-apiserver", on: "cp1") { $0.replace("=etcd3", with: "=etcd2") }
        },
        Breaker(
            "a gate left over from long ago (kubernetes#100988)",
            "gate-unknown/kubelet/HugePages",
            .killsDaemon,
            "1.15-1.16",
            at: "w3 /etc/default/kubelet:2"
        ) { $0.give("kubelet", on: "w3", "--feature-gates=HugePages=true,PodPriority=true") },
        Breaker(
            "a gate in the kubelet's configuration file",
            "gate-unknown/kubelet/MountPropagation",
            .killsDaemon,
            "1.13-1.14",
            at: "/var/lib/kubelet/config.yaml:4"
        ) { cluster in
            cluster.add(
                .configuration,
                "/var/lib/kubelet/config.yaml",
                to: "kubelet",
                on: "w1",
                """
                apiVersion: kubelet.config.k8s.io/v1beta1
                kind: KubeletConfiguration
                featureGates:
                  MountPropagation: true
                """
            )
        },
        Breaker(
            "a gate that its binaries were seen to refuse",
            "gate-unknown/kube-apiserver/EnableEquivalenceClassCache",
            .killsDaemon,
            "1.13-1.14",
            at: "cp1"
        ) { $0.give("kube-apiserver", on: "cp1", "--feature-gates=EnableEquivalenceClassCache=false") },
        Breaker(
            "a gate that may no longer be off",
            "note/k116-gates",
            .killsDaemon,
            "1.15-1.16",
            at: "cp1"
        ) { $0.give("kube-scheduler", on: "cp1", "--feature-gates=PodPriority=false") },
        Breaker(
            "an admission plugin that is gone",
            "admission-plugin-unknown/kube-apiserver/Initializers",
            .killsDaemon,
            "1.13-1.14",
            at: "cp1"
        ) { cluster in
            cluster.change("/etc/default/kube-apiserver", on: "cp1") {
                $0.replace("NodeRestriction", with: "NodeRestriction,Initializers")
            }
        },
        Breaker(
            "a role among the kubelet's own labels (kubernetes#85503, kops#9123)",
            "node-label/kubelet/node-role.kubernetes.io/worker",
            .killsDaemon,
            "1.15-1.16",
            at: "w1 /etc/default/kubelet:2"
        ) { $0.give("kubelet", on: "w1", "--node-labels=node-role.kubernetes.io/worker=,node.kubernetes.io/x=y") },
        Breaker(
            "workloads that select by such a label",
            "node-selector/node-role.kubernetes.io/web",
            .changesBehaviour,
            "1.15-1.16",
            at: "Deployment shop/web"
        ) { cluster in
            cluster.give("kubelet", on: "w1", "--node-labels=node-role.kubernetes.io/web=")
            cluster.facts.objects.applied.append(
                .init(
                    kind: "Deployment",
                    namespace: "shop",
                    name: "web",
                    nodeSelector: ["node-role.kubernetes.io/web": ""]
                )
            )
        },
        Breaker(
            "workloads that want such a label by affinity",
            "node-selector/node-role.kubernetes.io/db",
            .changesBehaviour,
            "1.15-1.16",
            at: "StatefulSet shop/db"
        ) { cluster in
            cluster.give("kubelet", on: "w1", "--node-labels=node-role.kubernetes.io/db=")
            cluster.facts.objects.applied.append(
                .init(kind: "StatefulSet", namespace: "shop", name: "db", affinityKeys: ["node-role.kubernetes.io/db"])
            )
        },
        Breaker(
            "a flag that works to the end of the path, and no longer",
            "flag-deprecated/kube-apiserver/--admission-control",
            .worthKnowing,
            "1.12-1.13",
            at: "cp1 /etc/default/kube-apiserver:2"
        ) { $0.give("kube-apiserver", on: "cp1", "--admission-control=NodeRestriction") },
        Breaker(
            "an API server with a port for everybody, at the release that takes none but 0",
            "note/k120-insecure-port",
            .killsDaemon,
            "1.19-1.20",
            at: "cp1 /etc/default/kube-apiserver:2",
            from: "1.19",
            to: "1.20"
        ) { $0.give("kube-apiserver", on: "cp1", "--insecure-port=8080") },
        Breaker(
            "a scheduler configuration of a group that is gone",
            "configuration-api/kube-scheduler/componentconfig/v1alpha1",
            .killsDaemon,
            "1.12-1.13",
            at: "/etc/kubernetes/scheduler.yaml:1"
        ) { cluster in
            let text = "apiVersion: componentconfig/v1alpha1\nkind: KubeSchedulerConfiguration"
            cluster.add(.configuration, "/etc/kubernetes/scheduler.yaml", to: "kube-scheduler", on: "cp1", text)
        },
        Breaker(
            "a unit that calls hyperkube by a short name",
            "note/k115-hyperkube-alias",
            .changesBehaviour,
            "1.14-1.15",
            at: "kube-scheduler.service:6"
        ) { cluster in
            cluster.change("/lib/systemd/system/kube-scheduler.service", on: "cp1") {
                $0.replace("/usr/bin/kube-scheduler", with: "/usr/bin/hyperkube scheduler")
            }
        },
        Breaker(
            "an API server without a service range",
            "note/k116-service-cidr",
            .worthKnowing,
            "1.15-1.16",
            at: "command line of kube-apiserver"
        ) { cluster in
            cluster.change("/etc/default/kube-apiserver", on: "cp1") {
                $0.replace("--service-cluster-ip-range=192.0.2.0/24", with: "")
            }
            cluster.configure("cp1") { $0.daemons[0].words.removeAll { $0.hasPrefix("--service-cluster") } }
        },
    ]
}
