"""What the lab made on this machine, so that `down` removes that and nothing else.

Written before a thing is made, so that a crash between the two leaves at most a line too many.
"""

import fcntl
import json
import os
import signal
import time
from contextlib import contextmanager

from .settings import LAB, RUN
from .shell import LabError, write

FILE = RUN / "ledger.json"


@contextmanager
def exclusive():
    """Only one `up`, `down` or `reset` at a time on a machine."""
    RUN.mkdir(parents=True, exist_ok=True)
    os.chmod(RUN, 0o755)
    with open(RUN / "lock", "w") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise LabError(f"another lab command is at work on this machine ({RUN}/lock)")
        os.set_inheritable(held.fileno(), False)
        yield


def read():
    return json.loads(FILE.read_text()) if FILE.exists() else None


def save(ledger):
    write(FILE, json.dumps(ledger, indent=1))


def own(shape=None, whose="ours"):
    """The ledger of this checkout's lab; a new one if there is none and `shape` is given.

    What another checkout left is taken over when none of its processes runs any more, or with whose="any".
    """
    ledger = read()
    if ledger and ledger["checkout"] != str(LAB):
        if whose != "any" and any(alive(ledger, name) for name in ledger["processes"]):
            raise LabError(f"the lab of another checkout runs on this machine: {ledger['checkout']}\n"
                           f"Take it down first: {ledger['checkout']}/lab down, or from here: lab/lab down --any")
        ledger["checkout"] = str(LAB)
        save(ledger)
    if ledger is None and shape:
        ledger = {"checkout": str(LAB), "shape": shape, "processes": {}, "mounts": [], "sysctl": {}, "bridge": False}
        save(ledger)
    return ledger


def forget():
    FILE.unlink(missing_ok=True)


def started_at(pid):
    """The kernel's start time of a process: with the pid, a name that is never used twice."""
    try:
        with open(f"/proc/{pid}/stat") as stat:
            fields = stat.read().rpartition(")")[2].split()
        return None if fields[0] == "Z" else int(fields[19])
    except (OSError, IndexError):
        return None


def note_process(ledger, name, pid):
    ledger["processes"][name] = {"pid": pid, "start": started_at(pid)}
    save(ledger)


def alive(ledger, name):
    """The pid of a recorded process if it is that very process that still runs."""
    entry = ledger["processes"].get(name)
    if entry and entry["start"] is not None and started_at(entry["pid"]) == entry["start"]:
        return entry["pid"]
    return None


def stop_process(ledger, name, seconds=5):
    pid = alive(ledger, name)
    if pid:
        os.kill(pid, signal.SIGTERM)
        deadline = time.monotonic() + seconds
        while alive(ledger, name):
            if time.monotonic() > deadline:
                os.kill(pid, signal.SIGKILL)
                break
            time.sleep(0.05)
    ledger["processes"].pop(name, None)
    save(ledger)
