"""All or none, for reprepro, which has no transaction: what a publish finds is kept until apt has the new index."""

import contextlib
import json
import os
import re
import shutil
import time
from pathlib import Path

from .refusal import Refusal
from .repository import CODENAME

KEPT, DONE = "upgrader-before", "upgrader-done"
# Seconds for a reprepro that is about to end: listing takes less than one, taking a large package in a few.
WAIT = 5


@contextlib.contextmanager
def all_or_none(repository, offered, fresh):
    """Keeps database and components; a failure brings them back. Apt has seen nothing until the body's export.

    Needs: `take_back_killed` before it, and nobody else of ours at work. `fresh` are the packages to come, as identities.
    """
    kept, partial = repository.base / KEPT, repository.base / f"{KEPT}.part"
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(mode=0o700)
    if (repository.base / "db").is_dir():
        shutil.copytree(repository.base / "db", partial / "db", ignore=shutil.ignore_patterns("lockfile"))
    shutil.copy2(repository.distributions(), partial / "distributions")
    before = {"offered": sorted(offered), "ours": sorted(fresh), "pool": sorted(_pool(repository))}
    (partial / "before.json").write_text(json.dumps(before))
    # What is kept is whole on the disk, or is not there.
    os.sync()
    partial.rename(kept)
    try:
        yield
    except BaseException:
        _restore(repository, kept)
        _drop(repository, kept)
        raise
    _drop(repository, kept)


def take_back_killed(repository, say):
    """Takes back what a publish had begun that was killed before it was done, if only by a lock that it has left."""
    shutil.rmtree(repository.base / DONE, ignore_errors=True)
    _refuse_use(repository, repository.base / "db/lockfile")
    kept = repository.base / KEPT
    if not kept.exists():
        return
    say("an earlier publish was killed; what it had begun is taken back")
    _restore(repository, kept)
    repository.run("export", CODENAME)
    # reprepro leaves the index of a component that there is no more.
    components = repository.components()
    for index in (repository.base / "dists" / CODENAME).glob("*/"):
        if not any(component == index.name or component.startswith(f"{index.name}/") for component in components):
            shutil.rmtree(index)
    _drop(repository, kept)


def _drop(repository, kept):
    """In one step, for what is removed file by file may be left half: a half would be taken for what to bring back."""
    done = repository.base / DONE
    shutil.rmtree(done, ignore_errors=True)
    os.sync()
    kept.rename(done)
    shutil.rmtree(done)


def _restore(repository, kept):
    before = json.loads((kept / "before.json").read_text())
    offered, ours = ({tuple(one) for one in before[name]} for name in ("offered", "ours"))
    database = repository.base / "db"
    database.mkdir(exist_ok=True)
    lock = database / "lockfile"
    _refuse_use(repository, lock)
    _refuse_others(repository, kept, offered, ours)
    # reprepro's own lock: it makes the file, and does not begin where there is one (reprepro(1)).
    try:
        lock.touch(mode=0o600, exist_ok=False)
    except FileExistsError as error:
        raise Refusal("repository-in-use", str(repository.base), f"{lock} was made meanwhile",
                      "wait for it to end, and publish again") from error
    try:
        there = {path.name for path in (kept / "db").iterdir()} if (kept / "db").exists() else set()
        for name in there:
            shutil.copy2(kept / "db" / name, database / f".{name}.part")
            (database / f".{name}.part").replace(database / name)
        for path in database.iterdir():
            if path.name not in there and path != lock:
                path.unlink()
        shutil.copy2(kept / "distributions", repository.base / "conf/.distributions.part")
        (repository.base / "conf/.distributions.part").replace(repository.base / "conf/distributions")
        files = {f"{package}_{version}_{architecture}.deb" for package, version, architecture, _ in ours - offered}
        for name in _pool(repository) - set(before["pool"]):
            if Path(name).name in files:
                (repository.base / name).unlink()
    finally:
        lock.unlink(missing_ok=True)
    if not there:
        shutil.rmtree(database)


def _refuse_use(repository, lock):
    """A lock that a killed reprepro has left goes; one under which somebody works stays, and is waited for a little."""
    waited = time.monotonic() + WAIT
    while lock.exists() and (holders := _open_below(lock.parent)) and time.monotonic() < waited:
        time.sleep(0.1)
    if not lock.exists():
        return
    if holders:
        raise Refusal("repository-in-use", str(repository.base), f"{lock} is there, and so is process {holders[0]}",
                      "wait for it to end, and publish again")
    lock.unlink(missing_ok=True)


def _open_below(directory):
    """The processes that have a file below the directory open, as far as they may be seen."""
    holders = []
    for link in Path("/proc").glob("[0-9]*/fd/*"):
        with contextlib.suppress(OSError):
            if Path(os.readlink(link)).is_relative_to(directory.resolve()):
                holders.append(f"{link.parts[2]} {(link.parents[1] / 'comm').read_text().strip()}")
    return sorted(set(holders))


def _refuse_others(repository, kept, offered, ours):
    """What somebody else has changed since is not ours to take back."""
    try:
        now = {one.identity for one in repository.offered()}
    except Refusal:
        # The kill has torn the database; nobody can have worked with it since.
        now = offered
    foreign, gone = now - offered - ours, offered - now
    before, after = (path.read_text() for path in (kept / "distributions", repository.base / "conf/distributions"))
    edited = [re.sub(r"(?m)^Components:.*$", "", text) for text in (before, after)]
    if foreign or gone or edited[0] != edited[1]:
        what = [f"{one[0]} {one[1]} was added" for one in sorted(foreign)] + [f"{one[0]} {one[1]} is gone" for one in sorted(gone)]
        raise Refusal("changed-meanwhile", str(repository.base),
                      f"since a publish was killed: {', '.join(what) or 'conf/distributions was edited'}",
                      f"see with `reprepro --basedir {repository.base} list {CODENAME}` that all is as you want it, run"
                      f" `reprepro export`, remove {kept}, and publish again")


def _pool(repository):
    return {str(path.relative_to(repository.base)) for path in (repository.base / "pool").glob("**/*") if path.is_file()}
