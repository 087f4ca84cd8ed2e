"""Writes the data file of a version from its component's template; a checksum always comes with its source."""

import base64
import datetime
import json
import re
import subprocess
import tempfile
from pathlib import Path

from . import catalog, verify
from .refusal import USAGE, Refusal


def add(options, web, say):
    component = catalog.known_component(options.component, options.root)
    version = catalog.checked_version(options.version)
    target = options.root / "data" / component / f"{version}.json"
    if target.exists():
        raise Refusal("known-already", f"{component} {version}", f"there is {target}", "edit it, with a source", USAGE)
    template = json.loads((options.root / component / "upstream.json").read_text())
    # The day of a build's time stamps, which are UTC's.
    today = datetime.datetime.now(datetime.timezone.utc).date().isoformat()
    raw = {"schema": catalog.SCHEMA, "component": component, "version": version, "revision": 1, "as_of": today,
           "files": [_file(entry, version) for entry in template["files"]]}
    for entry in raw["files"]:
        entry["pins"] = _first_use(entry, web, today, say) if options.pins_first_use else _pins(entry, raw, options)
    catalog.parse(raw, component, version)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(raw, indent=1) + "\n")
    say(f"written: {target}; read it, and commit it")


def _file(entry, version):
    minor = ".".join(version.split(".")[:2])
    text = json.dumps(entry).replace("{version}", version).replace("{minor}", minor)
    return {"size": None, **json.loads(text)}


def _pins(entry, raw, options):
    if not options.source:
        raise Refusal("no-source", entry["name"], "a checksum without the page that tells it is worth nothing",
                      "--source PAGE, and --third-party where it is not upstream's", USAGE)
    pins = []
    for algorithm in ("sha256", "sha512"):
        for text in getattr(options, algorithm):
            name, _, value = text.rpartition("=")
            if name == entry["name"] or (not name and len(raw["files"]) == 1):
                pins.append({"algorithm": algorithm, "value": value.lower(), "source": options.source,
                             "evidence": "third-party" if options.third_party else "upstream"})
    if not pins:
        raise Refusal("no-checksum", entry["name"], "no checksum was given for this file",
                      f"--sha256 {entry['name']}=VALUE --source PAGE", USAGE)
    return pins


def _first_use(entry, web, today, say):
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / "file"
        web.get(entry["url"], path, entry.get("redirects", ()))
        entry["size"] = path.stat().st_size
        value = verify.digest(path, "sha256")
    say(f"TRUSTED ON FIRST USE: {entry['name']}: sha256 {value}, {entry['size']} bytes, from {entry['url']}")
    return [{"algorithm": "sha256", "value": value, "evidence": "first-use",
             "source": f"downloaded from {entry['url']} on {today}; nobody vouches for it"}]


def add_key(name, file, fingerprint, keys, say):
    """Puts a key into a keyring that gpgv reads, after its fingerprint was compared."""
    if not re.fullmatch(r"[a-z0-9-]+\.gpg", name):
        raise Refusal("not-a-keyring", name, "a keyring's name is like helm.gpg", "", USAGE)
    data = file.read_bytes()
    if data.startswith(b"-----BEGIN PGP PUBLIC KEY BLOCK-----"):
        data = dearmored(data)
    wanted = fingerprint.replace(" ", "").upper()
    with tempfile.TemporaryDirectory() as home:
        scratch = Path(home) / "key"
        scratch.write_bytes(data)
        shown = subprocess.run(["gpg", "--homedir", home, "--batch", "--with-colons", "--show-keys", str(scratch)],
                               capture_output=True, text=True, check=False).stdout
    lines = [line.split(":") for line in shown.splitlines()]
    # The fingerprint of a primary key is the first one after its `pub` line (doc/DETAILS of GnuPG).
    primary = [after[9] for line, after in zip(lines, lines[1:]) if line[0] == "pub" and after[0] == "fpr"]
    if primary != [wanted]:
        raise Refusal("another-key", str(file), f"it holds {', '.join(primary) or 'no key'}, wanted is {wanted} alone")
    keys.mkdir(parents=True, exist_ok=True)
    (keys / name).write_bytes(data)
    say(f"written: {keys / name}, key {wanted}")


def dearmored(data):
    lines = data.decode("ascii", "replace").split("-----BEGIN PGP PUBLIC KEY BLOCK-----")[1].splitlines()
    body = []
    for line in lines[lines.index("", 1) + 1:]:
        # `=` and four letters are the checksum, which is not of the data (RFC 4880, 6.1).
        if line.startswith(("=", "-----END")):
            break
        body.append(line.strip())
    return base64.b64decode("".join(body))
