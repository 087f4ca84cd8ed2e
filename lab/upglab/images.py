"""Container images, made on the spot from one static Go program; no registry is asked."""

import hashlib
import io
import json
import tarfile

from .settings import CACHE, CALICO_VERSIONS, HELM_VERSIONS, LAB
from .shell import run, say

REGISTRY = "registry.lab.example"
PAUSE = f"{REGISTRY}/pause:lab"
WEB = f"{REGISTRY}/web:lab"
CALICO = f"{REGISTRY}/calico/node"
TILLER = f"{REGISTRY}/tiller"
SOURCE = LAB / "programs/main.go"


def wanted():
    """{reference: (arguments, environment)}"""
    images = {PAUSE: (["pause"], []), WEB: (["web"], [])}
    for version in CALICO_VERSIONS:
        images[f"{CALICO}:v{version}"] = (["stand-in", "calico-node", "9099"], [f"STAND_IN_VERSION=v{version}"])
    for version in HELM_VERSIONS:
        images[f"{TILLER}:v{version}"] = (["stand-in", "tiller", "44135"], [f"STAND_IN_VERSION=v{version}"])
    return images


def identity():
    return hashlib.sha256(SOURCE.read_bytes() + json.dumps(wanted()).encode()).hexdigest()[:12]


def make():
    """A directory of image tarballs for `ctr images import`."""
    place = CACHE / "images" / identity()
    if (place / ".complete").exists():
        return place
    say("container images: building")
    place.mkdir(parents=True, exist_ok=True)
    program = place / "lab-program"
    run("go", "build", "-ldflags", "-s -w", "-o", program, SOURCE,
        env={"GO111MODULE": "off", "CGO_ENABLED": "0", "GOCACHE": str(CACHE / "build/gocache"),
             "GOPATH": str(CACHE / "build/gopath")})
    layer = archive({"lab-program": (program.read_bytes(), 0o755), "tmp/": (b"", 0o1777), "data/": (b"", 0o777)})
    for number, (reference, (arguments, environment)) in enumerate(wanted().items()):
        (place / f"{number}.tar").write_bytes(image(reference, arguments, environment, layer))
    (place / ".complete").touch()
    return place


def archive(files):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for name, (content, mode) in files.items():
            entry = tarfile.TarInfo(name.rstrip("/"))
            entry.mode = mode
            entry.size = len(content)
            entry.type = tarfile.DIRTYPE if name.endswith("/") else tarfile.REGTYPE
            tar.addfile(entry, io.BytesIO(content))
    return buffer.getvalue()


def image(reference, arguments, environment, layer):
    """A docker-archive with one layer."""
    config = json.dumps({
        "architecture": "amd64", "os": "linux",
        "config": {"Entrypoint": ["/lab-program"] + arguments, "Env": ["PATH=/"] + environment},
        "rootfs": {"type": "layers", "diff_ids": ["sha256:" + hashlib.sha256(layer).hexdigest()]},
        "history": [{"created_by": "upgrader lab"}],
    }).encode()
    config_name = hashlib.sha256(config).hexdigest() + ".json"
    manifest = json.dumps([{"Config": config_name, "RepoTags": [reference], "Layers": ["layer.tar"]}]).encode()
    return archive({"manifest.json": (manifest, 0o644), config_name: (config, 0o644), "layer.tar": (layer, 0o644)})
