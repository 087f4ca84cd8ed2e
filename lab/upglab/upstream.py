"""What stands for upstream's download sites, and the packaging data that belongs to it.

Files lie below HOST/PATH as the real sites have them, with their checksums and signatures as upstream publishes them;
the signing key is the lab's. The data pins what lies there: packaging/ itself is the real one, to the byte, but for
its data and keys, the compression, and what INSTALL adds to kubernetes-node.
"""

import hashlib
import json
import shutil
import tempfile
from pathlib import Path

from . import keys, standins
from .settings import BINARIES, CACHE, CALICO_VERSIONS, HELM_VERSIONS, HOLLOW_BINARY, LAB, LABELS, REVISION
from .shell import parallel, run, say, write

# Raised when what lies on the sites changes without its inputs.
RECIPE = "1"
SITES = CACHE / "upstream"
SOURCE = LAB.parent / "packaging"
# What `upgrader package` takes for packaging/ where UPGRADER_PACKAGING names it.
PACKAGING = CACHE / "packaging"
# The day of the sources that the lab's binaries come from; it is the time of all that is built.
AS_OF = "2021-01-13"
# The packages' own compression of the highest level takes ten times as long and saves a third.
QUICK = ("-Zxz", "-Zxz -z0")
# Run by dh_install. A conffile of packaging/ is the same in every version; these are not, so that there is something to
# decide about (Scripts/lab-packages).
INSTALL = f"""#!/bin/sh
set -e
hollow=debian/.upstream/kubernetes/server/bin/{HOLLOW_BINARY}
[ ! -e "$hollow" ] || echo "$hollow usr/bin"
mkdir -p debian/lab
for name in keep take merge; do
    printf '# Of no use.\\nversion=%s\\n\\n#\\n#\\n#\\n\\nlevel=1\\n' "$(dpkg-parsechangelog -S Version)" >"debian/lab/$name.conf"
done
echo 'debian/lab/*.conf etc/upgrader-lab'
"""
FIRST_HOST, SECOND_HOST = "dl.k8s.io", "storage.googleapis.com/kubernetes-release/release"


def releases():
    """(component, version) of all that the lab has packages of."""
    return ([("kubernetes", label) for label in LABELS] + [("calico", version) for version in CALICO_VERSIONS]
            + [("helm", version) for version in HELM_VERSIONS])


def minor(version):
    return ".".join(version.split(".")[:2])


def make(binaries):
    """The sites and the packaging for these binaries, made if they are not there."""
    keys.make()
    names = [name for name in BINARIES + [HOLLOW_BINARY] if (binaries / f"v{LABELS[0]}" / name).exists()]
    place = SITES / identity(binaries, names)
    if not (place / ".complete").exists():
        say("upstream's sites: packing (half a minute, once)")
        shutil.rmtree(SITES, ignore_errors=True)
        work = parallel(lambda release: (release, put(place, *release, binaries, names)), releases(), width=2)
        for (component, version), entries in sorted(work):
            raw = {"schema": "upgrader/package/1", "component": component, "version": version,
                   "revision": int(REVISION), "as_of": AS_OF, "files": entries}
            write(place / f".data/{component}/{version}.json", json.dumps(raw, indent=1) + "\n")
        changelogs(place)
        (place / ".complete").touch()
    packaging(place)
    return place


