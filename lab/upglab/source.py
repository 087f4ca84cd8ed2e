"""The Kubernetes binaries: Debian's 1.20.2 built once and linked under each label, or true upstream ones.

Everything lands in the cache, and nothing that is there is made again.
"""

import hashlib
import json
import os
import shutil
import tarfile
from pathlib import Path

from .settings import BINARIES, CACHE, HOLLOW_BINARY, LABELS, DEBIAN, SUITE
from .shell import LabError, run, say

BUILD = CACHE / "build"
TREE = BUILD / "gopath/src/k8s.io/kubernetes"
COMMIT = "faecb196815e248d3ecfb03c680a4507229c2a56"  # the commit of v1.20.2, as the source states it
VERSION_PACKAGES = ["k8s.io/component-base/version", "k8s.io/client-go/pkg/version"]
# One label is built to refuse a flag that the one before takes, as a release does that has removed it: what the dry-start
# of an upgrade is for. No configuration of the lab has it.
REFUSING_LABEL, REFUSING_PROGRAM, REFUSED_FLAG = "1.13.12", "kubelet", "chaos-chance"


def binaries():
    """The directory that holds v1.12.10/kube-apiserver and the rest, complete."""
    upstream = os.environ.get("LAB_UPSTREAM")
    return unpacked(Path(upstream).resolve()) if upstream else built()


def built():
    found = CACHE / "bin" / "debian-1.20.2"
    missing = [(label, name) for label in LABELS for name in BINARIES + [HOLLOW_BINARY]
               if not proof(found, label, name).exists()]
    if not missing:
        return found
    say(f"Kubernetes: {len(missing)} binaries to build; the first of each takes minutes, once (log: {CACHE}/log)")
    fetch_source()
    generate()
    for label, name in missing:
        say(f"  {name} v{label}")
        link(found / f"v{label}" / name, f"cmd/{name}", label, without_flag() if is_refusing(label, name) else [])
        proof(found, label, name).touch()
    return found


def is_refusing(label, name):
    return (label, name) == (REFUSING_LABEL, REFUSING_PROGRAM)


def proof(found, label, name):
    """What says that a binary is there as it must be."""
    return found / f"v{label}" / (f".{name}-without-{REFUSED_FLAG}" if is_refusing(label, name) else name)


def without_flag():
    """Words for `go build` by which the program's options lack the flag; the tree stays as it is."""
    options = TREE / f"cmd/{REFUSING_PROGRAM}/app/options/options.go"
    lines = options.read_text().splitlines(keepends=True)
    kept = [line for line in lines if f'"{REFUSED_FLAG}"' not in line]
    if len(kept) == len(lines):
        raise LabError(f"{options} has no flag --{REFUSED_FLAG}")
    changed = BUILD / "options-without-flag.go"
    changed.write_text("".join(kept))
    overlay = BUILD / "overlay.json"
    overlay.write_text(json.dumps({"Replace": {str(options): str(changed)}}))
    return ["-overlay", str(overlay)]


def fetch_source():
    """Debian's source package through apt, with a configuration of the lab's own: the system's stays as it is."""
    if (TREE / "debian").exists():
        return
    say("Kubernetes: fetching Debian's source package")
    for made in ["src", "sources.d", "apt/lists/partial", "apt/cache/archives/partial"]:
        (BUILD / made).mkdir(parents=True, exist_ok=True)
    keys = "/usr/share/keyrings/debian-archive-keyring.gpg"
    (BUILD / "sources.d/lab.list").write_text(f"deb-src [signed-by={keys}] {DEBIAN} {SUITE} main\n")
    config = BUILD / "apt.conf"
    config.write_text(f'Dir::Etc::SourceList "/dev/null";\nDir::Etc::SourceParts "{BUILD}/sources.d";\n'
                      f'Dir::State::Lists "{BUILD}/apt/lists";\nDir::Cache "{BUILD}/apt/cache";\n'
                      'APT::Sandbox::User "root";\n')
    env = {"APT_CONFIG": str(config)}
    run("apt-get", "update", env=env)
    run("apt-get", "source", "--download-only", "kubernetes", env=env, cwd=BUILD / "src")
    description = next((BUILD / "src").glob("kubernetes_*.dsc"))
    partial = TREE.with_name("kubernetes.partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.parent.mkdir(parents=True, exist_ok=True)
    run("dpkg-source", "--no-check", "-x", description, partial)
    partial.rename(TREE)


def go_environment():
    return {"GOPATH": str(BUILD / "gopath"), "GO111MODULE": "off", "GOCACHE": str(BUILD / "gocache"),
            "CGO_ENABLED": "0", "GOFLAGS": ""}


def generate():
    """The generated files, by the tree's own make: without them kube-apiserver does not compile."""
    stamp = BUILD / "generated"
    if not stamp.exists():
        say("Kubernetes: generated files (about a minute and a half)")
        run("nice", "-n", "5", "make", "generated_files", cwd=TREE, env=go_environment(), log=CACHE / "log/generate.log")
        stamp.touch()


def link(target, package, label, words=()):
    values = {"gitVersion": f"v{label}", "gitMajor": "1", "gitMinor": label.split(".")[1], "gitTreeState": "archive",
              "gitCommit": COMMIT, "buildDate": "2021-01-13T00:00:00Z"}
    flags = ["-s", "-w"]
    for path in VERSION_PACKAGES:
        for name, value in values.items():
            flags += ["-X", f"k8s.io/kubernetes/vendor/{path}.{name}={value}"]
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(f".{target.name}.tmp")
    # Without the clouds' SDKs: a third less to compile, and no lab has a cloud.
    run("nice", "-n", "5", "go", "build", *words, "-tags", "providerless", "-ldflags", " ".join(flags), "-o", partial,
        f"k8s.io/kubernetes/{package}", cwd=TREE, env=go_environment(), log=CACHE / "log/build.log")
    partial.rename(target)


def unpacked(upstream):
    """Binaries from upstream's server tarballs: DIR/v1.13.12/kubernetes-server-linux-amd64.tar.gz."""
    tarballs = {label: upstream / f"v{label}" / "kubernetes-server-linux-amd64.tar.gz" for label in LABELS}
    absent = [str(path) for path in tarballs.values() if not path.exists()]
    if absent:
        raise LabError("LAB_UPSTREAM lacks:\n" + "\n".join(absent))
    identity = "".join(f"{p}{p.stat().st_size}{p.stat().st_mtime_ns}" for p in tarballs.values())
    found = CACHE / "bin" / f"upstream-{hashlib.sha256(identity.encode()).hexdigest()[:12]}"
    for label, path in tarballs.items():
        place = found / f"v{label}"
        if (place / ".complete").exists():
            continue
        say(f"Kubernetes: unpacking upstream v{label}")
        place.mkdir(parents=True, exist_ok=True)
        with tarfile.open(path) as archive:
            for name in BINARIES + [HOLLOW_BINARY]:
                try:
                    member = archive.extractfile(f"kubernetes/server/bin/{name}")
                except KeyError:
                    if name == HOLLOW_BINARY:
                        continue
                    raise LabError(f"{path} has no kubernetes/server/bin/{name}")
                with open(place / name, "wb") as binary:
                    shutil.copyfileobj(member, binary)
                (place / name).chmod(0o755)
        (place / ".complete").touch()
    return found
