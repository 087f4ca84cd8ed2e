"""Binary packages, put together with dpkg-deb, with the maintainer scripts that debhelper would generate."""

import shutil
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from .shell import run, write


@dataclass
class Deb:
    """`files` maps an absolute path to its text, or to a Path to copy; what is in /etc becomes a conffile."""

    name: str
    version: str
    summary: str
    description: str
    depends: str = ""
    files: dict = field(default_factory=dict)
    units: list = field(default_factory=list)
    preparation: str = ""
    architecture: str = "amd64"

    @property
    def file_name(self):
        return f"{self.name}_{self.version}_{self.architecture}.deb"


# The worst case that the field has (debhelper's compat 9): the old package's prerm stops the daemons, the new one's
# postinst starts them, and a daemon that does not start fails nothing (`|| true`). Masked units stay as they are.
PRERM = """#!/bin/sh
set -e
if [ -d /run/systemd/system ]; then
\tdeb-systemd-invoke stop {units} >/dev/null || true
fi
"""

POSTINST = """#!/bin/sh
set -e
{preparation}
if [ "$1" = "configure" ] || [ "$1" = "abort-upgrade" ]; then
\tfor unit in {units}; do
\t\tdeb-systemd-helper unmask "$unit" >/dev/null || true
\t\tif deb-systemd-helper --quiet was-enabled "$unit"; then
\t\t\tdeb-systemd-helper enable "$unit" >/dev/null || true
\t\telse
\t\t\tdeb-systemd-helper update-state "$unit" >/dev/null || true
\t\tfi
\tdone
\tif [ -d /run/systemd/system ]; then
\t\tsystemctl --system daemon-reload >/dev/null || true
\t\tdeb-systemd-invoke start {units} >/dev/null || true
\tfi
fi
"""

POSTRM = """#!/bin/sh
set -e
if [ -d /run/systemd/system ]; then
\tsystemctl --system daemon-reload >/dev/null || true
fi
if [ "$1" = "purge" ]; then
\tfor unit in {units}; do
\t\tdeb-systemd-helper purge "$unit" >/dev/null || true
\t\tdeb-systemd-helper unmask "$unit" >/dev/null || true
\tdone
fi
"""


def build(deb, pool):
    """Writes the package into `pool` unless it is there."""
    target = pool / deb.file_name
    if target.exists():
        return target
    pool.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=pool) as scratch:
        tree = Path(scratch)
        tree.chmod(0o755)
        for path, content in deb.files.items():
            place = tree / path.lstrip("/")
            executable = "/bin/" in path or "/sbin/" in path
            if isinstance(content, Path):
                place.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(content, place)
                place.chmod(0o755)
            else:
                write(place, content, 0o755 if executable else 0o644)
        control = (f"Package: {deb.name}\nVersion: {deb.version}\nArchitecture: {deb.architecture}\nSection: admin\n"
                   f"Priority: optional\nMaintainer: The upgrader lab <lab@lab.example>\n"
                   + (f"Depends: {deb.depends}\n" if deb.depends else "")
                   + f"Description: {deb.summary}\n {deb.description}\n")
        write(tree / "DEBIAN/control", control)
        conffiles = [path for path in deb.files if path.startswith("/etc/")]
        if conffiles:
            write(tree / "DEBIAN/conffiles", "".join(f"{path}\n" for path in conffiles))
        if deb.units:
            words = {"units": " ".join(deb.units), "preparation": deb.preparation}
            write(tree / "DEBIAN/prerm", PRERM.format(**words), 0o755)
            write(tree / "DEBIAN/postinst", POSTINST.format(**words), 0o755)
            write(tree / "DEBIAN/postrm", POSTRM.format(**words), 0o755)
        partial = pool / f".{deb.file_name}.partial"
        run("dpkg-deb", "--root-owner-group", "-Zzstd", "-z1", "--build", tree, partial)
        partial.rename(target)
    return target
