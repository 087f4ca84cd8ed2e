"""Who upgrades the lab by one hop: ours, and Ansible with the playbook in benchmarks/ansible."""
import json
import os
import pathlib
import re
import shlex
import subprocess
import tempfile
import time
from datetime import datetime

import lower_bound

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
ANSIBLE = ROOT / "benchmarks/ansible"
SSH_CONFIG = ROOT / "lab/.state/ssh_config"
PLACE = ROOT / ".build/bench-lab"
HOP, RELEASE = "1.12-1.13", "1.13"
HOSTS = ["etcd1", "etcd2", "etcd3", "cp1", "cp2", "w1", "w2", "w3"]
# The play in which both begin to act; what goes before it is the look at the cluster.
FIRST_ACT = "PLAY [Save what leads back]"
# Ansible's modules run on Python, which the lab's hosts do not have; its apt module needs python3-apt.
PYTHON = ["python3", "python3-minimal", "python3.11", "python3.11-minimal", "libpython3-stdlib", "libpython3.11-minimal",
          "libpython3.11-stdlib", "python3-apt", "python-apt-common", "distro-info-data", "media-types", "libncursesw6",
          "libreadline8", "readline-common", "libsqlite3-0"]
# apt and not dpkg: it knows which of them have to be configured before others are unpacked.
PUT = "d=$(mktemp -d) && tar -x -C $d && DEBIAN_FRONTEND=noninteractive apt-get -qq -y install $d/*.deb && rm -r $d"
LONGEST = 3600  # seconds for one hop


class Failed(Exception):
    """A contestant has not done its work; the text says where to look."""


def ssh(host, *words, **more):
    done = subprocess.run(["ssh", "-F", str(SSH_CONFIG), host, shlex.join(words)], capture_output=True, check=False, **more)
    if done.returncode != 0:
        raise Failed(f"{words} on {host} ended with {done.returncode}: {done.stderr[-600:].decode(errors='replace')}")
    return done


class Ours:
    name = "upgrader"

    def __init__(self, program):
        self.program = program

    def prepare(self):
        """Nothing: it needs a shell and sudo on the hosts."""

    def perform(self, place):
        """One hop; gives seconds of the whole program, seconds from the first act, and the run against its bound."""
        command = [self.program, "run", "playbooks/lab.yaml", "--yes", "--until", HOP, "--reason", "bench-lab",
                   "--state", str(place / "state")]
        began = time.monotonic()
        status = run(command, ROOT, dict(os.environ), place / "output.log")
        whole = time.monotonic() - began
        if status != 11:
            raise Failed(f"upgrader ended with {status}; see {place}/output.log")
        directory, = (path for path in (place / "state/lab").iterdir() if path.is_dir())
        jobs = own_seconds(directory.name)
        (place / "jobs.json").write_text(json.dumps(jobs, indent=1, sort_keys=True) + "\n", encoding="utf-8")
        lost = lower_bound.lost_jobs(directory, jobs)
        if lost:
            raise Failed(f"{len(lost)} jobs have no files on their hosts, {lost[0]} among them: the bound would be too long")
        found = lower_bound.measure(directory, jobs)
        return {"whole": whole, "wall": found["wall"], "bound": found, "jobs": len(jobs)}


# stat and not find, which knows no time of birth on the machines' overlay.
TIMES = "cd /var/lib/upgrader/jobs 2>/dev/null || exit 0; stat -c '%n %.W %.Y' -- */stdout */result"


def own_seconds(run_name):
    """How long the jobs of a run ran on their hosts."""
    found = {}
    for host in HOSTS:
        text = ssh(host, "sudo", "sh", "-c", TIMES).stdout.decode()
        found |= {name: took for name, took in job_seconds(text).items() if name.startswith(f"upgrader-{run_name}:")}
    if not found:
        raise Failed("no job of the run is known on any host: the bound would be too long")
    return found


