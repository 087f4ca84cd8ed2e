"""One cgroup per machine, so that no machine's systemd takes another's processes for its own."""

import os
import signal
import time
from pathlib import Path

TOP = Path("/sys/fs/cgroup")
PARENT = "upgrader-lab"


def unified():
    """Whether this machine has cgroup v2 alone."""
    return (TOP / "cgroup.controllers").exists()


def hierarchies():
    if unified():
        return [TOP]
    return [path for path in sorted(TOP.iterdir()) if (path / "cgroup.procs").exists() and not path.is_symlink()]


def make(name):
    """Makes the machine's cgroups and returns the files that a process writes itself into."""
    files = []
    for top in hierarchies():
        for group in [top / PARENT, top / PARENT / name]:
            group.mkdir(exist_ok=True)
            for setting in ["cpuset.cpus", "cpuset.mems"]:  # empty in a new v1 cpuset, which then takes no process
                if not unified() and (group / setting).exists() and not (group / setting).read_text().strip():
                    (group / setting).write_text((group.parent / setting).read_text())
        if unified():
            controllers = (top / "cgroup.controllers").read_text().split()
            for group in [top, top / PARENT]:
                for controller in controllers:
                    try:
                        (group / "cgroup.subtree_control").write_text(f"+{controller}")
                    except OSError:
                        pass  # a controller that the machine's own systemd keeps
        files.append(str(top / PARENT / name / "cgroup.procs"))
    return files


def members(name):
    """Every process in the machine's cgroups, by any hierarchy."""
    found = set()
    for top in hierarchies():
        # Groups of pods that end go away meanwhile: os.walk passes over what is gone, where rglob stops.
        for directory, _, _ in os.walk(top / PARENT / name):
            try:
                found.update(int(line) for line in Path(directory, "cgroup.procs").read_text().split())
            except OSError:
                pass
    return found - {0}


def kill(name, seconds=10):
    """Ends everything that runs in the machine: the processes in its cgroups, which the lab made."""
    deadline = time.monotonic() + seconds
    while (left := members(name)) and time.monotonic() < deadline:
        for pid in left:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        time.sleep(0.05)


def remove(name=None):
    """Removes the machine's cgroups, or with no name the lab's own when they are empty."""
    for top in hierarchies():
        group = top / PARENT / name if name else top / PARENT
        if not group.exists():
            continue
        for directory, _, _ in os.walk(group, topdown=False):
            for _ in range(20):
                try:
                    os.rmdir(directory)
                    break
                except FileNotFoundError:
                    break
                except OSError:
                    time.sleep(0.05)


def machines():
    found = set()
    for top in hierarchies():
        if (top / PARENT).exists():
            found.update(path.name for path in (top / PARENT).iterdir() if path.is_dir())
    return found
