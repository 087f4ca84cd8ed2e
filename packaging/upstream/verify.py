"""Every means of verification there is: pins, upstream's pages, the size, detached signatures."""

import hashlib
import re
import subprocess
import tempfile
from pathlib import Path

from .refusal import Refusal


def digest(path, algorithm):
    with open(path, "rb") as stream:
        return hashlib.file_digest(stream, algorithm).hexdigest()


def size(entry, path):
    if entry.size is not None and path.stat().st_size != entry.size:
        raise Refusal("wrong-size", entry.name, f"{path.stat().st_size} bytes came, {entry.size} are in the data file")


def pins(entry, path):
    for pin in entry.pins:
        found = digest(path, pin.algorithm)
        if found != pin.value:
            raise Refusal("wrong-checksum", entry.name,
                          f"{pin.algorithm} of the download is {found}, pinned is {pin.value} ({pin.source})")


def checksum_on(text, item, entry):
    """The checksum that a page of upstream's tells for the file."""
    length = {"sha256": 64, "sha512": 128}[item.algorithm]
    hexadecimal = r"\b([0-9a-f]{%d})\b" % length
    if item.form == "table":
        # The row of a Markdown table that links to this very file of this very release.
        rows = [line for line in text.splitlines() if f"]({entry.url})" in line]
    elif item.form == "sums":
        # `CHECKSUM  NAME` lines, or the checksum alone, as get.helm.sh has it.
        lines = [line for line in text.splitlines() if line.strip()]
        rows = [line for line in lines if line.split()[-1].lstrip("*").rpartition("/")[2] == entry.name]
        rows = rows or [line for line in lines if len(lines) == 1 and len(line.split()) == 1]
    else:
        raise Refusal("unreadable-data", item.url, f"form {item.form} is not table or sums", f"mend the data file of {entry.name}")
    found = {match for row in rows for match in re.findall(hexadecimal, row.lower())}
    if len(found) != 1:
        raise Refusal("checksum-not-advertised", item.url,
                      f"{len(found)} {item.algorithm} checksums of {entry.name} are on the page, one is wanted",
                      "look at the page: upstream may have changed its form, or somebody has changed the page")
    return found.pop()


def advertised(item, entry, path, page):
    """Holds upstream's page against the pin and against the download."""
    told = checksum_on(page.read_text(errors="replace"), item, entry)
    for pin in entry.pins:
        if pin.algorithm == item.algorithm and pin.value != told:
            raise Refusal("checksum-file-disagrees", entry.name,
                          f"{item.url} tells {item.algorithm} {told}, pinned is {pin.value} ({pin.source})",
                          "one of the two was tampered with, or upstream has replaced the file: ask upstream")
    found = digest(path, item.algorithm)
    if found != told:
        raise Refusal("wrong-checksum", entry.name, f"{item.algorithm} of the download is {found}, {item.url} tells {told}")


def keyring(signature, keys):
    """The keyring of a signature, or the reason why it cannot be checked here."""
    path = keys / signature.keyring
    if not path.exists():
        return None, f"packaging/keys/{signature.keyring} with key {signature.fingerprint} is not there"
    if not path.is_file():
        raise _unusable(path, signature, "it is no file")
    start = path.read_bytes()[:12]
    # A public key packet of either format (RFC 4880, 4.2), or GnuPG's keybox (g10/keydb.c).
    if not start or not (start[0] & 0xFC == 0x98 or start[0] == 0xC6 or start[8:] == b"KBXf"):
        raise _unusable(path, signature, f"it begins with {start!r}" if start else "it is empty")
    return path, ""


def _unusable(ring, signature, why):
    """gpgv says of such a keyring only that it does not hold the key."""
    return Refusal("keyring-unusable", str(ring), f"the keyring cannot be used: {why}",
                   f"remove it, then packaging/package add-key {signature.keyring} FILE --fingerprint {signature.fingerprint}")


def signature(entry, path, proof, ring):
    """Checks a detached signature with gpgv; the key's primary fingerprint must be the pinned one."""
    wanted = entry.signature.fingerprint.replace(" ", "").upper()
    with tempfile.TemporaryDirectory() as home:
        result = subprocess.run(["gpgv", "--homedir", home, "--status-fd", "1", "--keyring", str(Path(ring).resolve()),
                                 str(proof), str(path)], capture_output=True, text=True, check=False)
    words = [line.split()[1:] for line in result.stdout.splitlines() if line.startswith("[GNUPG:] ")]
    seen = {line[0]: line[1:] for line in words if line}

    def refuse(name, why):
        raise Refusal(name, entry.name, f"{why}; wanted is a signature by {wanted} ({entry.signature.source})")

    if "BADSIG" in seen:
        refuse("signature-invalid", f"the signature of {seen['BADSIG'][0]} is not of these bytes")
    # The very key has made it, which the keyring should hold: of 9, no such key, and 6, a bad one (GnuPG, doc/DETAILS, ERRSIG).
    if seen.get("ERRSIG", [])[5:6] in (["6"], ["9"]) and wanted.endswith(seen["ERRSIG"][0]):
        raise _unusable(ring, entry.signature, f"{wanted} is not whole in it: {result.stderr.strip()[-200:]}")
    if "NO_PUBKEY" in seen or "ERRSIG" in seen:
        key = (seen.get("NO_PUBKEY") or seen["ERRSIG"])[0]
        refuse("signature-by-another-key", f"it was made by {key}, which {Path(ring).name} does not hold")
    signer = seen["VALIDSIG"][-1] if "VALIDSIG" in seen else ""
    if signer and signer != wanted:
        refuse("signature-by-another-key", f"it was made by {signer}")
    if "REVKEYSIG" in seen:
        refuse("key-revoked", f"key {signer or seen['REVKEYSIG'][0]} is revoked")
    if "EXPKEYSIG" in seen:
        refuse("key-expired", f"key {signer or seen['EXPKEYSIG'][0]} has expired")
    if "EXPSIG" in seen:
        refuse("signature-expired", "the signature itself has expired")
    if result.returncode != 0 or not signer or "GOODSIG" not in seen:
        refuse("signature-invalid", f"gpgv ended with {result.returncode}: {result.stderr.strip()[:300]}")
