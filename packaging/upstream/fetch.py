"""The one fetch-and-verify step: every file of a release, by every means, into a directory."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from . import verify
from .catalog import EVIDENCE, ROOT
from .refusal import Refusal
from .web import LARGEST_PAGE

KEYS = ROOT / "keys"
# What a person may go on without, by name, each time anew.
MAY_BE_MISSING = {"signature": "signature", "checksum-file": "upstream's checksum file"}


@dataclass(frozen=True)
class Finding:
    """What was verified of a file, or what could not be."""

    file: str
    means: str
    verified: bool
    text: str


def fetch(release, directory, web, unverified=(), keys=KEYS, say=print):
    """Downloads and verifies; a file that is there already is verified all the same.

    Returns the findings. A download that was refused stays beside, as NAME.refused, and is never used.
    """
    directory.mkdir(parents=True, exist_ok=True)
    findings = []
    for entry in release.files:
        path = directory / entry.name
        if not path.exists():
            say(f"fetch:      {entry.url}{f', at the mirror {web.origin()}' if web.mirror else ''}")
            # Killed between the two, nobody knows where it is from.
            _origin(path).unlink(missing_ok=True)
            web.get(entry.url, path, entry.redirects)
            _origin(path).write_text(web.origin() or entry.url)
        try:
            findings += _verify(entry, path, web, unverified, keys)
        except Refusal as refusal:
            # Not where a page, a signature or a key is at fault: the download is as pinned then, and need not come again.
            if refusal.subject == entry.name:
                path.replace(f"{path}.refused")
                refusal.why += f"; the download is kept as {path}.refused"
            raise
    for finding in findings:
        say(f"{'verified:  ' if finding.verified else 'UNVERIFIED:'} {finding.file}: {finding.means}: {finding.text}")
    record = {"verification": [asdict(finding) for finding in findings]}
    (directory / "verification.json").write_text(json.dumps(record, indent=1, sort_keys=True) + "\n")
    return findings


def offline(release, directory):
    """Verifies the pins of what is there; for the build itself, which has no network."""
    for entry in release.files:
        path = directory / entry.name
        if not path.exists():
            raise Refusal("not-fetched", entry.name, f"{path} is not there", "build with `upgrader package build`")
        verify.size(entry, path)
        verify.pins(entry, path)


def _verify(entry, path, web, unverified, keys):
    found = []

    def note(means, text, verified=True):
        found.append(Finding(entry.name, means, verified, text))

    origin = _origin(path).read_text() if _origin(path).exists() else ""
    if not origin:
        note("upstream's own site", "the file was there already, and nobody has said from where", False)
    elif origin != entry.url:
        note("upstream's own site", f"{origin} was read in place of {entry.url}", False)
    verify.size(entry, path)
    if entry.size is None:
        note("size", "upstream's page tells none", False)
    else:
        note("size", f"{entry.size} bytes")
    verify.pins(entry, path)
    for pin in entry.pins:
        text = f"{pin.value}, from {EVIDENCE[pin.evidence]}: {pin.source}"
        note(f"pinned {pin.algorithm}", text, pin.evidence != "first-use")
    _advertised(entry, path, web, unverified, note)
    _signature(entry, path, web, unverified, keys, note)
    return found


def _advertised(entry, path, web, unverified, note):
    if not entry.advertised:
        note("upstream's checksum file", "upstream publishes none that is known here", False)
    for number, item in enumerate(entry.advertised):
        page = path.with_name(f"{entry.name}.advertised{number}")
        if not _proof(item.url, page, item.redirects, web, unverified, "checksum-file", note):
            continue
        verify.advertised(item, entry, path, page)
        note(f"{item.algorithm} on upstream's page", f"{item.url}, as {web.origin()} has it" if web.mirror else item.url)


def _proof(url, path, redirects, web, unverified, word, note):
    """Fetches what a download is held against; whether it is there. What is there and is none is never gone on with."""
    try:
        web.get(url, path, redirects, LARGEST_PAGE)
        return True
    except Refusal as refusal:
        if refusal.name not in ("unreachable", "http-status"):
            raise
        if word not in unverified:
            refusal.next += f"; or go on without it, with --unverified {word}"
            raise
        note(MAY_BE_MISSING[word], f"{url} could not be had ({refusal.name}); accepted", False)
        return False


def _origin(path):
    return path.with_name(f"{path.name}.from")


def _signature(entry, path, web, unverified, keys, note):
    wanted = entry.signature
    if wanted.none:
        note("signature", wanted.none, False)
        return
    ring, reason = verify.keyring(wanted, keys)
    if ring is None:
        if "signature" in unverified:
            note("signature", f"{reason}; accepted", False)
            return
        raise Refusal("key-missing", wanted.keyring, f"{reason}, for {entry.name}",
                      f"packaging/package add-key {wanted.keyring} FILE --fingerprint {wanted.fingerprint}, or go on"
                      " without it with --unverified signature")
    proof = path.with_name(f"{entry.name}.asc")
    if not _proof(wanted.url, proof, entry.redirects, web, unverified, "signature", note):
        return
    verify.signature(entry, path, armored_or_not(proof), ring)
    note("OpenPGP signature", f"by {wanted.fingerprint} ({wanted.source})")


def armored_or_not(path):
    """gpgv reads both; this only makes sure that it is a signature at all, before a parser sees it."""
    start = path.read_bytes()[:64]
    # An old or a new format packet with tag 2 (RFC 4880, 4.2 and 5.2).
    if start.startswith(b"-----BEGIN PGP SIGNATURE-----") or (start and (start[0] & 0xFC == 0x88 or start[0] == 0xC2)):
        return path
    raise Refusal("signature-invalid", path.name, f"it begins with {start[:32]!r} and is no signature")
