"""Overlay mounts, each in the ledger before it is made."""

import subprocess
from pathlib import Path

from . import ledger as records
from .shell import run


def mounted(path):
    return subprocess.run(["mountpoint", "-q", str(path)]).returncode == 0


def mount(ledger, lowers, upper, work, merged):
    """`lowers` from the topmost to the base."""
    for place in [upper, work, merged]:
        place.mkdir(parents=True, exist_ok=True)
    if str(merged) not in ledger["mounts"]:
        ledger["mounts"].append(str(merged))
        records.save(ledger)
    lower = ":".join(str(path) for path in lowers)
    run("mount", "-t", "overlay", "upgrader-lab", "-o", f"lowerdir={lower},upperdir={upper},workdir={work}", merged)


def unmount(ledger, merged):
    if mounted(merged):
        run("umount", "--recursive", "--lazy", merged)
    if str(merged) in ledger["mounts"]:
        ledger["mounts"].remove(str(merged))
        records.save(ledger)


def unmount_all(ledger):
    for merged in list(ledger["mounts"]):
        unmount(ledger, Path(merged))
