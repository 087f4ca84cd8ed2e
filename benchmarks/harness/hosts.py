"""Hosts: one sshd a loopback address, each with its own host key, its own tmpfs and its own log."""
import os
import pathlib
import shutil
import socket
import subprocess
import tempfile
import time

from meter import Group

PORT = 22022
SSHD = "/usr/sbin/sshd"


def address(number):
    """127.77.0.1 and on; the whole of 127.0.0.0/8 is loopback."""
    return f"127.77.{number // 250}.{number % 250 + 1}"


class Hosts:
    """Starts the daemons; `close` ends every process of them and removes their files."""

    def __init__(self, count):
        # Not below TMPDIR: the path of a control socket has at most 107 bytes.
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="upgrader-bench-", dir="/tmp"))
        self.target = self.directory / "target"
        self.group = Group("hosts")
        self.daemons = []
        try:
            self._prepare(count)
            for number in range(count):
                self._start(number)
            for number in range(count):
                self._await(number)
        except BaseException:
            self.close()
            raise

    def list(self, count):
        """A file with the addresses of the first `count` hosts."""
        path = self.directory / f"hosts-{count}"
        path.write_text("".join(address(number) + "\n" for number in range(count)))
        return str(path)

    def commands_run(self):
        """How many commands the hosts have run so far, by their own logs."""
        logs = (self.directory / "logs").iterdir()
        return sum(log.read_text(errors="replace").count("Starting session: command") for log in logs)

    def copies(self, count):
        """What the first `count` hosts have in their target directories: the path as the harness sees it."""
        return [pathlib.Path(f"/proc/{daemon.pid}/root{self.target}/package") for daemon in self.daemons[:count]]

    def forget_copies(self):
        """Empties the target directories, where there is anything."""
        for daemon in self.daemons:
            for left in pathlib.Path(f"/proc/{daemon.pid}/root{self.target}").iterdir():
                left.unlink()

    def close(self):
        self.group.end()
        for daemon in self.daemons:
            daemon.wait()
        shutil.rmtree(self.directory)

    def _prepare(self, count):
        for name in ("keys", "config", "logs", "target", "cm"):
            (self.directory / name).mkdir()
        # sshd's privilege separation directory, which its service would make.
        pathlib.Path("/run/sshd").mkdir(exist_ok=True)
        self._key("id")
        known = []
        for number in range(count):
            self._key(f"keys/{number}")
            public = (self.directory / f"keys/{number}.pub").read_text().split()[:2]
            known.append(f"[{address(number)}]:{PORT} {' '.join(public)}\n")
        (self.directory / "known_hosts").write_text("".join(known))

    def _key(self, name):
        command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "bench", "-f", str(self.directory / name)]
        subprocess.run(command, check=True)

    def _start(self, number):
        config = self.directory / f"config/{number}"
        config.write_text(
            f"Port {PORT}\nListenAddress {address(number)}\nHostKey {self.directory}/keys/{number}\n"
            f"AuthorizedKeysFile {self.directory}/id.pub\nPidFile none\nStrictModes no\nUsePAM no\nUseDNS no\n"
            "PasswordAuthentication no\nKbdInteractiveAuthentication no\nPermitRootLogin prohibit-password\n"
            "MaxStartups 1000\nLogLevel VERBOSE\nSubsystem sftp /usr/lib/openssh/sftp-server\n"
            # Debian's bash reads ~/.bashrc for every command of a fresh login: what is in there is not measured.
            "SetEnv SHLVL=3\n"
        )
        script = f'mount -t tmpfs -o size=512m tmpfs "{self.target}" && exec {SSHD} -D -e -f "{config}"'
        with open(self.directory / f"logs/{number}", "ab") as log:
            daemon = subprocess.Popen(
                ["unshare", "-m", "--propagation", "private", "sh", "-c", script],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
                preexec_fn=self.group.enter,
            )
        self.daemons.append(daemon)

    def _await(self, number):
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            if self.daemons[number].poll() is not None:
                break
            with socket.socket() as probe:
                if probe.connect_ex((address(number), PORT)) == 0:
                    return
            time.sleep(0.02)
        log = (self.directory / f"logs/{number}").read_text(errors="replace")
        raise SystemExit(f"bench: no sshd on {address(number)} port {PORT}: {log.strip()}")


def require_root():
    if os.geteuid() != 0:
        raise SystemExit("bench: the hosts need root: each has a namespace with its own file system")
    if not os.path.exists(SSHD):
        raise SystemExit(f"bench: no {SSHD}; Scripts/setup --bench installs it")
