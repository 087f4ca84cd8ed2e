"""What of upstream's versions is data, built, published, and installed where."""

import json
import re

from . import catalog
from .publish import RECORD
from .refusal import USAGE, Refusal
from .repository import Repository

COLUMNS = ("component", "version", "data rests on", "built", "published", "installed on")
# Of what is built, published or installed, and nothing tells from what it was made.
NO_DATA = "no-data"


def rows(root, built, repository, installed):
    """[{column: value}]; `None` where nobody asked, hosts as a list."""
    names = {component: catalog.packages(component, root) for component in catalog.components(root)}
    source = {package: component for component, packages in names.items() for package in packages}
    records = _built(built)
    offered = {(one.package, one.version) for one in Repository(repository).offered()} if repository else None
    hosts = _installed(installed)
    known = _known(root)
    there = (offered or set()) | {(package, version) for _, package, version in hosts or []}
    every = set(known) | (records or set()) | {(source.get(package, package), version) for package, version in there}
    found = []
    for component, version in sorted(every, key=_order):
        wanted = {(name, version) for name in names.get(component, [component])}
        # Of what is known all packages must be there.
        enough = wanted.issubset if (component, version) in known else wanted.intersection
        found.append(dict(zip(COLUMNS, (
            component, version, known.get((component, version), NO_DATA),
            None if records is None else (component, version) in records,
            None if offered is None else bool(enough(offered)),
            None if hosts is None else sorted({host for host, *one in hosts if tuple(one) in wanted}),
        ))))
    return found


def _known(root):
    """{(component, package version): the weakest evidence of its pins}"""
    releases = [catalog.load(component, version, root) for component in catalog.components(root)
                for version in catalog.versions(component, root)]
    return {(release.component, release.package_version):
            max((pin.evidence for entry in release.files for pin in entry.pins), key=list(catalog.EVIDENCE).index)
            for release in releases}


def _order(row):
    """Numbers of a version as numbers."""
    component, version = row
    return component, [(int(part) if part.isdigit() else 0, part) for part in re.split(r"(\d+)", version)]


def document(found):
    return {"packages": [{column.replace(" ", "-"): value for column, value in row.items()} for row in found]}


def table(found):
    lines = [COLUMNS] + [tuple(_word(value) for value in row.values()) for row in found]
    widths = [max(len(line[column]) for line in lines) for column in range(len(COLUMNS))]
    return "\n".join("  ".join(text.ljust(width) for text, width in zip(line, widths)).rstrip() for line in lines)


def _word(value):
    if isinstance(value, list):
        return " ".join(value) or "-"
    return {None: "?", True: "yes", False: "-"}.get(value, value)


def _built(directory):
    if directory is None:
        return None
    return {built for path in sorted(directory.glob("*_*.json")) if (built := _record(path))}


def _record(path):
    """Nothing where the file is somebody else's."""
    try:
        record = json.loads(path.read_text())
        if not isinstance(record, dict) or record.get("schema") != RECORD:
            return None
        return record["component"], record["package_version"]
    except (ValueError, KeyError) as error:
        raise Refusal("unreadable-record", str(path), f"{type(error).__name__}: {error}",
                      "build it again, or take it out of the directory", USAGE) from error


def _installed(path):
    if path is None:
        return None
    return [tuple(line.split()) for line in path.read_text().splitlines() if len(line.split()) == 3]
