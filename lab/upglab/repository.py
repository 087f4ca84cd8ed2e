"""The signed apt repository, by reprepro and `package publish`, and the process that serves it on the bridge."""

import hashlib
import os
import shutil
import sys

from . import builder, keys, sites, upstream
from .settings import CACHE, GATEWAY, REPO_PORT
from .shell import run, say, write

# Raised when the repository itself changes.
RECIPE = "1"
REPOSITORIES = CACHE / "repository"
KEYRING = keys.keyring(keys.REPOSITORY)
URL = f"http://{GATEWAY}:{REPO_PORT}/"
CODENAME = "upgrader"


def identity():
    text = "|".join([RECIPE, keys.fingerprint(keys.REPOSITORY), *[str(path) for path in builder.records()]])
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def make():
    """The repository's directory, with all that is built."""
    root = REPOSITORIES / identity()
    if not (root / ".complete").exists():
        say("apt repository: publishing (half a minute, once)")
        shutil.rmtree(REPOSITORIES, ignore_errors=True)
        empty(root)
        publish(root, builder.records())
        (root / ".complete").touch()
    return root


def empty(root):
    """As packaging/README.md says to make one."""
    write(root / "conf/distributions", f"Codename: {CODENAME}\nArchitectures: amd64\nComponents: main\n"
          f"SignWith: {keys.fingerprint(keys.REPOSITORY)}\n")
    # What apt is to see of it, and no more.
    (root / "public").mkdir()
    for name in ["dists", "pool"]:
        (root / "public" / name).symlink_to(f"../{name}")


def publish(root, records):
    run(upstream.PACKAGING / "package", "publish", *records, "--repository", root,
        env={"GNUPGHOME": str(keys.home(keys.REPOSITORY))})


def sources_line(root):
    listed = next(line for line in (root / "conf/distributions").read_text().splitlines() if line.startswith("Components:"))
    components = [word for word in listed.split()[1:] if word != "main"]
    return f"deb [signed-by=/usr/share/keyrings/upgrader-lab.gpg] {URL} {CODENAME} {' '.join(components)}\n"


def serve(ledger, root):
    words = [sys.executable, "-m", "http.server", "--bind", GATEWAY, "--directory", os.fspath(root / "public"), str(REPO_PORT)]
    sites.start(ledger, "repository", words, URL)
