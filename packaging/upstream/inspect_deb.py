"""Holds a .deb against the data, against itself and against what is published."""

import hashlib
import json
import subprocess
import tempfile
from pathlib import Path

from . import catalog, repository, verify
from .refusal import USAGE, Refusal


def verify_deb(deb, root, base, say):
    if not deb.exists():
        raise Refusal("no-such-file", str(deb), "there is no such file", "name a .deb of a build", USAGE)
    package, version, architecture = fields(deb, "Package", "Version", "Architecture")
    with tempfile.TemporaryDirectory() as scratch:
        tree = Path(scratch)
        if subprocess.run(["dpkg-deb", "-R", str(deb), scratch], capture_output=True, check=False).returncode != 0:
            raise Refusal("damaged-package", str(deb), "dpkg-deb cannot unpack it")
        count = _sums(deb, tree)
        say(f"whole:     {count} files, each with the checksum of the package's own list, and no other but conffiles")
        data = _data(deb, tree, package, version, root)
        say(f"says:      made from the files that {data} pins")
    digest = verify.digest(deb, "sha256")
    if base is None:
        # Its list and its words about itself come with it: whoever forges the one forges the other.
        say("UNVERIFIED: who made it: only a repository that has it can tell (--repository)")
    else:
        there = repository.Repository(base).sums(package).get((version, architecture))
        if there != digest:
            raise Refusal("not-as-published", str(deb), f"sha256 is {digest}, published is {there or 'nothing'}",
                          "install what the repository has: apt-get download it" if there else "publish its build first")
        say("verified:  the repository has the same contents")
    say(f"{package} {version}: sha256 {digest}")
    return {"package": package, "version": version, "architecture": architecture, "sha256": digest, "files": count,
            "data": data, "published": None if base is None else True}


def _sums(deb, tree):
    listed = {}
    if not (tree / "DEBIAN/md5sums").is_file():
        raise Refusal("damaged-package", str(deb), "it has no list of checksums")
    for line in (tree / "DEBIAN/md5sums").read_text().splitlines():
        value, name = line.split("  ", 1)
        listed[name] = value
    for name, value in listed.items():
        path = tree / name
        found = hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest() if path.is_file() else "absent"
        if found != value:
            raise Refusal("damaged-package", f"{deb}: {name}", f"md5 is {found}, listed is {value}")
    conffiles = tree / "DEBIAN/conffiles"
    known = set(listed) | ({line.strip().lstrip("/") for line in conffiles.read_text().splitlines()}
                           if conffiles.is_file() else set())
    files = {str(path.relative_to(tree)) for path in tree.rglob("*") if path.is_file() and not path.is_symlink()}
    strange = sorted(name for name in files - known if not name.startswith("DEBIAN/"))
    if strange:
        raise Refusal("damaged-package", f"{deb}: {strange[0]}", "it is in no list of the package")
    return len(listed)


def _data(deb, tree, package, version, root):
    path = tree / f"usr/share/doc/{package}/upstream.json"
    if not path.exists():
        raise Refusal("not-ours", str(deb), f"it has no {path.relative_to(tree)}: it was not made from this data")
    raw = json.loads(path.read_text())
    release = catalog.load(raw["component"], raw["version"], root)
    if release.package_version != version:
        raise Refusal("another-revision", str(deb), f"it is {version}, the data file says {release.package_version}")
    theirs = {entry["name"]: {(pin["algorithm"], pin["value"]) for pin in entry["pins"]} for entry in raw["files"]}
    ours = {entry.name: {(pin.algorithm, pin.value) for pin in entry.pins} for entry in release.files}
    if theirs != ours:
        raise Refusal("another-upstream-file", str(deb), f"it was made from {theirs}, the data file pins {ours}")
    return f"data/{release.component}/{release.version}.json"


def fields(deb, *names):
    """The values of these fields of a package, empty where it has none."""
    result = subprocess.run(["dpkg-deb", "--show", "--showformat", "".join(f"${{{name}}}\n" for name in names), str(deb)],
                            capture_output=True, text=True, check=False)
    if result.returncode != 0:
        raise Refusal("damaged-package", str(deb), result.stderr.strip())
    return result.stdout.split("\n")[:len(names)]
