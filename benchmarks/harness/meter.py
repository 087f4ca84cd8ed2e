"""One measured run of a program, with everything that it starts: a control group counts what no wait() would see.

ControlMaster's daemons and sshd's children are nobody's children when they end, so getrusage misses them.
"""
import dataclasses
import os
import pathlib
import select
import signal
import struct
import subprocess
import time

SAMPLE_SECONDS = 0.01
ROOT = pathlib.Path("/sys/fs/cgroup")


@dataclasses.dataclass
class Run:
    wall: float  # seconds from exec to exit of the program
    cpu: float  # seconds of all processes, daemons left behind included
    memory: float | None  # MB of anonymous memory of all of them at once, the most that was seen
    status: int | None  # None: it was ended at its deadline


class Group:
    """A control group of our own, version 1 or 2; processes stay in it however they detach."""

    def __init__(self, name):
        name = f"upgrader-bench-{os.getpid()}-{name}"
        ours = dict(line.split(":")[1:] for line in pathlib.Path("/proc/self/cgroup").read_text().splitlines())
        self.unified = "" in ours and not any("cpuacct" in key for key in ours)
        places = [("", "")] if self.unified else [("cpuacct", "cpuacct"), ("memory", "memory")]
        self.paths = {}
        for controller, key in places:
            mount, own = next((k, v) for k, v in ours.items() if key in k.split(","))
            self.paths[controller] = ROOT / mount / own.lstrip("/") / name
            self.paths[controller].mkdir()
        self.first = next(iter(self.paths.values()))

    def enter(self):
        """Puts the calling process into the group."""
        for path in self.paths.values():
            (path / "cgroup.procs").write_text(str(os.getpid()))

    def cpu(self):
        if self.unified:
            return int((self.first / "cpu.stat").read_text().split()[1]) / 1e6
        return int((self.first / "cpuacct.usage").read_text()) / 1e9

    def memory(self):
        """Bytes of anonymous memory now; None where the controller is not on."""
        path = self.paths["" if self.unified else "memory"] / "memory.stat"
        if not path.exists():
            return None
        figures = dict(line.split() for line in path.read_text().splitlines())
        return int(figures["anon" if self.unified else "total_rss"])

    def pids(self):
        return [int(pid) for pid in (self.first / "cgroup.procs").read_text().split()]

    def kill(self):
        """Ends every process of the group."""
        deadline = time.monotonic() + 10
        while (pids := self.pids()) and time.monotonic() < deadline:
            for pid in pids:
                try:
                    os.kill(pid, signal.SIGKILL)
                except ProcessLookupError:
                    pass
            time.sleep(0.005)

    def end(self):
        """Ends every process and removes the group."""
        self.kill()
        for path in self.paths.values():
            for _ in range(200):
                try:
                    path.rmdir()
                    break
                except OSError:  # A process that has ended may not have left yet.
                    time.sleep(0.01)


def run(command, environment, output, seconds):
    """Runs a command in a group of its own; what it leaves behind is ended with it and counted."""
    group = Group("client")
    began_end, began_start = os.pipe()

    def prepare():
        group.enter()
        try:
            # Servers are a session each and would win over one client on the same cores; all contestants are alike.
            pathlib.Path("/proc/self/autogroup").write_text("-10")
        except OSError:
            pass
        os.write(began_start, struct.pack("d", time.monotonic()))

    try:
        process = subprocess.Popen(
            command, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=output,
            start_new_session=True, preexec_fn=prepare,
        )
        began = struct.unpack("d", os.read(began_end, 8))[0]
        handle = os.pidfd_open(process.pid)
        most = group.memory()
        while not select.select([handle], [], [], SAMPLE_SECONDS)[0]:
            if most is not None:
                most = max(most, group.memory())
            if time.monotonic() - began > seconds:
                group.kill()
                process.wait()
                return Run(time.monotonic() - began, group.cpu(), None, None)
        wall = time.monotonic() - began
        os.close(handle)
        status = process.wait()
        return Run(wall, group.cpu(), most / 1e6 if most is not None else None, status)
    finally:
        os.close(began_end)
        os.close(began_start)
        group.end()
