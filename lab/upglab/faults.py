"""What can go wrong with the lab on purpose: each kind, how it is done and how it is undone.

Nothing here asks a host over SSH: a host whose network or sshd is broken must be mended all the same. What is broken is
written down first, so that `heal` mends it after a crash of whoever broke it.
"""

import fcntl
import json
import os
import signal
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from . import api, cgroups, health, machine, standins
from . import ledger as records
from .settings import API_PORT, GATEWAY, LAB, NETWORK, RUN, STATE, hosts
from .shell import LabError, run, wait_for, write

RECORD = STATE / "faults.json"
SYSTEM_UNITS = "/etc/systemd/system"
ARCHIVES = "/var/cache/apt/archives"
BUDGET = "/apis/policy/v1beta1/namespaces/shop/poddisruptionbudgets/web"
# What the workloads say; see lab/workloads/shop.yaml.
BUDGET_AT_REST = 2
BUDGET_NEVER = 4


def lab_hosts():
    ledger = records.read()
    if not ledger or ledger["checkout"] != str(LAB):
        raise LabError("no lab of this checkout is up: nothing to break")
    return ledger, {host.name: host for host in hosts(**ledger["shape"])}


def init(name):
    """The pid of the machine's systemd, as this machine sees it."""
    ledger, _ = lab_hosts()
    nspawn = records.alive(ledger, f"machine {name}")
    children = Path(f"/proc/{nspawn}/task/{nspawn}/children").read_text().split() if nspawn else []
    if not children:
        raise LabError(f"{name} does not run")
    return children[0]


def inside(name, *words, check=True):
    return run("nsenter", "--target", init(name), "--all", "--", *words, check=check)


def systemctl(name, *words, check=True):
    return inside(name, "systemctl", *words, check=check)


def freeze(name, unit):
    systemctl(name, "kill", "--signal=STOP", unit, check=False)


def thaw(name, unit):
    systemctl(name, "kill", "--signal=CONT", unit, check=False)


