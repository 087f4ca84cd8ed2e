"""Names, addresses and paths: everything that two parts of the lab must agree on."""

import os
from dataclasses import dataclass
from pathlib import Path

LAB = Path(__file__).resolve().parent.parent
STATE = LAB / ".state"
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "upgrader-lab"
# Overlays and the ledger. One per machine, whichever checkout runs the lab.
RUN = Path("/var/lib/upgrader-lab")

BRIDGE = "upglab0"
# TEST-NET-2 (RFC 5737): never routed, so nothing outside can be meant by mistake.
NETWORK = "198.51.100"
GATEWAY = f"{NETWORK}.1"
REPO_PORT = 8080
# On loopback, where no machine gets; the proxy does.
MIRROR = "http://127.0.0.1:8081"
PROXY_PORT = 3128
API_ADDRESS = f"{NETWORK}.10"
API_PORT = 6443
DOMAIN = "lab.example"
SERVICE_CIDR = "10.96.0.0/16"
SERVICE_IP = "10.96.0.1"
WEB_CLUSTER_IP = "10.96.80.80"
WEB_NODE_PORT = 30080
POD_CIDR = "10.244.0.0/16"
LOGIN = "operator"

SUITE = "bookworm"
DEBIAN = "http://deb.debian.org/debian"

# One label per minor; the revision is the package's.
LABELS = ["1.12.10", "1.13.12", "1.14.10", "1.15.12", "1.16.15"]
REVISION = "1"
BINARIES = ["kube-apiserver", "kube-controller-manager", "kube-scheduler", "kubelet", "kube-proxy", "kubectl"]
# The hollow kubelet and kube-proxy; upstream's tarballs need not have it.
HOLLOW_BINARY = "kubemark"
CALICO_VERSIONS = ["3.5.8", "3.7.5", "3.12.3"]
HELM_VERSIONS = ["2.13.1", "2.14.3", "2.16.12"]


@dataclass(frozen=True)
class Host:
    """One machine of the lab. `name` is its SSH and host name, `fqdn` its node name."""

    name: str
    role: str
    address: str
    number: int

    @property
    def fqdn(self):
        return f"{self.name}.{DOMAIN}"

    @property
    def pod_cidr(self):
        return f"10.244.{self.number}.0/24"


def hosts(etcd, control_plane, workers, hollow=0, contained=True):
    """Every host of a lab of that shape, in the order in which they are started.

    `hollow` adds hosts with hollow kubelets; with `contained` false the workers have no others either.
    """
    found = [Host("builder", "builder", f"{NETWORK}.9", 0), Host("lb", "lb", API_ADDRESS, 0)]
    found += [Host(f"etcd{n}", "etcd", f"{NETWORK}.{10 + n}", n) for n in range(1, etcd + 1)]
    found += [Host(f"cp{n}", "cp", f"{NETWORK}.{20 + n}", n) for n in range(1, control_plane + 1)]
    kind = "worker" if contained else "hollow"
    found += [Host(f"w{n}", kind, f"{NETWORK}.{30 + n}", n) for n in range(1, workers + 1)]
    found += [Host(f"h{n}", "hollow", f"{NETWORK}.{100 + n}", 100 + n) for n in range(1, hollow + 1)]
    return found


def with_role(all_hosts, *roles):
    return [host for host in all_hosts if host.role in roles]
