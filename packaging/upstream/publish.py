"""Publishes builds: all of them or none, and nothing that is published ever changes or goes away."""

import contextlib
import fcntl
import json
import os
import subprocess

from . import catalog, inspect_deb, transaction, verify
from .refusal import USAGE, Refusal
from .repository import CODENAME

RECORD = "upgrader/package-build/1"
BUILD_AGAIN = "build it again, and publish the COMPONENT_VERSION.json that the build leaves"


def publish(repository, records, say, root=catalog.ROOT):
    """All checks first; then every package goes into the database, and one export shows them to apt together.

    A failure, or a kill noticed by the next run, brings the database back; apt has seen nothing meanwhile.
    """
    builds = [_read(record, root) for record in records]
    repository.components()
    with _alone(repository):
        transaction.take_back_killed(repository, say)
        offered = repository.offered()
        # What two records have alike is one package.
        fresh = {(*_identity(entry), entry["sha256"]):
                 (directory / entry["file"], build["archive_component"], _identity(entry), entry["sha256"])
                 for directory, build in builds for entry in build["debs"] if _is_new(offered, entry, say)}
        names = {_identity(entry)[0] for _, build in builds for entry in build["debs"]}
        _refuse_changed([one for one in offered if one.package in names])
        if fresh:
            with transaction.all_or_none(repository, {one.identity for one in offered}, set(fresh)):
                offered = _include_all(repository, offered, fresh.values(), say)
        elif not repository.as_shown():
            repository.export()
            say("nothing new to publish; apt was shown something else than the repository has, and no more is")
        else:
            say("nothing new to publish")
        place = {one.identity: one.component for one in offered}
        debs = {(*_identity(entry), entry["sha256"]): entry["file"] for _, build in builds for entry in build["debs"]}
        for identity in fresh:
            say(f"published: {debs[identity]} in {place[identity]}")
        told = {identity: {"file": file, "sha256": identity[-1], "component": place[identity]} for identity, file in debs.items()}
        return {"published": [told[identity] for identity in fresh],
                "already": [one for identity, one in told.items() if identity not in fresh]}


def _include_all(repository, offered, fresh, say):
    """What is offered after it."""
    for deb, component, identity, _ in fresh:
        _include(repository, deb, component, identity, say)
    after = repository.offered()
    now = {one.identity for one in after}
    wrong = [deb.name for deb, _, identity, digest in fresh if (*identity, digest) not in now]
    gone = [f"{one.package} {one.version}" for one in offered if one.identity not in now]
    if wrong or gone:
        raise Refusal("publish-failed", str(repository.base),
                      f"reprepro did not take {' '.join(wrong) or 'all'}, or would have dropped {' '.join(gone) or 'none'}",
                      "publish again when nobody else works in the repository, nor on the files of its pool")
    repository.export()
    return after


def _refuse_changed(offered):
    """An older patch is taken once more from the pool, and with whatever bytes it has there: they must be those published."""
    for one in offered:
        found = verify.digest(one.file, "sha256") if one.file.is_file() else "absent"
        if found != one.sha256:
            raise Refusal("changed-since-publish", f"{one.package} {one.version}",
                          f"sha256 of {one.file} is {found}, published is {one.sha256}",
                          f"find out who did it; put {one.file.name} there as it was published, by its sha256: a build of the"
                          " same version has the same bytes; then publish again")


def _include(repository, deb, component, identity, say):
    """The component offers the newest version of its minor; each older one has a component of its own.

    reprepro of Debian 12 holds one version of a package in a component, and a rollback needs the ones before.
    """
    package, version, architecture = identity
    there = [one for one in repository.offered()
             if (one.component, one.package, one.architecture) == (component, package, architecture)]
    for one in there:
        family = component.rpartition("-")[0]
        if _is_older(version, one.version):
            component = f"{family}-{version}"
            break
        _into(repository, f"{family}-{one.version}", str(one.file))
        say(f"kept:      {package} {one.version} in {family}-{one.version}")
    _into(repository, component, str(deb))


def _into(repository, component, deb):
    repository.offer(component)
    # The index that apt has now names the older file until the export: it stays.
    repository.run("--export=silent-never", "--keepunreferencedfiles", "-C", component, "includedeb", CODENAME, deb)


def _is_older(version, other):
    return subprocess.run(["dpkg", "--compare-versions", version, "lt", other], check=False).returncode == 0


@contextlib.contextmanager
def _alone(repository):
    lock = os.open(repository.base / "conf/upgrader.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Refusal("publishing-already", str(repository.base), "another publish is at work here",
                          "wait for it to end, and publish again") from error
        yield
    finally:
        os.close(lock)


def _read(path, root):
    try:
        build = json.loads(path.read_text())
        if build["schema"] != RECORD:
            raise ValueError(f"schema {build['schema']}")
        component, version = build["component"], build["version"]
        _fits(str(path), (build["archive_component"], build["package_version"].rpartition("-")[0]),
              (catalog.archive_component(component, version), version))
        wanted = [(path.parent / entry["file"], entry["sha256"]) for entry in build["debs"]]
        if not wanted:
            raise ValueError("it names no package")
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise Refusal("unreadable-record", str(path), f"{type(error).__name__}: {error}",
                      "name the COMPONENT_VERSION.json that a build has left", USAGE) from error
    for deb, digest in wanted:
        found = verify.digest(deb, "sha256") if deb.exists() else "absent"
        if found != digest:
            raise Refusal("changed-since-build", str(deb), f"sha256 is {found}, the build has recorded {digest}", BUILD_AGAIN)
    own = catalog.packages(catalog.known_component(component, root), root)
    for entry, (deb, _) in zip(build["debs"], wanted):
        source, *identity = inspect_deb.fields(deb, "source:Package", "Package", "Version", "Architecture")
        _fits(str(deb), (entry["file"], component, build["package_version"]),
              (f"{'_'.join(identity)}.deb", source, identity[1]))
        if identity[0] not in own:
            raise Refusal("not-as-recorded", str(deb), f"it is package {identity[0]}; {component} has {', '.join(own)}", BUILD_AGAIN)
    return path.parent, build


def _fits(subject, recorded, found):
    """A package goes where its record says, under the name that its file has: both must be true."""
    if recorded != found:
        raise Refusal("not-as-recorded", subject, f"the record says {', '.join(recorded)}; it is {', '.join(found)}",
                      BUILD_AGAIN)


def _identity(entry):
    return tuple(entry["file"].removesuffix(".deb").split("_"))


def _is_new(offered, entry, say):
    there = {one.sha256 for one in offered if (one.package, one.version, one.architecture) == _identity(entry)}
    if not there:
        return True
    if there != {entry["sha256"]}:
        raise Refusal("published-with-other-contents", entry["file"],
                      f"the repository has sha256 {' '.join(sorted(there))}, the build {entry['sha256']}",
                      "a published version never changes: raise `revision` in the data file and build again")
    say(f"there already: {entry['file']}, with the same contents")
    return False
