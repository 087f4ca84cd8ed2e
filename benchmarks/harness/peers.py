"""The contestants: how each of them does a work, and what has to be installed for it.

OpenSSH and what starts it run twice: with its own choice of key exchange, which is post-quantum and costs it far more than
the rest, and with the key exchange and cipher that libssh 0.10.6 chooses.
"""
import dataclasses
import hashlib
import pathlib
import shlex
import shutil

import hosts as farm
from works import FANOUT

HERE = pathlib.Path(__file__).resolve().parent
SAME = "same"
OWN = "own"


@dataclasses.dataclass(frozen=True)
class Peer:
    name: str
    kex: str
    command: object  # (Place, Work) -> argv, or None where it does not do that work
    needs: tuple = ()  # programs; all others are the harness's own
    venv: bool = False

    def missing(self, place):
        """What is not installed, or None."""
        for program in self.needs:
            if shutil.which(program) is None:
                return f"{program} is not installed"
        if self.venv and not pathlib.Path(place.python).exists():
            return f"{place.python} is not there"
        return None


@dataclasses.dataclass(frozen=True)
class Place:
    """Where everything is: the hosts' directory, the programs, the package."""

    directory: pathlib.Path
    program: str
    floor: str
    python: str
    package: str
    target: str
    environment: dict

    def hosts(self, work):
        return str(self.directory / f"hosts-{work.hosts}")

    def config(self, kex, kept=False):
        return str(self.directory / f"ssh_config-{kex}{'-kept' if kept else ''}")

    def write_configs(self):
        base = (
            f"Port {farm.PORT}\nUser root\nIdentityFile {self.directory}/id\nIdentitiesOnly yes\nIdentityAgent none\n"
            f"UserKnownHostsFile {self.directory}/known_hosts\nGlobalKnownHostsFile none\nStrictHostKeyChecking yes\n"
            "BatchMode yes\nLogLevel ERROR\nConnectTimeout 120\n"
        )
        same = "KexAlgorithms curve25519-sha256\nCiphers aes256-gcm@openssh.com\n"
        kept = f"ControlMaster auto\nControlPersist 60\nControlPath {self.directory}/cm/%n\n"
        for kex, more in ((OWN, ""), (SAME, same)):
            for suffix, last in (("", ""), ("-kept", kept)):
                path = self.directory / f"ssh_config-{kex}{suffix}"
                path.write_text(base + more + last)
                path.chmod(0o600)
        for kex in (OWN, SAME):
            for suffix in ("", "-kept"):
                (self.directory / f"cumin-{kex}{suffix}.yaml").write_text(
                    f"default_backend: direct\ntransport: clustershell\nlog_file: {self.directory}/cumin.log\n"
                    f"clustershell:\n  fanout: {FANOUT}\n  ssh_options: ['-F {self.directory}/ssh_config-{kex}{suffix}']\n"
                )


def shell(line):
    return ["sh", "-c", line]


def repeated(line, work):
    return shell(f"i=0; while [ $i -lt {work.commands} ]; do {line} || exit 1; i=$((i+1)); done")


