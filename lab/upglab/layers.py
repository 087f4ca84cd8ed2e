"""A layer per role, between base and machine: the role's packages at 1.12.10, installed by apt from the repository.

Made once; what makes `reset` quick is that a fresh machine is an empty overlay above its layer.
"""

import hashlib
import shutil

from . import base, images, overlay
from .repository import KEYRING, URL, sources_line
from .settings import CACHE, CALICO_VERSIONS, HELM_VERSIONS, LABELS, REVISION
from .shell import run, say, write
from .worker import CONTAINERD_CONFIG

# Raised when this file changes what is in the layers.
RECIPE = "1"

FIRST = f"{LABELS[0]}-{REVISION}"
INSTALLED = {
    "lb": [],
    "etcd": [],
    "cp": [f"kubernetes-master={FIRST}", f"kubernetes-client={FIRST}", f"calicoctl={CALICO_VERSIONS[0]}-1",
           f"helm={HELM_VERSIONS[0]}-1"],
    "worker": [f"kubernetes-node={FIRST}", f"calico-cni={CALICO_VERSIONS[0]}-1", f"calicoctl={CALICO_VERSIONS[0]}-1"],
}

# Images go into containerd's own store, unpacked for the native snapshotter: the root is an overlay already.
IMPORT = """
containerd --config /etc/containerd/config.toml >/var/log/containerd-import.log 2>&1 &
daemon=$!
for try in $(seq 100); do ctr version >/dev/null 2>&1 && break; sleep 0.1; done
for image in /mnt/*.tar; do ctr -n k8s.io images import --snapshotter native "$image" >/dev/null; done
kill $daemon; wait $daemon || true
"""


def identity(role, repository):
    text = "|".join([base.RECIPE, RECIPE, repository.name, role, URL] + INSTALLED[role]
                    + ([images.identity(), CONTAINERD_CONFIG] if role == "worker" else []))
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def make(ledger, role, repository):
    """The directories to put under a machine of that role, topmost first. The repository must be served."""
    name = f"{role}-{identity(role, repository)}"
    layer = CACHE / "layers" / name
    if not layer.exists():
        say(f"layer for {role}: installing {' '.join(INSTALLED[role]) or 'the lists of packages'}")
        scratch = CACHE / "layers" / f".{name}.partial"
        overlay.unmount(ledger, scratch / "root")
        shutil.rmtree(scratch, ignore_errors=True)
        overlay.mount(ledger, [base.IMAGE], scratch / "upper", scratch / "work", scratch / "root")
        try:
            install(scratch / "root", role, repository, CACHE / f"log/layer-{role}.log")
        finally:
            overlay.unmount(ledger, scratch / "root")
        for old in (CACHE / "layers").glob(f"{role}-*"):
            shutil.rmtree(old)
        (scratch / "upper").rename(layer)
        shutil.rmtree(scratch)
    return [layer, base.IMAGE]


def install(root, role, repository, log):
    write(root / "etc/apt/sources.list.d/lab.list", sources_line(repository))
    shutil.copy(KEYRING, root / "usr/share/keyrings/upgrader-lab.gpg")
    script = "set -e\nexport DEBIAN_FRONTEND=noninteractive\napt-get update\n"
    bind = []
    if INSTALLED[role]:
        script += f"apt-get install -y {' '.join(INSTALLED[role])}\n"
    if role == "worker":
        write(root / "etc/containerd/config.toml", CONTAINERD_CONFIG)
        bind = [f"--bind-ro={images.make()}:/mnt"]
        script += IMPORT
    script += "rm -f /var/cache/apt/archives/*.deb\n"
    run("systemd-nspawn", "--quiet", "--register=no", "--keep-unit", "--console=pipe", "--resolv-conf=off",
        "--timezone=off", "--link-journal=no", "--capability=all", f"--directory={root}", *bind, "bash", "-c", script,
        log=log)