@contextmanager
def in_turn():
    """The ledger of the lab is written by one at a time; no `reset` or `down` comes between."""
    with open(RUN / "lock", "w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


def cut_power(name):
    with in_turn():
        cgroups.kill(name)
        ledger, _ = lab_hosts()
        records.stop_process(ledger, f"machine {name}", seconds=2)


def power_on(name):
    with in_turn():
        ledger, known = lab_hosts()
        if not machine.running(ledger, known[name]):
            cgroups.kill(name)
            # Groups of containers that are no more would be taken for containers.
            cgroups.remove(name)
            run("ip", "link", "delete", f"vb-{name}", check=False)
            machine.start(ledger, known[name])
    answers(name)


def restart(name):
    """In good order; systemd-nspawn ends with its machine, and is begun again by `restarted`."""
    systemctl(name, "reboot", check=False)


def restarted(name):
    ledger, known = lab_hosts()
    wait_for(f"the end of {name}", lambda: not machine.running(ledger, known[name]), 100)
    power_on(name)


def answers(name):
    _, known = lab_hosts()
    wait_for(f"SSH on {name}", lambda: health.ssh_answers(known[name]), 90)


def end_sshd(name):
    """The daemon and every session, as a crash or the OOM killer would; systemd starts the daemon again."""
    for process in Path("/proc").iterdir():
        if not process.name.isdigit() or int(process.name) not in cgroups.members(name):
            continue
        try:
            if (process / "comm").read_text().strip() == "sshd":
                os.kill(int(process.name), signal.SIGKILL)
        except (FileNotFoundError, ProcessLookupError):
            pass
    systemctl(name, "reset-failed", "ssh.service", check=False)
    systemctl(name, "start", "ssh.service", check=False)


def link(name, state):
    run("ip", "link", "set", f"vb-{name}", state, check=False)


def slow(name):
    # As over a line of 256 kbit/s that holds back a second's worth.
    run("tc", "qdisc", "replace", "dev", f"vb-{name}", "root", "tbf", "rate", "256kbit", "burst", "4k", "latency", "1s")


def quick(name):
    run("tc", "qdisc", "delete", "dev", f"vb-{name}", "root", check=False)


def rules(change, name=None, *match):
    """The operator's traffic with one host, or with all; between the hosts nothing changes."""
    _, known = lab_hosts()
    other = f"{known[name].address}/32" if name else f"{NETWORK}.0/24"
    for chain, ends in [("OUTPUT", ["--source", GATEWAY, "--destination", other, "--protocol", "tcp", "--dport", "22"]),
                        ("INPUT", ["--source", other, "--destination", GATEWAY, "--protocol", "tcp", "--sport", "22"])]:
        run("iptables", "--wait", change, chain, *ends, *match, "--jump", "DROP", check=change == "--append")


LOSSY = ["--match", "statistic", "--mode", "random", "--probability", "0.15"]


def fill(name):
    # What apt fetches into is full; the machine's disk is this machine's, which must not be.
    inside(name, "mount", "--types", "tmpfs", "--options", "size=64k", "upglab-full", ARCHIVES)
    inside(name, "sh", "-c", f"mkdir -p {ARCHIVES}/partial; head -c 1M /dev/zero > {ARCHIVES}/filler", check=False)


def empty(name):
    while inside(name, "umount", "--lazy", ARCHIVES, check=False).returncode == 0:
        pass


def drop_in(name, unit, text):
    place = f"{SYSTEM_UNITS}/{unit}.d/upglab-fault.conf"
    inside(name, "sh", "-c", 'mkdir -p "${1%/*}" && printf "%s" "$2" > "$1"', "sh", place, text)
    systemctl(name, "daemon-reload")


def no_drop_in(name, unit):
    place = f"{SYSTEM_UNITS}/{unit}.d/upglab-fault.conf"
    inside(name, "sh", "-c", 'rm -f "$1"; rmdir "${1%/*}" 2>/dev/null; true', "sh", place)
    systemctl(name, "daemon-reload")
    systemctl(name, "reset-failed", unit, check=False)
    systemctl(name, "start", unit, check=False)


def sessions(name, change):
    """The port that stands for BGP, between this host and all others; what the kubelet asks on the host itself is answered."""
    for chain, others in [("INPUT", ["!", "--in-interface", "lo"]), ("OUTPUT", ["!", "--out-interface", "lo"])]:
        inside(name, "iptables", "--wait", change, chain, *others, "--protocol", "tcp", "--dport", str(standins.SESSION_PORT),
               "--jump", "REJECT", "--reject-with", "tcp-reset", check=change == "--insert")


def backend(name, change):
    """Between HAProxy and this host's API server, which is well and answers everybody else."""
    _, known = lab_hosts()
    inside("lb", "iptables", "--wait", change, "OUTPUT", "--destination", known[name].address, "--protocol", "tcp", "--dport",
           str(API_PORT), "--jump", "REJECT", "--reject-with", "tcp-reset", check=change == "--insert")


def budget(least):
    api.patch(BUDGET, {"spec": {"minAvailable": least}})


@dataclass(frozen=True)
class Kind:
    """A way to break a host, and the way back. `roles` are those of the hosts that it can be done to."""

    title: str
    roles: tuple
    breaks: callable
    mends: callable = lambda name: None


EVERYWHERE = ("etcd", "cp", "worker", "hollow")
PACKAGED = ("cp", "worker", "hollow")
KINDS = {
    "power-cut": Kind("the machine loses power and is started again", EVERYWHERE, cut_power, power_on),
    "reboot": Kind("the machine is restarted in good order", EVERYWHERE, restart, restarted),
    "sshd-killed": Kind("sshd and all its sessions are ended with -9", EVERYWHERE, end_sshd, end_sshd),
    "partition": Kind("the machine's link is down", EVERYWHERE, lambda name: link(name, "down"),
                      lambda name: link(name, "up")),
    "operator-partition": Kind("the operator reaches no machine", (), lambda _: rules("--append"),
                               lambda _: rules("--delete")),
    "packet-loss": Kind("every seventh packet between operator and machine is lost", EVERYWHERE,
                        lambda name: rules("--append", name, *LOSSY), lambda name: rules("--delete", name, *LOSSY)),
    "slow-link": Kind("the machine hears with 256 kbit/s", EVERYWHERE, slow, quick),
    "disk-full": Kind("apt has no room for what it fetches", PACKAGED, fill, empty),
    "package-lock": Kind("somebody else holds dpkg's lock", PACKAGED, lambda name: None),
    "etcd-down": Kind("the etcd member is stopped", ("etcd",), lambda name: systemctl(name, "stop", "etcd"),
                      lambda name: systemctl(name, "start", "etcd")),
    "etcd-quorum-lost": Kind("two etcd members are stopped", (), lambda _: [systemctl(n, "stop", "etcd") for n in two()],
                             lambda _: [systemctl(n, "start", "etcd") for n in two()]),
    "api-hangs": Kind("the API server is frozen, as its balancer sees it", ("cp",),
                      lambda name: freeze(name, "kube-apiserver"), lambda name: thaw(name, "kube-apiserver")),
    "backend-down": Kind("HAProxy does not reach the API server, which is well", ("cp",),
                         lambda name: backend(name, "--insert"), lambda name: backend(name, "--delete")),
    "api-does-not-start": Kind("the API server ends with an error whenever it is started", ("cp",),
                               lambda name: drop_in(name, "kube-apiserver.service", "[Service]\nExecStartPre=/bin/false\n"),
                               lambda name: no_drop_in(name, "kube-apiserver.service")),
    "kubelet-not-ready": Kind("the container runtime is away", ("worker",),
                              lambda name: systemctl(name, "stop", "containerd"),
                              lambda name: systemctl(name, "start", "containerd")),
    "bgp-down": Kind("no BGP session of the node is established, as its calicoctl tells", ("worker",),
                     lambda name: sessions(name, "--insert"), lambda name: sessions(name, "--delete")),
    "budget-never": Kind("a disruption budget allows none", (), lambda _: budget(BUDGET_NEVER),
                         lambda _: budget(BUDGET_AT_REST)),
}


def two():
    _, known = lab_hosts()
    return [host.name for host in known.values() if host.role == "etcd"][1:3]


@contextmanager
def package_lock(name):
    """Holds the lock that apt takes, by the same call: fcntl(2), which belongs to a process."""
    with open(f"/proc/{init(name)}/root/var/lib/dpkg/lock-frontend", "r+b") as lock:
        deadline = time.monotonic() + 120
        while True:
            try:
                fcntl.lockf(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except OSError:
                if time.monotonic() > deadline:
                    raise LabError(f"dpkg's lock on {name} is not to be had") from None
                time.sleep(0.1)
        yield


@contextmanager
def nothing(_):
    yield


def noted():
    return json.loads(RECORD.read_text()) if RECORD.exists() else []


def note(change):
    RECORD.parent.mkdir(parents=True, exist_ok=True)
    with open(RECORD.with_suffix(".lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        write(RECORD, json.dumps(change(noted())))


def begin(kind, name):
    """Breaks something and writes it down before."""
    _, known = lab_hosts()
    if kind not in KINDS:
        raise LabError(f"there is no fault {kind}; there are: {', '.join(KINDS)}")
    roles = KINDS[kind].roles
    if roles and (name not in known or known[name].role not in roles):
        fitting = [host.name for host in known.values() if host.role in roles]
        raise LabError(f"{kind} is done to one of {', '.join(fitting)}" + (f", not to {name}" if name else ""))
    if not roles and name:
        raise LabError(f"{kind} is not about one host")
    note(lambda all_of_them: all_of_them + [[kind, name]])
    KINDS[kind].breaks(name)


def end(kind, name):
    """Mends it; one that is not there, or is mended already, stays as it is."""
    KINDS[kind].mends(name)
    note(lambda all_of_them: [one for one in all_of_them if one != [kind, name]])


def hold(kind, name, seconds):
    """Breaks, waits, mends; also when it is told to stop meanwhile."""
    def stop(*_):
        raise KeyboardInterrupt
    signal.signal(signal.SIGTERM, stop)
    # Before it is written down: a lock that was not to be had is no fault.
    with (package_lock if kind == "package-lock" else nothing)(name):
        try:
            begin(kind, name)
            print(f"{kind}{' ' + name if name else ''}: {KINDS[kind].title}, for {seconds} s", flush=True)
            time.sleep(seconds)
        finally:
            end(kind, name)


def heal():
    """Mends all that is written down, whoever broke it."""
    for kind, name in noted():
        end(kind, name)
        print(f"mended: {kind}{' ' + name if name else ''}")
