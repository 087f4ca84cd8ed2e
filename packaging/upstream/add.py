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
    # The day of a build's time stamps, which are UTC's.
    today = datetime.datetime.now(datetime.timezone.utc).date().isoformat()
    raw = {"schema": catalog.SCHEMA, "component": component, "version": version, "revision": 1, "as_of": today,
           "files": _files(component, version, options.root)}
    pins = None if options.pins_first_use else _given(options, [entry["name"] for entry in raw["files"]])
    for entry in raw["files"]:
        entry["pins"] = _first_use(entry, web, today, say) if pins is None else pins[entry["name"]]
    catalog.parse(raw, component, version)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(raw, indent=1) + "\n")
    say(f"written: {target}; read it, and commit it")
    return {"written": str(target), "release": raw}


def _files(component, version, root):
    """The template's files, each with what the newest data file of the component verifies besides."""
    template = json.loads((root / component / "upstream.json").read_text())["files"]
    files = [{"size": None, **_moved(entry, "{version}", "{minor}", version)} for entry in template]
    known = catalog.versions(component, root)
    if known:
        newest = known[-1]
        before = catalog.load(component, newest, root).raw["files"]
        for entry, old in zip(files, before):
            _as_before(entry, _moved(old, newest, catalog.minor(newest), version), old, newest)
    return files


def _as_before(entry, moved, old, newest):
    entry["advertised"] += [item for item in moved["advertised"] if item not in entry["advertised"]]
    if "none" not in moved["signature"]:
        # The source is of the older version, and stays so.
        source = old["signature"].get("source", "")
        entry["signature"] = {**moved["signature"], "source": source if source.startswith("as ") else f"as {newest}: {source}"}


def _moved(entry, old, old_minor, version):
    """The entry with another version wherever the old one, or its minor alone, is told."""
    text = json.dumps(entry).replace(old, version)
    # Not in the middle of another version, the new one least of all.
    return json.loads(re.sub(rf"(?<![0-9.]){re.escape(old_minor)}(?!\.?[0-9])", catalog.minor(version), text))


def _given(options, names):
    """{file name: pins} of what the command line has, all of which must be of a file."""
    if not options.source:
        raise Refusal("no-source", names[0], "a checksum without the page that tells it is worth nothing",
                      "--source PAGE, and --third-party where it is not upstream's", USAGE)
    pins = {name: [] for name in names}
    for algorithm in catalog.DIGITS:
        for text in getattr(options, algorithm):
            name, value = _checksum(algorithm, text, names)
            if algorithm in (pin["algorithm"] for pin in pins[name]):
                raise Refusal("not-a-checksum", name, f"its {algorithm} was given twice", "give the one on the page", USAGE)
            pins[name].append({"algorithm": algorithm, "value": value, "source": options.source,
                               "evidence": "third-party" if options.third_party else "upstream"})
    for name in names:
        if not pins[name]:
            raise Refusal("no-checksum", name, "no checksum was given for this file",
                          f"--sha256 {name}=VALUE --source PAGE", USAGE)
    return pins


def _checksum(algorithm, text, names):
    name, separator, value = text.rpartition("=")
    value, right = value.lower(), f"--{algorithm} {name if name in names else names[0]}=VALUE"

    def refuse(why, hint=right):
        raise Refusal("not-a-checksum", f"--{algorithm} {text}", why, hint, USAGE)

    if separator and name not in names:
        refuse(f"there is no file {name or 'without a name'}; there are {', '.join(names)}")
    if not separator and len(names) > 1:
        refuse(f"there are several files: {', '.join(names)}")
    digits = catalog.DIGITS[algorithm]
    if not re.fullmatch("[0-9a-f]+", value):
        refuse(f"a checksum is {digits} hexadecimal digits")
    if len(value) != digits:
        other = next((other for other, length in catalog.DIGITS.items() if length == len(value)), None)
        refuse(f"a {algorithm} has {digits} hexadecimal digits, this has {len(value)}",
               f"it is a {other}: {right.replace(algorithm, other)}" if other else right)
    return name or names[0], value


def _first_use(entry, web, today, say):
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / "file"
        web.get(entry["url"], path, entry.get("redirects", ()))
        entry["size"] = path.stat().st_size
        value = verify.digest(path, "sha256")
    place = f"{entry['url']}, as {web.origin()} has it," if web.mirror else entry["url"]
    say(f"TRUSTED ON FIRST USE: {entry['name']}: sha256 {value}, {entry['size']} bytes, from {place}")
    return [{"algorithm": "sha256", "value": value, "evidence": "first-use",
             "source": f"downloaded from {place} on {today}; nobody vouches for it"}]


def add_key(name, file, fingerprint, keys, say):
    """Puts a key into a keyring that gpgv reads, after its fingerprint was compared."""
    if not re.fullmatch(r"[a-z0-9-]+\.gpg", name):
        raise Refusal("not-a-keyring", name, "it is no plain name of small letters with .gpg", "name it as helm.gpg", USAGE)
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
    return {"written": str(keys / name), "fingerprint": wanted}


def dearmored(data):
    lines = data.decode("ascii", "replace").split("-----BEGIN PGP PUBLIC KEY BLOCK-----")[1].splitlines()
    body = []
    for line in lines[lines.index("", 1) + 1:]:
        # `=` and four letters are the checksum, which is not of the data (RFC 4880, 6.1).
        if line.startswith(("=", "-----END")):
            break
        body.append(line.strip())
    return base64.b64decode("".join(body))
