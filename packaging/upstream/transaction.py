"""All or none, for reprepro, which has no transaction: what a publish finds is kept until apt has the new index."""

import contextlib
import json
import os
import re
import shutil
from pathlib import Path

from . import lock
from .refusal import Refusal
from .repository import CODENAME

KEPT, DONE = "upgrader-before", "upgrader-done"


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
        _take_back(repository, kept, False)
        raise
    _drop(repository, kept)


def take_back_killed(repository, say):
    """Takes back what a publish had begun that was killed before it was done, if only by a lock that it has left."""
    shutil.rmtree(repository.base / DONE, ignore_errors=True)
    lock.refuse_use(repository)
    kept = repository.base / KEPT
    if not kept.exists():
        return
    say("an earlier publish was killed; what it had begun is taken back")
    _take_back(repository, kept, True)


def _take_back(repository, kept, killed):
    before = json.loads((kept / "before.json").read_text())
    offered, ours = ({tuple(one) for one in before[name]} for name in ("offered", "ours"))
    _restore(repository, kept, offered, ours)
    # Somebody else's export may have shown what was half: first apt knows no more of it, then its files go.
    if killed or not repository.as_shown():
        repository.export()
    repository.forget_indexes()
    files = {f"{package}_{version}_{architecture}.deb" for package, version, architecture, _ in ours - offered}
    for name in _pool(repository) - set(before["pool"]):
        if Path(name).name in files:
            (repository.base / name).unlink()
            _prune((repository.base / name).parent, repository.base)
    _prune(repository.base / "dists" / CODENAME, repository.base)
    _drop(repository, kept)


def _prune(directory, base):
    """Removes it and those above it, as far as they are empty."""
    with contextlib.suppress(OSError):
        while directory != base:
            directory.rmdir()
            directory = directory.parent


def _drop(repository, kept):
    """In one step, for what is removed file by file may be left half: a half would be taken for what to bring back."""
    done = repository.base / DONE
    shutil.rmtree(done, ignore_errors=True)
    os.sync()
    kept.rename(done)
    shutil.rmtree(done)


def _restore(repository, kept, offered, ours):
    database = repository.base / "db"
    database.mkdir(exist_ok=True)
    lock.refuse_use(repository)
    _refuse_others(repository, kept, offered, ours)
    with lock.taken(repository) as file:
        there = {path.name for path in (kept / "db").iterdir()} if (kept / "db").exists() else set()
        for name in there:
            shutil.copy2(kept / "db" / name, database / f".{name}.part")
            (database / f".{name}.part").replace(database / name)
        for path in database.iterdir():
            if path.name not in there and path != file:
                path.unlink()
        shutil.copy2(kept / "distributions", repository.base / "conf/.distributions.part")
        (repository.base / "conf/.distributions.part").replace(repository.base / "conf/distributions")
    if not there:
        shutil.rmtree(database)


def _refuse_others(repository, kept, offered, ours):
    """What somebody else has changed since is not ours to take back.

    A published package with other contents is: its file was altered in the pool, and was taken once more by this publish.
    """
    try:
        now = {one.identity for one in repository.offered()}
    except Refusal as refusal:
        if refusal.name == "repository-in-use":
            raise
        # The kill has torn the database; nobody can have worked with it since.
        now = offered
    is_now, was, own = ({one[:3] for one in some} for some in (now, offered, ours))
    what = [f"{one[0]} {one[1]} was added" for one in sorted(is_now - was - own)]
    what += [f"{one[0]} {one[1]} is gone" for one in sorted(was - is_now)]
    before, after = (re.sub(r"(?m)^Components:.*$", "", path.read_text())
                     for path in (kept / "distributions", repository.base / "conf/distributions"))
    if before != after:
        what.append("conf/distributions was edited")
    if what:
        what += [f"{one[0]} {one[1]} is of that publish" for one in sorted(is_now & own - was)]
        what += [f"{one[0]} {one[1]} has other contents than published" for one in sorted(now - offered) if one[:3] in was]
        raise Refusal("changed-meanwhile", str(repository.base),
                      f"since the beginning of a publish that has failed or was killed: {', '.join(what)}",
                      f"see with `reprepro --basedir {repository.base} list {CODENAME}` that all is as you want it, remove what"
                      f" is not, run `reprepro export`, remove {kept}, and publish again")


def _pool(repository):
    return {str(path.relative_to(repository.base)) for path in (repository.base / "pool").glob("**/*") if path.is_file()}
