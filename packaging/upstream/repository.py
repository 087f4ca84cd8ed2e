"""The signed apt repository, by reprepro: one component for each minor release."""

import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from .refusal import USAGE, Refusal

CODENAME = "upgrader"
FIELDS = "${$component} ${package} ${version} ${architecture} ${sha256}\n"


@dataclass(frozen=True)
class Offered:
    """A package that apt is offered."""

    component: str
    package: str
    version: str
    architecture: str
    sha256: str


@dataclass(frozen=True)
class Repository:
    """`base` is reprepro's base directory, made by whoever runs the repository (packaging/README.md)."""

    base: Path

    def offered(self):
        self.components()
        listed = self.run("--list-format", FIELDS, "list", CODENAME).stdout
        return sorted({Offered(*line.split()) for line in listed.splitlines() if line.strip()}, key=str)

    def sums(self, package):
        """{(version, architecture): sha256} of what is offered of a package, in whatever component."""
        return {(one.version, one.architecture): one.sha256 for one in self.offered() if one.package == package}

    def run(self, *words):
        if shutil.which("reprepro") is None:
            raise Refusal("tools-missing", "the repository", "reprepro is not installed here", "apt-get install reprepro")
        result = subprocess.run(["reprepro", "--basedir", str(self.base), "--silent", *words], capture_output=True,
                                text=True, check=False)
        if result.returncode != 0:
            raise Refusal("publish-failed", str(self.base),
                          f"reprepro {' '.join(words[:4])} ended with {result.returncode}: {result.stderr.strip()[-600:]}")
        return result

    def components(self):
        text = self.distributions().read_text()
        line = re.search(r"(?m)^Components:(.*)$", text)
        if line is None:
            raise Refusal("no-repository", str(self.base), "conf/distributions has no Components line", "write one", USAGE)
        return line[1].split()

    def offer(self, component):
        """Adds a component to conf/distributions; reprepro writes its index with the next export."""
        have = self.components()
        if component in have:
            return
        path = self.distributions()
        partial = path.with_name(".distributions.part")
        line = "Components: " + " ".join(sorted([*have, component]))
        partial.write_text(re.sub(r"(?m)^Components:.*$", line, path.read_text()))
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
