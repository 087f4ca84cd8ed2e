"""The signed apt repository and the process that serves it on the bridge."""

import os
import shutil
import subprocess
import sys
import urllib.request
from pathlib import Path

from . import deb, packages
from . import ledger as records
from .settings import CACHE, GATEWAY, REPO_PORT, REVISION, STATE
from .shell import LabError, parallel, run, say, wait_for, write

KEYS = CACHE / "gnupg"
KEYRING = CACHE / "upgrader-lab.gpg"
URL = f"http://{GATEWAY}:{REPO_PORT}/"


def place(binaries):
    return CACHE / "repository" / f"{binaries.name}-{packages.RECIPE}"


def make(binaries):
    """The repository's directory, built once for these binaries."""
    root = place(binaries)
    if (root / "dists/lab/InRelease").exists():
        return root
    offered = packages.everything(binaries)
    say("apt repository: building packages (a minute, once)")
    work = [(item, root / "pool" / component) for component, items in offered.items() for item in items]
    parallel(lambda pair: deb.build(*pair), work, width=os.cpu_count())
    for component in offered:
        index = root / "dists/lab" / component / "binary-amd64"
        index.mkdir(parents=True, exist_ok=True)
        listing = run("apt-ftparchive", "--arch", "amd64", "packages", f"pool/{component}", cwd=root).stdout
        write(index / "Packages", listing)
        run("gzip", "-9kf", index / "Packages")
    sign(root, offered)
    return root


def signing_key():
    if not KEYRING.exists():
        shutil.rmtree(KEYS, ignore_errors=True)
        KEYS.mkdir(parents=True, mode=0o700)
        run("gpg", "--homedir", KEYS, "--batch", "--passphrase", "", "--quick-generate-key",
            "upgrader lab repository", "ed25519", "sign", "never")
        run("gpg", "--homedir", KEYS, "--batch", "--yes", "--output", KEYRING, "--export")
        KEYRING.chmod(0o644)


def sign(root, components):
    signing_key()
    options = []
    for name, value in {"Origin": "upgrader-lab", "Label": "upgrader-lab", "Suite": "lab", "Codename": "lab",
                        "Architectures": "amd64 all", "Components": " ".join(components)}.items():
        options += ["-o", f"APT::FTPArchive::Release::{name}={value}"]
    suite = root / "dists/lab"
    release = run("apt-ftparchive", *options, "release", suite).stdout
    write(suite / "Release", release)
    run("gpg", "--homedir", KEYS, "--batch", "--yes", "--clearsign", "--output", suite / "InRelease", suite / "Release")
    run("gpgconf", "--homedir", KEYS, "--kill", "gpg-agent", check=False)


def sources_line(root):
    components = sorted(path.name for path in (root / "dists/lab").iterdir() if path.is_dir())
    return f"deb [signed-by=/usr/share/keyrings/upgrader-lab.gpg] {URL} lab {' '.join(components)}\n"


def serve(ledger, root):
    if records.alive(ledger, "repository") and ledger.get("repository") == str(root):
        return
    records.stop_process(ledger, "repository")
    ledger["repository"] = str(root)
    log = STATE / "console/repository.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with open(log, "a") as sink:
        started = subprocess.Popen([sys.executable, "-m", "http.server", "--bind", GATEWAY, "--directory", str(root),
                                    str(REPO_PORT)], stdin=subprocess.DEVNULL, stdout=sink, stderr=sink,
                                   start_new_session=True)
    records.note_process(ledger, "repository", started.pid)

    def answers():
        if started.poll() is not None:
            raise LabError(f"the repository's server ended: see {log}")
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        return opener.open(URL + "dists/lab/InRelease", timeout=2).status == 200

    wait_for("the apt repository to answer", answers, 10, 0.1)
