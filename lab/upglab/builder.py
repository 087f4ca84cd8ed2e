"""The builder host: what makes all of the lab's own packages, by packaging/ and through the proxy."""

import shutil

from . import access, health, machine, upstream
from .settings import CACHE, MIRROR
from .shell import parallel, say, wait_for
from .sites import PROXY

BUILT = CACHE / "built"
ON_HOST = "var/tmp/lab-packaging"


def place(component, version):
    return BUILT / f"{component}-{version}-{upstream.digest(component, version)}"


def missing():
    return [release for release in upstream.releases() if not (place(*release) / ".complete").exists()]


def records():
    """What `package publish` takes, of all releases."""
    return [next(place(*release).glob("*_*.json")) for release in upstream.releases()]


def make(host):
    """Builds what is not built of the same inputs already; the builder must have been started."""
    wanted = missing()
    if wanted:
        wait_for(f"SSH on {host.name}", lambda: health.ssh_answers(host), 60, 0.1)
        say(f"{host.name}: {len(wanted)} builds (minutes, once)")
        home = machine.root(host) / ON_HOST
        shutil.rmtree(home, ignore_errors=True)
        shutil.copytree(upstream.PACKAGING, home / "packaging")
        parallel(lambda release: build(host, home, *release), wanted, width=2)
        shutil.rmtree(home)
    for old in set(BUILT.iterdir()) - {place(*release) for release in upstream.releases()}:
        shutil.rmtree(old)


def build(host, home, component, version):
    name = f"{component}-{version}"
    access.ssh(host.name, f"cd /{ON_HOST} && sudo packaging/package build {component} {version} --output /{ON_HOST}/out-{name}"
               f" --proxy {PROXY} --mirror {MIRROR}", timeout=3600)
    say(f"  {component} {version}")
    target = place(component, version)
    shutil.rmtree(target, ignore_errors=True)
    # The program's own scratch has all of it once more.
    shutil.copytree(home / f"out-{name}", target, ignore=shutil.ignore_patterns(".work"))
    shutil.rmtree(home / f"out-{name}")
    (target / ".complete").touch()
