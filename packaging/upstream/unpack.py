"""Unpacks what was fetched, for debian/rules: archives into their directories, bare binaries as they are."""

import json
import shutil
import tarfile
import zlib
from pathlib import PurePosixPath

from . import catalog, fetch
from .refusal import Refusal


def unpack(data, downloads, into):
    raw = json.loads(data.read_text())
    release = catalog.parse(raw, raw["component"], raw["version"])
    fetch.offline(release, downloads)
    shutil.rmtree(into, ignore_errors=True)
    into.mkdir(parents=True)
    for entry in release.files:
        path = downloads / entry.name
        if not tarfile.is_tarfile(path):
            shutil.copyfile(path, into / entry.name)
            continue
        try:
            with tarfile.open(path) as archive:
                for member in archive:
                    _extract(archive, member, entry, into)
                # A header that cannot be read is for tarfile an end as well; and gzip's checksum comes last.
                while rest := archive.fileobj.read(1 << 20):
                    if rest.strip(b"\0"):
                        raise tarfile.ReadError("something comes after its end")
        except (tarfile.TarError, zlib.error, OSError, EOFError) as error:
            raise Refusal("damaged-archive", entry.name, f"{type(error).__name__}: {error}") from error


def _extract(archive, member, entry, into):
    """Directories and plain files below `into` only: upstream's archives have nothing else.

    Python's own filter for this came with a security update that a builder may not have.
    """
    place = PurePosixPath(member.name)
    if place.is_absolute() or ".." in place.parts or not (member.isfile() or member.isdir()):
        raise Refusal("damaged-archive", entry.name, f"it holds {member.name!r}, which is no plain file below it")
    target = into / place
    if member.isdir():
        target.mkdir(parents=True, exist_ok=True)
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    with archive.extractfile(member) as source, open(target, "wb") as sink:
        shutil.copyfileobj(source, sink, 1 << 20)
