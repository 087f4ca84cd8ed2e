"""Unpacks what was fetched, for debian/rules: archives into their directories, bare binaries as they are."""

import json
import shutil
import tarfile

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
                # Refuses absolute names, names with `..`, links out of the directory and devices.
                archive.extractall(into, filter="data")
        except (tarfile.TarError, OSError, EOFError) as error:
            raise Refusal("damaged-archive", entry.name, f"{type(error).__name__}: {error}") from error
