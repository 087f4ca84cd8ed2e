"""What of upstream's versions is data, built, published, and installed where."""

import json

from . import catalog
from .repository import Repository

COLUMNS = ("component", "version", "data rests on", "built", "published", "installed on")


def rows(root, built, repository, installed):
    """[{column: value}]; `None` where nobody asked, hosts as a list."""
    packages = _built(built)
    offered = {(one.package, one.version) for one in Repository(repository).offered()} if repository else None
    hosts = _installed(installed)
    found = []
    for component in catalog.components(root):
        names = _names(root, component)
        for version in catalog.versions(component, root):
            release = catalog.load(component, version, root)
            weakest = max((pin.evidence for entry in release.files for pin in entry.pins),
                          key=list(catalog.EVIDENCE).index)
            wanted = {(name, release.package_version) for name in names}
            found.append(dict(zip(COLUMNS, (
                component, release.package_version, weakest,
                None if packages is None else (component, release.package_version) in packages,
                None if offered is None else wanted <= offered,
                None if hosts is None else sorted({host for host, *found in hosts if tuple(found) in wanted}),
            ))))
    return found


def document(found):
    listed = [{column.replace(" ", "-"): value for column, value in row.items()} for row in found]
    return json.dumps({"schema": "upgrader/package-list/1", "packages": listed}, indent=1)


def table(found):
    lines = [COLUMNS] + [tuple(_word(value) for value in row.values()) for row in found]
    widths = [max(len(line[column]) for line in lines) for column in range(len(COLUMNS))]
    return "\n".join("  ".join(text.ljust(width) for text, width in zip(line, widths)).rstrip() for line in lines)


def _word(value):
    if isinstance(value, list):
        return " ".join(value) or "-"
    return {None: "?", True: "yes", False: "-"}.get(value, value)


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
        return None
    return [tuple(line.split()) for line in path.read_text().splitlines() if len(line.split()) == 3]
