"""up, reset and down: the whole lab, from nothing to a healthy cluster and back."""

import os
import shutil

from . import (access, base, cgroups, credentials, health, hostfiles, layers, machine, network, overlay, pki,
               repository, source, workloads)
from . import ledger as records
from .settings import CACHE, RUN, STATE, hosts, with_role
from .shell import LabError, say, wait_for


def need_root():
    if os.geteuid() != 0:
        raise LabError("the lab makes machines, mounts and a bridge: run it as root")
    missing = [name for name in ["systemd-nspawn", "debootstrap", "go", "dpkg-source", "apt-ftparchive", "gpg", "ip",
                                 "ssh-keygen", "openssl"] if not shutil.which(name)]
    if missing:
        raise LabError(f"not installed: {', '.join(missing)}. `Scripts/setup --lab` installs what the lab needs.")


def up(shape):
    need_root()
    with records.exclusive():
        ledger = records.own(shape)
        members = hosts(**shape)
        if ledger["shape"] == shape and all(machine.running(ledger, host) for host in members):
            say("the lab is up already; `lab/lab reset` makes it new")
            return
        clear(ledger)
        records.own(shape)
        begin(shape)


def reset():
    need_root()
    with records.exclusive():
        ledger = records.own()
        if not ledger:
            raise LabError("no lab to reset; `lab/lab up` makes one")
        shape = ledger["shape"]
        stop_machines(ledger)
        begin(shape)


def down():
    need_root()
    with records.exclusive():
        ledger = records.own()
        if not ledger:
            say("no lab is up")
        else:
            clear(ledger)
        for name in ["known_hosts", "ssh_config", "id_ed25519", "id_ed25519.pub", "admin.conf"]:
            (STATE / name).unlink(missing_ok=True)
        for name in ["hosts", "pki", "tokens", "console"]:
            shutil.rmtree(STATE / name, ignore_errors=True)
    if RUN.exists() and records.read() is None:
        shutil.rmtree(RUN)


def stop_machines(ledger):
    """Every machine that the lab may have made, by ledger, cgroup and disk, so that a crash leaves none behind."""
    names = {name.split(" ", 1)[1] for name in ledger["processes"] if name.startswith("machine ")}
    names |= cgroups.machines()
    if machine.MACHINES.exists():
        names |= {path.name for path in machine.MACHINES.iterdir()}
    if names:
        say(f"stopping {len(names)} machines")
    for name in sorted(names):
        machine.destroy(ledger, name)


def clear(ledger):
    stop_machines(ledger)
    for name in list(ledger["processes"]):
        records.stop_process(ledger, name)
    overlay.unmount_all(ledger)
    cgroups.remove()
    network.down(ledger)
    shutil.rmtree(machine.MACHINES, ignore_errors=True)
    records.forget()


def begin(shape):
    ledger = records.own(shape)
    members = hosts(**shape)
    STATE.mkdir(parents=True, exist_ok=True)
    CACHE.mkdir(parents=True, exist_ok=True)
    base.make()
    binaries = source.binaries()
    repo = repository.make(binaries)
    network.up(ledger)
    repository.serve(ledger, repo)
    lowers = {role: layers.make(ledger, role, repo) for role in ["lb", "etcd", "cp", "worker"]}
    say(f"starting {len(members)} machines")
    access.make_keys(members)
    pki.authority()
    pki.service_account_key()
    for host in members:
        machine.mount(ledger, host, lowers[host.role])
        hostfiles.furnish(host, members)
        machine.start(ledger, host)
    access.write_client_files(members)
    credentials.write_operator_kubeconfig()
    for host in members:
        wait_for(f"SSH on {host.name}", lambda: health.ssh_answers(host), 60, 0.1)
    say("SSH answers everywhere; waiting for the control plane")
    health.wait_for_control_plane(members)
    say("control plane is healthy; waiting for the nodes")
    workloads.apply(binaries)
    health.wait_for_nodes(len(with_role(members, "worker")))
    say("nodes are ready; waiting for the pods")
    workloads.wait(len(with_role(members, "worker")))
    say(f"the lab is up: `lab/lab status`, `lab/lab ssh cp1`, ssh -F {access.CONFIG} cp1")
