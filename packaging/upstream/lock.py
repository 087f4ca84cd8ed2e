"""reprepro's own lock, a file in its database (reprepro(1)): waited for, taken, or removed where nobody has it."""

import contextlib
import os
import time
from pathlib import Path

from .refusal import Refusal

# Seconds for a reprepro that is about to end: listing takes less than one, taking a large package in a few.
WAIT = 10
# A lock without anybody is one that was left; somebody who has just made it has opened nothing yet.
LOOKS = 3


@contextlib.contextmanager
def taken(repository):
    """Holds the lock as reprepro does: it makes the file, and does not begin where there is one."""
    lock = _file(repository)
    while True:
        refuse_use(repository)
        # Somebody may be quicker, and is waited for as well.
        with contextlib.suppress(FileExistsError):
            lock.touch(mode=0o600, exist_ok=False)
            break
    try:
        yield lock
    finally:
        lock.unlink(missing_ok=True)


def refuse_use(repository):
    """A lock that a killed reprepro has left goes; one under which somebody works stays, and is waited for a little."""
    lock = _file(repository)
    until, alone = time.monotonic() + WAIT, 0
    while lock.exists():
        holders = _holders(lock)
        alone = 0 if holders else alone + 1
        if alone == LOOKS:
            lock.unlink(missing_ok=True)
        elif holders and time.monotonic() > until:
            raise Refusal("repository-in-use", str(repository.base), f"{lock} is there, and so is {', '.join(holders)}",
                          f"wait for it to end, and publish again; where nobody is at work in {repository.base}, remove {lock}")
        else:
            time.sleep(0.1)


def _holders(lock):
    """Who has a file beside the lock open, or may have one, as nobody but root sees what is open in another user's process."""
    holders, directory = [], lock.parent.resolve()
    for process in Path("/proc").glob("[0-9]*"):
        # It may have ended meanwhile.
        with contextlib.suppress(OSError):
            name = (process / "comm").read_text().strip()
            if _has_open(process, directory, unseen=name == "reprepro"):
                holders.append(f"process {process.name} {name} of {_user(process)}")
    with contextlib.suppress(FileNotFoundError):
        if not holders and os.geteuid() not in (0, lock.stat().st_uid):
            holders.append(f"maybe a process of {_user(lock)}, whose lock it is")
    return holders


def _has_open(process, directory, unseen):
    try:
        links = list((process / "fd").iterdir())
    except PermissionError:
        return unseen
    for link in links:
        with contextlib.suppress(OSError):
            if Path(os.readlink(link)).is_relative_to(directory):
                return True
    return False


def _user(path):
    try:
        return path.owner()
    except KeyError:
        return f"user {path.stat().st_uid}"


def _file(repository):
    return repository.base / "db/lockfile"
