"""The operator's side of SSH: one key, the machines' true host keys, and a strict configuration."""

import secrets

from .settings import LOGIN, STATE
from .shell import run, write

KEY = STATE / "id_ed25519"
KNOWN = STATE / "known_hosts"
# For upgrader: the login that has the rules of packaging/upgrader/sudoers and no others.
CONFIG = STATE / "ssh_config"
# For the lab's own scripts, which do as root what they like.
OWN_CONFIG = STATE / "ssh_config_lab"


def make_keys(hosts):
    """The operator's key and each machine's own; `reset` keeps them."""
    if not KEY.exists():
        run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "upgrader lab", "-f", KEY)
    for host in hosts:
        key = STATE / "hosts" / host.name / "ssh_host_ed25519_key"
        key.parent.mkdir(parents=True, exist_ok=True)
        if not key.exists():
            run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", host.fqdn, "-f", key)
        identity = key.with_name("machine-id")
        if not identity.exists():
            write(identity, secrets.token_hex(16) + "\n")


def write_client_files(hosts):
    known = []
    config = {LOGIN: [], "root": []}
    for host in hosts:
        public = (STATE / "hosts" / host.name / "ssh_host_ed25519_key.pub").read_text().split()
        known.append(f"{host.name},{host.address} {public[0]} {public[1]}")
        for login, blocks in config.items():
            blocks.append(f"Host {host.name}\n    HostName {host.address}\n    User {login}\n    Port 22\n"
                          f"    IdentityFile {KEY}\n    IdentitiesOnly yes\n    UserKnownHostsFile {KNOWN}\n"
                          "    StrictHostKeyChecking yes\n    BatchMode yes\n")
    write(KNOWN, "\n".join(known) + "\n", 0o600)
    write(CONFIG, "\n".join(config[LOGIN]), 0o600)
    write(OWN_CONFIG, "\n".join(config["root"]), 0o600)


def own_config():
    """That of the lab's scripts; machines that an older lab has begun know only the other login."""
    return OWN_CONFIG if OWN_CONFIG.exists() else CONFIG


def ssh(host_name, *command, check=True, stdin=None, timeout=120):
    return run("ssh", "-F", own_config(), "-o", "ConnectTimeout=5", host_name, *command, check=check, stdin=stdin,
               timeout=timeout)
