"""The signed apt repository, by reprepro: one component for each minor release."""

import bz2
import gzip
import lzma
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from .refusal import USAGE, Refusal

CODENAME = "upgrader"
FIELDS = "${$component} ${package} ${version} ${architecture} ${sha256} ${$fullfilename}\n"
# A reprepro of somebody else's is waited for: so many times ten seconds (reprepro(1), --waitforlock).
WAITS = 3
# How reprepro may have written an index (reprepro(1), DebIndices).
OPENED = {"Packages": open, "Packages.gz": gzip.open, "Packages.xz": lzma.open, "Packages.bz2": bz2.open}


@dataclass(frozen=True)
class Offered:
    """A package that apt is offered."""

    component: str
    package: str
    version: str
    architecture: str
    sha256: str
    file: Path

    @property
    def identity(self):
        """What it is, in whatever component."""
        return self.package, self.version, self.architecture, self.sha256


@dataclass(frozen=True)
class Repository:
    """`base` is reprepro's base directory, made by whoever runs the repository (packaging/README.md)."""

    base: Path

    def offered(self):
        self.components()
        listed = self.run("--list-format", FIELDS, "list", CODENAME).stdout
        lines = [line.split(maxsplit=5) for line in listed.splitlines() if line.strip()]
        return sorted({Offered(*fields, Path(file)) for *fields, file in lines}, key=str)

    def as_shown(self):
        """Whether the index that apt has is of what the database has."""
        return self._shown() == {(one.component, *one.identity) for one in self.offered()}

    def _shown(self):
        suite, found = self.base / "dists" / CODENAME, set()
        for index in suite.glob("**/binary-*"):
            name = next((name for name in OPENED if (index / name).exists()), None)
            stanzas = OPENED[name](index / name, "rt").read().split("\n\n") if name else []
            for fields in (dict(re.findall(r"(?m)^(\S+): *(.*)$", stanza)) for stanza in stanzas if stanza.strip()):
                found.add((str(index.parent.relative_to(suite)),
                           *(fields.get(field) for field in ("Package", "Version", "Architecture", "SHA256"))))
        return found

    def export(self):
        """Shows apt what the database has."""
        self.run("export", CODENAME)
        self.forget_indexes()

    def forget_indexes(self):
        """reprepro leaves the index of a component that there is no more."""
        components = self.components()
        for index in (self.base / "dists" / CODENAME).glob("*/"):
            if not any(component == index.name or component.startswith(f"{index.name}/") for component in components):
                shutil.rmtree(index)

    def sums(self, package):
        """{(version, architecture): sha256} of what is offered of a package, in whatever component."""
        return {(one.version, one.architecture): one.sha256 for one in self.offered() if one.package == package}

    def run(self, *words):
        if shutil.which("reprepro") is None:
            raise Refusal("tools-missing", "the repository", "reprepro is not installed here", "apt-get install reprepro")
        # Whoever serves the files is another user, whatever the umask of who publishes.
        result = subprocess.run(["reprepro", "--basedir", str(self.base), "--silent", "--waitforlock", str(WAITS), *words],
                                capture_output=True, text=True, check=False, umask=0o022)
        if result.returncode != 0 and "lock file" in result.stderr:
            raise Refusal("repository-in-use", str(self.base), result.stderr.strip()[-600:],
                          "wait for it to end, then call this again; a lock that nobody has is removed by the next publish")
        if result.returncode != 0:
            raise Refusal("publish-failed", str(self.base),
                          f"reprepro {' '.join(words[:4])} ended with {result.returncode}: {result.stderr.strip()[-600:]}",
                          self._mend(words[0]))
        return result

    def _mend(self, word):
        path = self.base / "conf/distributions"
        return (f"see with `gpg --list-secret-keys` that who publishes has the key that SignWith in {path} names, and room on"
                " the disk; then publish again") if word == "export" else (
                f"mend what reprepro names; {path} has the Architectures that it takes; then publish again")

    def components(self):
        return self._components()[1].split()

    def _components(self):
        """The Components line of our distribution: a repository may have others beside it."""
        text = self.distributions().read_text()
        for stanza in re.finditer(r"(?:^\S.*\n?|^[ \t].*\n?)+", text, re.MULTILINE):
            line = re.compile(r"^Components:(.*)$", re.MULTILINE).search(text, *stanza.span())
            if line and re.search(rf"(?m)^Codename: *{CODENAME} *$", stanza[0]):
                return line
        raise Refusal("no-repository", str(self.base),
                      f"conf/distributions has no Codename {CODENAME} with a Components line", "write one", USAGE)

    def offer(self, component):
        """Adds a component to conf/distributions; reprepro writes its index with the next export."""
        have = self.components()
        if component in have:
            return
        path = self.distributions()
        partial = path.with_name(".distributions.part")
        text, line = path.read_text(), self._components()
        partial.write_text(text[:line.start()] + "Components: " + " ".join(sorted([*have, component])) + text[line.end():])
        partial.chmod(path.stat().st_mode & 0o7777)
        partial.replace(path)

    def distributions(self):
        path = self.base / "conf/distributions"
        if not path.exists():
            raise Refusal("no-repository", str(self.base), f"there is no {path}",
                          f"make it, with Codename: {CODENAME}, a Components line and SignWith: (packaging/README.md)",
                          USAGE)
        if not re.search(r"(?m)^SignWith: *\S", path.read_text()):
            raise Refusal("unsigned-repository", str(path), "it has no SignWith, and apt would refuse the repository",
                          "name the signing key's fingerprint there")
        return path