def floor(place, work, checks=False):
    start = [place.floor, place.hosts(work), str(farm.PORT), "root", str(place.directory / "id"),
             str(place.directory / "known_hosts")]
    if not work.is_copy:
        return start + ["run", str(work.commands)]
    target = shlex.quote(place.target)
    remote = f"cat > {target}"
    if checks:
        with open(place.package, "rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        part = shlex.quote(place.target + ".part")
        remote = (
            f'set -e; cat > {part}; [ "$(openssl dgst -sha256 -r < {part})" = "{digest} *stdin" ]; sync {part}; mv {part} {target}; '
            f"sync {shlex.quote(str(pathlib.Path(place.target).parent))}"
        )
    return start + ["copy", place.package, remote]


def checking_floor(place, work):
    return floor(place, work, checks=True) if work.is_copy else None


def ours(place, work):
    start = [place.program, "remote", place.config(OWN), place.hosts(work)]
    return start + (["copy", place.package, place.target] if work.is_copy else ["run", str(work.commands)])


def openssh(kex):
    def command(place, work):
        every = f"xargs -a {place.hosts(work)} -P {FANOUT} -I@ "
        ssh = f"ssh -F {place.config(kex)}"
        if work.is_copy:
            return shell(every + shlex.join(["sh", "-c", f'{ssh} "$0" "cat > {place.target}" < {place.package}', "@"]))
        return shell(every + f"{ssh} @ true") if work.commands == 1 else None
    return command


def openssh_kept(kex):
    def command(place, work):
        if work.commands <= 1:
            return None
        loop = repeated(f'ssh -F {place.config(kex, kept=True)} "$0" true', work)
        return shell(f"xargs -a {place.hosts(work)} -P {FANOUT} -I@ " + shlex.join(loop + ["@"]))
    return command


def scp(place, work):
    if not work.is_copy:
        return None
    return shell(f"xargs -a {place.hosts(work)} -P {FANOUT} -I@ scp -q -F {place.config(OWN)} {place.package} @:{place.target}")


def clush(kex):
    def command(place, work):
        start = f"clush -q -S --hostfile={place.hosts(work)} -f {FANOUT} -u 300 -t 120 "
        if work.is_copy:
            return shell(start + f"-o '-F {place.config(kex)}' --copy {place.package} --dest {place.target}")
        return repeated(start + f"-o '-F {place.config(kex, work.commands > 1)}' true", work)
    return command


def pssh(kex):
    def command(place, work):
        options = f"-h {place.hosts(work)} -p {FANOUT} -t 300 "
        if work.is_copy:
            return shell(f"parallel-scp {options} -x '-F {place.config(kex)}' {place.package} {place.target}")
        return repeated(f"parallel-ssh {options} -x '-F {place.config(kex, work.commands > 1)}' true", work)
    return command


def cumin(kex):
    def command(place, work):
        if work.is_copy:
            return None  # It has none.
        config = f"{place.directory}/cumin-{kex}{'-kept' if work.commands > 1 else ''}.yaml"
        names = ",".join(pathlib.Path(place.hosts(work)).read_text().split())
        mode = ["-m", "async"] if work.commands > 1 else []
        return ["cumin", "--force", "--no-progress", "-c", config, *mode, "D{%s}" % names] + ["true"] * work.commands
    return command


def ansible(kex):
    def command(place, work):
        base = place.directory / f"ansible-{kex}-{work.key}"
        base.mkdir(exist_ok=True)
        (base / "hosts").write_text(pathlib.Path(place.hosts(work)).read_text())
        if work.is_copy:
            tasks = f"    - copy: {{src: {place.package}, dest: {place.target}, mode: '0600'}}\n"
        else:
            tasks = "    - raw: 'true'\n" * work.commands
        # As quick as it gets: no facts, no lockstep, no Python on the hosts but for the copy.
        (base / "play.yml").write_text(f"- hosts: all\n  gather_facts: no\n  strategy: free\n  tasks:\n{tasks}")
        (base / "ansible.cfg").write_text(
            f"[defaults]\nforks = {FANOUT}\nhost_key_checking = yes\ninterpreter_python = /usr/bin/python3\n"
            f"local_tmp = {base}/tmp\nretry_files_enabled = no\ntimeout = 120\n"
            f"[ssh_connection]\npipelining = yes\ncontrol_path = {place.directory}/cm/%%n\n"
            f"ssh_args = -F {place.config(kex)} -o ControlMaster=auto -o ControlPersist=60\n"
        )
        line = f"ANSIBLE_CONFIG={base}/ansible.cfg exec ansible-playbook -i {base}/hosts {base}/play.yml"
        return shell(line)
    return command


def library(script):
    def command(place, work):
        start = [place.python, "-B", str(HERE / script), place.hosts(work), str(farm.PORT), str(place.directory / "id"),
                 str(place.directory / "known_hosts"), str(FANOUT)]
        return start + (["copy", place.package, place.target] if work.is_copy else ["run", str(work.commands)])
    return command


FLOOR = "C on libssh, a thread a host"
OURS = "upgrader"

PEERS = [
    Peer(FLOOR, SAME, floor),
    Peer("the same, checked as ours is", SAME, checking_floor),
    Peer(OURS, SAME, ours),
    Peer("asyncssh", OWN, library("peer_asyncssh.py"), venv=True),
    Peer("parallel-ssh", OWN, library("peer_parallel_ssh.py"), venv=True),
    *(
        Peer(name, kex, command(kex), (program,))
        for name, command, program in (
            ("OpenSSH", openssh, "ssh"),
            ("OpenSSH, ControlMaster", openssh_kept, "ssh"),
            ("clush", clush, "clush"),
            ("pssh", pssh, "parallel-ssh"),
            ("cumin", cumin, "cumin"),
            ("Ansible", ansible, "ansible-playbook"),
        )
        for kex in (SAME, OWN)
    ),
    Peer("scp", OWN, scp, ("scp",)),
]
