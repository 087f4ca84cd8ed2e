"""What of upstream's versions is data, built, published, and installed where."""

import json

from . import catalog
from .repository import Repository


def listing(root, built, repository, installed):
    packages = _built(built)
    offered = {(package, version) for _, package, version in Repository(repository).published()} if repository else None
    hosts = _installed(installed)
    rows = [("component", "version", "data rests on", "built", "published", "installed on")]
    for component in catalog.components(root):
        names = _names(root, component)
        for version in catalog.versions(component, root):
            release = catalog.load(component, version, root)
            weakest = max((pin.evidence for entry in release.files for pin in entry.pins),
                          key=list(catalog.EVIDENCE).index)
            wanted = {(name, release.package_version) for name in names}
            on = sorted({host for host, name, found in hosts if (name, found) in wanted})
            rows.append((component, release.package_version, weakest,
                         "?" if packages is None else "yes" if (component, release.package_version) in packages else "-",
                         "?" if offered is None else "yes" if wanted <= offered else "-",
                         "?" if installed is None else " ".join(on) or "-"))
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join("  ".join(text.ljust(width) for text, width in zip(row, widths)).rstrip() for row in rows)


def _names(root, component):
    control = (root / component / "debian/control").read_text()
    return [line.split()[1] for line in control.splitlines() if line.startswith("Package:")]


def _built(directory):
    if directory is None:
        return None
    records = [json.loads(path.read_text()) for path in sorted(directory.glob("*_*.json"))]
    return {(record["component"], record["package_version"]) for record in records}


def _installed(path):
    if path is None:
        return []
    return [tuple(line.split()) for line in path.read_text().splitlines() if len(line.split()) == 3]
