"""Hollow workers: real hosts with the real packages, whose kubelet and kube-proxy are kubemark's.

They register, report, get pods and are drained like any node, and run no container. For machines that cannot run
containers in containers, and for more nodes than the memory has room for (`up --hollow N`).
"""

from . import credentials
from .controlplane import SSL, default_file
from .pki import authority
from .settings import HOLLOW_BINARY
from .shell import LabError, write

DROP_IN = """# The lab's: kubemark instead of the real daemon.
[Service]
ExecStart=
ExecStart=/usr/bin/{binary} $DAEMON_ARGS
"""


def furnish(tree, host, hosts, user):
    if not (tree / "usr/bin" / HOLLOW_BINARY).exists():
        raise LabError(f"hollow nodes need {HOLLOW_BINARY}, and these Kubernetes binaries came without it")
    etc = tree / "etc/kubernetes"
    write(etc / "ssl/ca.pem", authority())
    write(etc / "kubelet.conf", credentials.kubeconfig(f"system:node:{host.fqdn}", f"{SSL}/ca.pem"), 0o600)
    write(etc / "kube-proxy.conf", credentials.kubeconfig("system:kube-proxy", f"{SSL}/ca.pem"), 0o600)
    for unit, morph in [("kubelet", "kubelet"), ("kube-proxy", "proxy")]:
        arguments = [f"--morph={morph}", f"--name={host.fqdn}", f"--kubeconfig=/etc/kubernetes/{unit}.conf"]
        if morph == "kubelet" and host.name.startswith("h"):
            # Beside real workers nothing may land here by accident.
            arguments += ["--register-with-taints=lab.example/hollow=true:NoSchedule",
                          "--node-labels=lab.example/hollow=true"]
        write(tree / f"etc/default/{unit}", default_file(unit, arguments))
        write(tree / f"etc/systemd/system/{unit}.service.d/hollow.conf", DROP_IN.format(binary=HOLLOW_BINARY))
    return ["kubelet.service", "kube-proxy.service"]
