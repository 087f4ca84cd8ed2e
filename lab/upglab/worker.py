"""Workers: real kubelets and kube-proxies over Debian's containerd. Every flag is one that 1.12 to 1.20 accept."""

import json

from . import credentials, pki, standins
from .controlplane import SSL, default_file
from .images import PAUSE
from .settings import POD_CIDR, with_role
from .shell import write

CONTAINERD_CONFIG = f"""version = 2

[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "{PAUSE}"
  # No CAP_SYS_RESOURCE in the machines' own parent: scores can only be raised.
  restrict_oom_score_adj = true
  disable_apparmor = true
  [plugins."io.containerd.grpc.v1.cri".containerd]
    # The machine's root is an overlay already.
    snapshotter = "native"
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "/etc/cni/net.d"
"""

# The machine's controllers are mounted read-only by systemd-nspawn; kubelet and runc make groups in them.
CGROUP_UNIT = """[Unit]
Description=Writable cgroup controllers for the lab's containers
Before=containerd.service kubelet.service

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/sh -c 'for at in $(findmnt -rno TARGET -t cgroup,cgroup2); do mount -o remount,bind,rw $at; done; mount --make-rshared /'

[Install]
WantedBy=multi-user.target
"""


def network_config(host):
    bridge = {"type": "bridge", "bridge": "cni0", "isGateway": True, "ipMasq": False, "hairpinMode": True,
              "ipam": {"type": "host-local", "ranges": [[{"subnet": host.pod_cidr}]],
                       "routes": [{"dst": "0.0.0.0/0"}]}}
    return json.dumps({"cniVersion": "0.3.1", "name": "lab", "plugins": [bridge]}, indent=1) + "\n"


def kubelet(host):
    return ["--kubeconfig=/etc/kubernetes/kubelet.conf", f"--hostname-override={host.fqdn}",
            f"--node-ip={host.address}", "--container-runtime=remote",
            "--container-runtime-endpoint=unix:///run/containerd/containerd.sock", "--fail-swap-on=false",
            "--enforce-node-allocatable=", "--cgroup-driver=cgroupfs", f"--client-ca-file={SSL}/ca.pem",
            "--anonymous-auth=false", f"--tls-cert-file={SSL}/server.pem", f"--tls-private-key-file={SSL}/server.key",
            # The images are in no registry, and the disk is everybody's: nothing may be collected or evicted for it.
            "--image-gc-high-threshold=100", "--eviction-hard=memory.available<64Mi",
            # Five times as often as by default: a run on the lab should not wait for what costs nothing here.
            "--node-status-update-frequency=2s", "--v=1"]


def kube_proxy(host):
    # The connection tracker's limits belong to the whole machine and cannot be set from here.
    return ["--kubeconfig=/etc/kubernetes/kube-proxy.conf", f"--hostname-override={host.fqdn}",
            f"--cluster-cidr={POD_CIDR}", "--proxy-mode=iptables", "--conntrack-max-per-core=0", "--conntrack-min=0",
            "--conntrack-tcp-timeout-established=0s", "--conntrack-tcp-timeout-close-wait=0s", "--v=1"]


def furnish(tree, host, hosts, user):
    etc = tree / "etc/kubernetes"
    certificate, key = pki.host_certificate(host)
    write(etc / "ssl/ca.pem", pki.authority())
    write(etc / "ssl/server.pem", certificate)
    write(etc / "ssl/server.key", key, 0o600)
    write(etc / "kubelet.conf", credentials.kubeconfig(f"system:node:{host.fqdn}", f"{SSL}/ca.pem"), 0o600)
    write(etc / "kube-proxy.conf", credentials.kubeconfig("system:kube-proxy", f"{SSL}/ca.pem"), 0o600)
    write(tree / "etc/default/kubelet", default_file("kubelet", kubelet(host)))
    write(tree / "etc/default/kube-proxy", default_file("kube-proxy", kube_proxy(host)))
    write(tree / "etc/containerd/config.toml", CONTAINERD_CONFIG)
    write(tree / "etc/systemd/system/containerd.service.d/lab.conf", "[Service]\nOOMScoreAdjust=0\nRestartSec=1\n")
    write(tree / "etc/crictl.yaml", "runtime-endpoint: unix:///run/containerd/containerd.sock\n")
    write(tree / "etc/cni/net.d/10-lab.conflist", network_config(host))
    write(tree / "etc/systemd/system/lab-cgroups.service", CGROUP_UNIT)
    # Before the package's on the path, and asks that for all but the sessions.
    write(tree / "usr/local/bin/calicoctl", standins.SESSIONS, 0o755)
    peers = [other.address for other in with_role(hosts, "worker") if other != host]
    write(tree / "etc/upgrader-lab/bgp-peers", "".join(f"{peer}\n" for peer in peers))
    return ["lab-cgroups.service", "containerd.service", "kubelet.service", "kube-proxy.service"]