def job_seconds(text):
    """From the birth of a job's output to the last change of its result, by the name of its unit.

    `text` has a line a file: path, birth and last change in seconds since 1970. A job without a result is left out.
    """
    times = {}
    for line in text.splitlines():
        path, birth, change = line.rsplit(" ", 2)
        name, file = path.rsplit("/", 1)
        times.setdefault(name, {})[file] = float(birth if file == "stdout" else change)
        if file == "stdout" and float(birth) <= 0:
            raise Failed(f"no time of birth is kept for {path}: what a job took by itself is not known")
    return {name: time["result"] - time["stdout"] for name, time in times.items() if len(time) == 2}


class Ansible:
    name = "Ansible"

    def prepare(self):
        """Gives the hosts Python; that is no part of what is measured."""
        debs = PLACE / "python"
        debs.mkdir(parents=True, exist_ok=True)
        if not any(debs.glob("python3-apt_*.deb")):
            subprocess.run(["apt-get", "-qq", "-o", "APT::Sandbox::User=root", "download", *PYTHON], cwd=debs, check=True)
        archive = subprocess.run(["tar", "-c", *(path.name for path in debs.glob("*.deb"))], cwd=debs, capture_output=True,
                                 check=True).stdout
        for host in HOSTS:
            ssh(host, "sudo", "sh", "-c", PUT, input=archive)

    def perform(self, place):
        log = place / "ansible.log"
        with tempfile.TemporaryDirectory() as sockets:
            environment = dict(os.environ) | {
                "ANSIBLE_CONFIG": str(ANSIBLE / "ansible.cfg"), "ANSIBLE_LOG_PATH": str(log), "LC_ALL": "C.UTF-8",
                "ANSIBLE_SSH_CONTROL_PATH_DIR": sockets, "ANSIBLE_NOCOLOR": "1", "ANSIBLE_LOCALHOST_WARNING": "False",
            }
            command = ["/usr/bin/ansible-playbook", "hop.yaml", "-e", f"@releases/{RELEASE}.yaml", "-e", f"copies={place}/copies",
                       "--ssh-common-args", f"-F {SSH_CONFIG}"]
            (place / "copies").mkdir(mode=0o700)
            began = time.time()
            status = run(command, ANSIBLE, environment, place / "output.log")
            ended = time.time()
            for socket in pathlib.Path(sockets).iterdir():
                subprocess.run(["ssh", "-O", "exit", "-S", str(socket), "any"], capture_output=True, check=False)
        if status != 0:
            raise Failed(f"ansible-playbook ended with {status}; see {place}/output.log")
        return {"whole": ended - began, "wall": ended - first_act(log.read_text(encoding="utf-8")),
                "tasks": task_seconds(log.read_text(encoding="utf-8"), ended)}


def stamps(log):
    """Time and name of each play and task of Ansible's own log."""
    for line in log.splitlines():
        match = re.match(r"(\S+ \S+),(\d+) .*\| ((?:PLAY|TASK) \[.*\])", line)
        if match:
            yield datetime.strptime(match[1], "%Y-%m-%d %H:%M:%S").timestamp() + int(match[2]) / 1000, match[3]


def first_act(log):
    return next(time for time, name in stamps(log) if name == FIRST_ACT)


def task_seconds(log, ended):
    """Seconds by task, all hosts together, the longest first."""
    found, last = {}, None
    for time_, name in [*stamps(log), (ended, None)]:
        if last:
            found[last[1]] = round(found.get(last[1], 0) + time_ - last[0], 2)
        last = (time_, name)
    return sorted(found.items(), key=lambda item: -item[1])


def run(command, directory, environment, output):
    """Runs a program to its end, in a session of its own; ended at the deadline."""
    with open(output, "wb") as log:
        process = subprocess.Popen(command, cwd=directory, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                   start_new_session=True)
        try:
            return process.wait(timeout=LONGEST)
        except BaseException:
            process.terminate()
            process.wait(timeout=60)
            raise
