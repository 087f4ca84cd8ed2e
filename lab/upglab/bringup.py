"""up, reset and down: the whole lab, from nothing to a healthy cluster and back."""

import os
import shutil

from . import (access, base, builder, cgroups, credentials, health, hostfiles, images, keys, layers, machine, network,
               overlay, pki, repository, sites, source, upstream, workloads)
from . import ledger as records
from .settings import CACHE, RUN, STATE, hosts, with_role
from .shell import LabError, say, wait_for


def need_root():
    if os.geteuid() != 0:
        raise LabError("the lab makes machines, mounts and a bridge: run it as root")
    missing = [name for name in ["systemd-nspawn", "debootstrap", "go", "dpkg-source", "reprepro", "tinyproxy", "gpg", "ip",
                                 "ssh-keygen", "openssl"] if not shutil.which(name)]
    if missing:
        raise LabError(f"not installed: {', '.join(missing)}. `Scripts/setup --lab` installs what the lab needs.")


def up(shape):
    need_root()
    with records.exclusive():
        ledger = records.own(shape)
        members = hosts(**shape)
        if (ledger.get("complete") and ledger["shape"] | {"contained": True} == shape
                and all(machine.running(ledger, host) for host in members)):
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


def down(whose="ours"):
    need_root()
    with records.exclusive():
        ledger = records.own(whose=whose)
        if not ledger:
            say("no lab is up")
        else:
            clear(ledger)
        for name in ["known_hosts", "ssh_config", "ssh_config_lab", "id_ed25519", "id_ed25519.pub", "admin.conf"]:
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
    ledger["complete"] = False
    records.save(ledger)
    members = hosts(**shape)
    STATE.mkdir(parents=True, exist_ok=True)
    CACHE.mkdir(parents=True, exist_ok=True)
    base.make()
    binaries = source.binaries()
    network.up(ledger)
    shutil.rmtree(sites.INSTEAD, ignore_errors=True)
    sites.serve(ledger, upstream.make(binaries))
    access.make_keys(members)
    access.write_client_files(members)
    lowers = {"builder": [base.builder()]}
    [builder_host] = with_role(members, "builder")
    start(ledger, builder_host, members, lowers)
    builder.make(builder_host)
    repo = repository.make()
    keys.end()
    repository.serve(ledger, repo)
    lowers |= {role: layers.make(ledger, role, repo) for role in ["lb", "etcd", "cp", "worker"]}
    lowers["hollow"] = lowers["worker"]
    say(f"starting {len(members)} machines")
    pki.authority()
    pki.service_account_key()
    for host in members:
        if host is not builder_host:
            start(ledger, host, members, lowers)
    credentials.write_operator_kubeconfig()
    for host in members:
        wait_for(f"SSH on {host.name}", lambda: health.ssh_answers(host), 60, 0.1)
    if not can_run_containers(members):
        members = without_containers(ledger, lowers)
    say("SSH answers everywhere; waiting for the control plane")
    health.wait_for_control_plane(members)
    say("control plane is healthy; waiting for the nodes")
    nodes = len(with_role(members, "worker", "hollow"))
    health.wait_for_nodes(nodes)
    # Not before: the scheduler would put everything on the first node that comes.
    workloads.apply(binaries, ledger["shape"].get("contained", True))
    say("waiting for the pods")
    workloads.wait(nodes, ledger["shape"])
    ledger["complete"] = True
    records.save(ledger)
    say(f"the lab is up: `lab/lab status`, `lab/lab ssh cp1`, ssh -F {access.CONFIG} cp1")


def start(ledger, host, members, lowers):
    machine.mount(ledger, host, lowers[host.role])
    hostfiles.furnish(host, members)
    machine.start(ledger, host)


def can_run_containers(members):
    """Whether a container starts on the first worker: asked of runc itself, before any kubelet is blamed for it."""
    workers = with_role(members, "worker")
    if not workers:
        return True
    if os.environ.get("LAB_HOLLOW"):
        say("LAB_HOLLOW is set: no containers")
        return False
    command = f"sudo ctr -n lab run --rm --snapshotter native {images.PAUSE} lab-check /lab-program exit"
    wait_for("containerd on the first worker",
             lambda: access.ssh(workers[0].name, "sudo ctr version", check=False).returncode == 0, 30)
    load = f"sudo ctr -n k8s.io images export - {images.PAUSE} | sudo ctr -n lab images import --snapshotter native -"
    tried = access.ssh(workers[0].name, f"{load} >/dev/null && {command}", check=False)
    if tried.returncode != 0:
        say("no container starts on this machine: " + (tried.stderr.strip().splitlines() or ["no reason given"])[-1])
    return tried.returncode == 0


def without_containers(ledger, lowers):
    """The workers again, with hollow kubelets: nodes, packages and daemons, but no containers."""
    say("THE WORKERS GET HOLLOW KUBELETS (kubemark): pods are only said to run, and no Service can be probed")
    ledger["shape"]["contained"] = False
    records.save(ledger)
    members = hosts(**ledger["shape"])
    for host in members:
        if host.name.startswith("w"):
            machine.destroy(ledger, host.name)
            start(ledger, host, members, lowers)
    for host in with_role(members, "hollow"):
        wait_for(f"SSH on {host.name}", lambda: health.ssh_answers(host), 60, 0.1)
    return members
