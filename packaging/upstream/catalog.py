"""What is known of upstream's releases: one cited file a version, below data/COMPONENT."""

import json
import re
from dataclasses import dataclass, field
from pathlib import Path

from .refusal import REFUSED, USAGE, Refusal

ROOT = Path(__file__).resolve().parent.parent
SCHEMA = "upgrader/package/1"
# `size` may be unknown: few release pages tell it.
DIGITS = {"sha256": 64, "sha512": 128}
# What a pin rests on, strongest first; whatever is not the first is said in the package's changelog.
EVIDENCE = {
    "upstream": "upstream's own document",
    "third-party": "independent third parties that pin the same file",
    "first-use": "the first download",
}


@dataclass(frozen=True)
class Pin:
    algorithm: str
    value: str
    evidence: str
    source: str


@dataclass(frozen=True)
class Advertised:
    """A page of upstream's that names the file's checksum; `form` is how it is read."""

    url: str
    algorithm: str
    form: str
    redirects: tuple = ()


@dataclass(frozen=True)
class Signature:
    """A detached OpenPGP signature, or the reason why there is none to check."""

    url: str = ""
    fingerprint: str = ""
    keyring: str = ""
    source: str = ""
    none: str = ""


@dataclass(frozen=True)
class UpstreamFile:
    name: str
    url: str
    redirects: tuple
    size: int | None
    pins: tuple
    advertised: tuple
    signature: Signature


@dataclass(frozen=True)
class Release:
    component: str
    version: str
    revision: int
    as_of: str
    files: tuple
    raw: dict = field(compare=False)

    @property
    def package_version(self):
        return f"{self.version}-{self.revision}"

    @property
    def archive_component(self):
        return archive_component(self.component, self.version)


def minor(version):
    return ".".join(version.split(".")[:2])


def archive_component(component, version):
    """One component of the archive for each minor release, so that several are offered side by side."""
    return f"{component}-{minor(version)}"


def components(root=ROOT):
    return sorted(path.parent.name for path in root.glob("*/upstream.json"))


def packages(component, root=ROOT):
    control = (root / component / "debian/control").read_text()
    return [line.split()[1] for line in control.splitlines() if line.startswith("Package:")]


def versions(component, root=ROOT):
    found = [path.stem for path in (root / "data" / component).glob("*.json")]
    return sorted(found, key=lambda text: [int(part) for part in text.split(".")])


def known_component(component, root=ROOT):
    if component not in components(root):
        raise Refusal("unknown-component", component, f"there are {', '.join(components(root))}",
                      "name one of these", USAGE)
    return component


def checked_version(version):
    # It becomes part of paths, addresses and package versions.
    if not re.fullmatch(r"[0-9]{1,4}(\.[0-9]{1,4}){1,3}", version):
        raise Refusal("not-a-version", version, "a version is numbers with dots between", "for example 1.16.15", USAGE)
    return version


def load(component, version, root=ROOT):
    """The release; one without a data file is refused with the command that adds it."""
    path = root / "data" / known_component(component, root) / f"{checked_version(version)}.json"
    if not path.exists():
        raise Refusal("unknown-version", f"{component} {version}",
                      f"there is no {path.relative_to(root.parent)}; known are"
                      f" {', '.join(versions(component, root)) or 'none'}",
                      f"upgrader package add {component} {version} --sha256 VALUE --source PAGE, with the checksum from"
                      " upstream's own page")
    try:
        return parse(json.loads(path.read_text()), component, version)
    except (ValueError, KeyError, TypeError) as error:
        raise Refusal("unreadable-data", str(path), f"{type(error).__name__}: {error}", "mend the file") from error


def parse(raw, component, version):
    if raw["schema"] != SCHEMA:
        raise ValueError(f"schema {raw['schema']} is not {SCHEMA}")
    if (raw["component"], raw["version"]) != (component, version):
        raise ValueError(f"the file is of {raw['component']} {raw['version']}")
    files = tuple(_file(entry) for entry in raw["files"])
    if not files:
        raise ValueError("no files")
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", raw["as_of"]):
        raise ValueError("as_of is a day")
    return Release(component, version, int(raw["revision"]), raw["as_of"], files, raw)


def _file(entry):
    pins = tuple(Pin(**pin) for pin in entry["pins"])
    if not pins:
        raise ValueError(f"{entry['name']} has no pinned checksum")
    for pin in pins:
        if not re.fullmatch("[0-9a-f]{%d}" % DIGITS[pin.algorithm], pin.value):
            raise ValueError(f"{entry['name']}: {pin.value} is no {pin.algorithm}")
        if pin.evidence not in EVIDENCE or not pin.source:
            raise ValueError(f"{entry['name']}: a pin has an evidence of {', '.join(EVIDENCE)} and a source")
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", entry["name"]):
        raise ValueError(f"{entry['name']!r} is no file name")
    advertised = tuple(Advertised(item["url"], item["algorithm"], item["form"], tuple(item.get("redirects", ())))
                       for item in entry["advertised"])
    signature = Signature(**entry["signature"])
    if not signature.none and not (signature.url and signature.fingerprint and signature.keyring):
        raise ValueError(f"{entry['name']}: a signature has url, fingerprint and keyring, or the reason for none")
    for url in [entry["url"], signature.url or "https://none"] + [item.url for item in advertised]:
        if not re.fullmatch(r"https://[A-Za-z0-9.-]+(/[A-Za-z0-9._~%+/-]*)?", url):
            raise ValueError(f"{url!r} is no plain https address")
    return UpstreamFile(entry["name"], entry["url"], tuple(entry.get("redirects", ())), entry.get("size"), pins,
                        advertised, signature)
