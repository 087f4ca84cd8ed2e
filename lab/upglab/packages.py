"""Which packages the lab's repository holds: Kubernetes as the field packaged it, and stand-ins for the rest."""

from .deb import Deb
from .settings import CALICO_VERSIONS, HELM_VERSIONS, HOLLOW_BINARY, LABELS, REVISION

# Raised when the packages' content changes, so that the repository and the layers are made again.
RECIPE = "2"

USER = """if ! getent passwd kube >/dev/null; then
\tadduser --system --group --quiet --home /var/lib/kube --no-create-home kube
fi"""


def unit(name, binary_description, user=None, kind="simple", after="network-online.target"):
    """One daemon's unit, reading /etc/default/NAME as the field's do since 1.16.15-2."""
    return (f"[Unit]\nDescription={binary_description}\nAfter={after}\nWants=network-online.target\n"
            "StartLimitIntervalSec=0\n\n"
            f"[Service]\nType={kind}\n" + (f"User={user}\n" if user else "")
            + f"EnvironmentFile=-/etc/default/{name}\nExecStart=/usr/bin/{name} $DAEMON_ARGS\n"
            "Restart=on-failure\nRestartSec=2\nLimitNOFILE=65536\n"
            # Pods and their shims are not the kubelet's to take down.
            + ("KillMode=process\n" if name == "kubelet" else "")
            + "\n[Install]\nWantedBy=multi-user.target\n")


def defaults(name):
    """The conffile. The same in every version, so dpkg never has a question about it."""
    return f"# Arguments of {name}, read by {name}.service.\nDAEMON_ARGS=\"\"\n"


def kubernetes(label, binaries):
    """The three packages of one label; `binaries` is the directory of its executables."""
    version = f"{label}-{REVISION}"
    origin = f"Lab build of Kubernetes, labelled v{label}."

    def daemon_files(*names):
        files = {f"/usr/bin/{name}": binaries / name for name in names}
        files.update({f"/etc/default/{name}": defaults(name) for name in names})
        return files

    master = Deb("kubernetes-master", version, "Kubernetes control plane", origin, "adduser, init-system-helpers",
                 daemon_files("kube-apiserver", "kube-controller-manager", "kube-scheduler"),
                 ["kube-apiserver.service", "kube-controller-manager.service", "kube-scheduler.service"], USER)
    master.files |= {
        "/lib/systemd/system/kube-apiserver.service":
            unit("kube-apiserver", "Kubernetes API server", "kube", "notify"),
        "/lib/systemd/system/kube-controller-manager.service":
            unit("kube-controller-manager", "Kubernetes controller manager", "kube"),
        "/lib/systemd/system/kube-scheduler.service": unit("kube-scheduler", "Kubernetes scheduler", "kube"),
    }
    node = Deb("kubernetes-node", version, "Kubernetes node daemons", origin,
               "adduser, init-system-helpers, iptables, iproute2, conntrack, ethtool, mount, socat",
               daemon_files("kubelet", "kube-proxy"), ["kubelet.service", "kube-proxy.service"], USER)
    node.files |= {
        "/lib/systemd/system/kubelet.service":
            unit("kubelet", "Kubernetes kubelet", after="containerd.service network-online.target"),
        "/lib/systemd/system/kube-proxy.service": unit("kube-proxy", "Kubernetes kube-proxy"),
    }
    if (binaries / HOLLOW_BINARY).exists():
        node.files[f"/usr/bin/{HOLLOW_BINARY}"] = binaries / HOLLOW_BINARY
    client = Deb("kubernetes-client", version, "Kubernetes command line client", origin,
                 files={"/usr/bin/kubectl": binaries / "kubectl"})
    return [master, node, client]


def stand_in(name, version, script, path):
    return Deb(name, f"{version}-1", f"stand-in for {name} in the upgrader lab",
               f"A shell script that answers as {name} {version} would be asked; it does none of its work.",
               files={path: script.replace("@VERSION@", version)}, architecture="all")


CALICO_CNI = """#!/bin/sh
# Stand-in for the Calico CNI plugin: pods in the lab get their network from bridge and host-local.
echo "calico-cni v@VERSION@ (lab stand-in)"
"""

CALICOCTL = """#!/bin/sh
# Stand-in for calicoctl in the upgrader lab.
case "$1 $2" in
"version "*) printf 'Client Version:    v@VERSION@\\nBuild date:        lab stand-in\\n' ;;
"node status") echo "Calico process is running. (lab stand-in: there is no BGP)" ;;
*) echo "calicoctl v@VERSION@ is a lab stand-in and knows only: version, node status" >&2; exit 1 ;;
esac
"""

HELM = """#!/bin/sh
# Stand-in for helm 2 in the upgrader lab.
case "$1" in
version) echo "Client: v@VERSION@+glabstandin" ;;
*) echo "helm v@VERSION@ is a lab stand-in and knows only: version" >&2; exit 1 ;;
esac
"""


def everything(binaries):
    """{component: [packages]}: one component per minor, so that several minors are offered side by side."""
    offered = {}
    for label in LABELS:
        minor = ".".join(label.split(".")[:2])
        offered[f"kubernetes-{minor}"] = kubernetes(label, binaries / f"v{label}")
    addons = []
    for version in CALICO_VERSIONS:
        addons.append(stand_in("calico-cni", version, CALICO_CNI, "/opt/cni/bin/calico"))
        addons.append(stand_in("calicoctl", version, CALICOCTL, "/usr/bin/calicoctl"))
    addons += [stand_in("helm", version, HELM, "/usr/bin/helm") for version in HELM_VERSIONS]
    offered["addons"] = addons
    return offered
