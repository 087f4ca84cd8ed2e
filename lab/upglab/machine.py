"""A machine: an overlay over base and layer, booted by systemd-nspawn in a cgroup of its own."""

import os
import shutil
import subprocess

from . import cgroups, overlay
from . import ledger as records
from .settings import BRIDGE, RUN, STATE
from .shell import run

MACHINES = RUN / "machines"


def place(host):
    return MACHINES / host.name


def root(host):
    return place(host) / "root"


def mount(ledger, host, lowers):
    overlay.mount(ledger, lowers, place(host) / "upper", place(host) / "work", root(host))


def running(ledger, host):
    return records.alive(ledger, f"machine {host.name}") is not None


def options(host):
    words = ["--quiet", "--boot", "--register=no", "--keep-unit", "--console=pipe", "--resolv-conf=off",
             "--timezone=off", "--link-journal=no", f"--machine={host.name}", f"--hostname={host.name}",
             f"--directory={root(host)}", f"--network-bridge={BRIDGE}"]
    if host.role in ("worker", "hollow"):
        # What containers in containers take, and no more than the workers get.
        words += ["--capability=all", "--system-call-filter=@keyring bpf @memlock", "--bind=/dev/kmsg"]
    return words


def start(ledger, host):
    """Boots the machine and returns at once."""
    console = STATE / "console" / f"{host.name}.log"
    console.parent.mkdir(parents=True, exist_ok=True)
    environment = dict(os.environ, SYSTEMD_NSPAWN_UNIFIED_HIERARCHY="1" if cgroups.unified() else "0")
    if host.role in ("worker", "hollow"):
        environment["SYSTEMD_NSPAWN_API_VFS_WRITABLE"] = "yes"
    join = "".join(f"echo $$ > '{file}'; " for file in cgroups.make(host.name))
    with open(console, "w") as log:
        started = subprocess.Popen(["sh", "-c", f'{join}exec systemd-nspawn "$@"', "sh", *options(host)],
                                   stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=environment,
                                   start_new_session=True)
    records.note_process(ledger, f"machine {host.name}", started.pid)


def destroy(ledger, name):
    """Pulls the plug and removes the machine's disk: labs are thrown away, not shut down."""
    cgroups.kill(name)
    records.stop_process(ledger, f"machine {name}", seconds=2)
    cgroups.remove(name)
    run("ip", "link", "delete", f"vb-{name}", check=False)
    overlay.unmount(ledger, MACHINES / name / "root")
    shutil.rmtree(MACHINES / name, ignore_errors=True)
