"""The signed apt repository, by reprepro: one component for each minor release, nothing ever overwritten."""

import fcntl
import json
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from . import verify
from .refusal import USAGE, Refusal

CODENAME = "upgrader"


@dataclass(frozen=True)
class Repository:
    base: Path

    def sums(self, package):
        """{(version, architecture): sha256} of what the pool holds of a package."""
        found = {}
        for deb in (self.base / "pool").glob(f"**/{package}_*.deb"):
            version, architecture = deb.stem.split("_")[1:3]
            found[version, architecture] = verify.digest(deb, "sha256")
        return found

    def published(self):
        """[(component, package, version)] of what apt is offered."""
        listed = self.run("--list-format", "${$component} ${package} ${version}\n", "list", CODENAME).stdout
        return sorted(tuple(line.split()) for line in listed.splitlines() if line.strip())

    def run(self, *words):
        if shutil.which("reprepro") is None:
            raise Refusal("tools-missing", "publish", "reprepro is not installed here", "apt-get install reprepro")
        result = subprocess.run(["reprepro", "--basedir", str(self.base), "--silent", *words], capture_output=True,
                                text=True, check=False)
        if result.returncode != 0:
            raise Refusal("publish-failed", str(self.base),
                          f"reprepro {words[0]} ended with {result.returncode}: {result.stderr.strip()[-600:]}")
        return result

    def components(self):
        text = self._distributions().read_text()
        line = next(line for line in text.splitlines() if line.startswith("Components:"))
        return line.split()[1:]

    def offer(self, component):
        """Adds a component to conf/distributions; reprepro writes its index with the next export."""
        path = self._distributions()
        text = path.read_text()
        have = self.components()
        if component not in have:
            partial = path.with_name(".distributions.part")
            line = "Components: " + " ".join(sorted([*have, component]))
            partial.write_text(re.sub(r"(?m)^Components:.*$", line, text))
            partial.replace(path)

    def _distributions(self):
        path = self.base / "conf/distributions"
        if not path.exists():
            raise Refusal("no-repository", str(self.base), f"there is no {path}",
                          f"make it, with Codename: {CODENAME}, a Components line and SignWith: (packaging/README.md)",
                          USAGE)
        if not re.search(r"(?m)^SignWith: *\S", path.read_text()):
            raise Refusal("unsigned-repository", str(path), "it has no SignWith, and apt would refuse the repository",
                          "name the signing key's fingerprint there")
        return path


def publish(repository, records, say):
    """Publishes builds: all checks first, then one reprepro call for each component, which exports once."""
    builds = [_read(record) for record in records]
    repository.components()
    lock = os.open(repository.base / "conf/upgrader.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        fresh = {}
        for directory, build in builds:
            for entry in build["debs"]:
                if _is_new(repository, directory, entry):
                    fresh.setdefault(build["archive_component"], []).append(str(directory / entry["file"]))
                else:
                    say(f"there already: {entry['file']}, with the same contents")
        for component, debs in fresh.items():
            repository.offer(component)
            # Older versions of a minor stay in the pool and in the index (Limit: 0): a rollback needs them.
            repository.run("--component", component, "includedeb", CODENAME, *debs)
            for deb in debs:
                say(f"published: {Path(deb).name} in {component}")
        if not fresh:
            say("nothing new to publish")
    finally:
        os.close(lock)


def _read(path):
    try:
        build = json.loads(path.read_text())
        if build["schema"] != "upgrader/package-build/1":
            raise ValueError(f"schema {build['schema']}")
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Refusal("unreadable-record", str(path), f"{type(error).__name__}: {error}",
                      "name the COMPONENT_VERSION.json that a build has left", USAGE) from error
    for entry in build["debs"]:
        deb = path.parent / entry["file"]
        found = verify.digest(deb, "sha256") if deb.exists() else "absent"
        if found != entry["sha256"]:
            raise Refusal("changed-since-build", str(deb), f"sha256 is {found}, the build has recorded {entry['sha256']}")
    return path.parent, build


def _is_new(repository, directory, entry):
    package, version, architecture = entry["file"].removesuffix(".deb").split("_")
    there = repository.sums(package).get((version, architecture))
    if there is None:
        return True
    if there != entry["sha256"]:
        raise Refusal("published-with-other-contents", entry["file"],
                      f"the repository has sha256 {there}, the build {entry['sha256']}",
                      "a published version never changes: raise `revision` in the data file and build again")
    return False