def identity(binaries, names):
    text = RECIPE + standins.identity() + keys.fingerprint(keys.UPSTREAM)
    for label in LABELS:
        for name in names:
            stat = (binaries / f"v{label}" / name).stat()
            text += f"|{label} {name} {stat.st_size} {stat.st_mtime_ns}"
    text += "".join((SOURCE / f"{component}/upstream.json").read_text() for component in ("kubernetes", "calico", "helm"))
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def put(place, component, version, binaries, names):
    """Puts a release upstream; returns the entries of its data file."""
    text = (SOURCE / component / "upstream.json").read_text()
    entries = json.loads(text.replace("{version}", version).replace("{minor}", minor(version)))["files"]
    for entry in entries:
        target = place / where(entry["url"])
        target.parent.mkdir(parents=True, exist_ok=True)
        if component == "kubernetes":
            tarball(target, binaries / f"v{version}", "kubernetes/server/bin", names)
        elif component == "helm":
            with tempfile.TemporaryDirectory() as scratch:
                write(Path(scratch) / "helm", standins.text("helm", version))
                tarball(target, scratch, "linux-amd64", ["helm"])
        else:
            target.write_bytes(standins.text(entry["name"].removesuffix("-linux-amd64").removesuffix("-amd64"), version))
        algorithm = entry["advertised"][0]["algorithm"] if entry["advertised"] else "sha256"
        with open(target, "rb") as stream:
            value = hashlib.file_digest(stream, algorithm).hexdigest()
        entry |= {"size": target.stat().st_size,
                  "pins": [{"algorithm": algorithm, "value": value, "evidence": "upstream", "source": "the lab's sites"}]}
        for item in entry["advertised"]:
            if item["form"] == "sums":
                write(place / where(item["url"]), value + "\n")
        if component == "helm":
            url = entry["url"] + ".asc"
            write(place / where(url), keys.sign(target))
            entry["signature"] = {"url": url, "fingerprint": keys.fingerprint(keys.UPSTREAM), "keyring": "helm.gpg",
                                  "source": "the lab's own key"}
    return entries


def where(url):
    """The file of an address: dl.k8s.io only leads on to where the releases are."""
    path = url.removeprefix("https://")
    return path.replace(f"{FIRST_HOST}/", f"{SECOND_HOST}/") if path.startswith(FIRST_HOST) else path


def changelogs(place):
    """The page of each minor, with its table of server binaries."""
    for label in LABELS:
        data = json.loads((place / f".data/kubernetes/{label}.json").read_text())
        rows = "".join(f"[{entry['name']}]({entry['url']}) | `{entry['pins'][0]['value']}`\n" for entry in data["files"])
        page = place / where(data["files"][0]["advertised"][0]["url"])
        write(page, f"# v{label}\n\n### Server Binaries\n\nfilename | sha512 hash\n-------- | -----------\n{rows}")


def tarball(target, directory, below, names):
    """The same bytes for the same files."""
    run("tar", "--create", f"--file={target}", "--use-compress-program=gzip -n -1", "--sort=name", "--mtime=@0",
        "--owner=0", "--group=0", "--numeric-owner", "--mode=0755", f"--transform=s,^,{below}/,", f"--directory={directory}",
        *names)


def packaging(place):
    """packaging/ with the lab's data and keys."""
    shutil.rmtree(PACKAGING, ignore_errors=True)
    shutil.copytree(SOURCE, PACKAGING, ignore=shutil.ignore_patterns("data", "keys", "tests", "upgrader", "__pycache__"))
    shutil.copytree(place / ".data", PACKAGING / "data")
    (PACKAGING / "keys").mkdir()
    shutil.copy(keys.keyring(keys.UPSTREAM), PACKAGING / "keys/helm.gpg")
    rules = PACKAGING / "shared/upstream.mk"
    write(rules, rules.read_text().replace(*QUICK))
    write(PACKAGING / "kubernetes/debian/kubernetes-node.install", INSTALL, 0o755)


def digest(component, version):
    """Of all that a build of the release is made from."""
    total = hashlib.sha256()
    data = PACKAGING / f"data/{component}/{version}.json"
    trees = [path for name in ("upstream", "shared", component) for path in sorted((PACKAGING / name).rglob("*"))]
    for path in [PACKAGING / "package", data, *trees]:
        if path.is_file():
            total.update(f"{path.relative_to(PACKAGING)} {path.stat().st_size}\n".encode() + path.read_bytes())
    return total.hexdigest()[:12]
