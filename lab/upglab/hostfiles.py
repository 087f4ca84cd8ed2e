"""What every machine gets before its first boot: name, address, keys, and its role's files."""

import shutil

from . import balancer, controlplane, etcd, hollow, worker
from .machine import root
from .settings import GATEWAY, LAB, LOGIN, STATE
from .shell import write

# With /sys writable and no udev, networkd leaves host0 alone, so a unit of the lab's own gives it its address.
NETWORK_UNIT = """[Unit]
Description=The lab's network
Before=network.target network-online.target ssh.service
Wants=network.target network-online.target

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/usr/local/sbin/lab-network

[Install]
WantedBy=multi-user.target
"""

ROLES = {"builder": lambda tree, host, hosts, user: [], "lb": balancer.furnish, "etcd": etcd.furnish, "cp": controlplane.furnish, "worker": worker.furnish,
         "hollow": hollow.furnish}


def user(tree, name):
    """(uid, gid) of a user inside the machine."""
    for line in (tree / "etc/passwd").read_text().splitlines():
        fields = line.split(":")
        if fields[0] == name:
            return int(fields[2]), int(fields[3])
    raise KeyError(name)


def enable(tree, *units):
    wants = tree / "etc/systemd/system/multi-user.target.wants"
    wants.mkdir(parents=True, exist_ok=True)
    for unit in units:
        found = "/etc/systemd/system" if (tree / "etc/systemd/system" / unit).exists() else "/lib/systemd/system"
        if not (wants / unit).is_symlink():
            (wants / unit).symlink_to(f"{found}/{unit}")


def furnish(host, hosts):
    tree = root(host)
    keys = STATE / "hosts" / host.name
    write(tree / "etc/hostname", host.name + "\n")
    write(tree / "etc/hosts", "127.0.0.1 localhost\n"
          + "".join(f"{other.address} {other.fqdn} {other.name}\n" for other in hosts))
    shutil.copy(keys / "machine-id", tree / "etc/machine-id")
    for name, mode in [("ssh_host_ed25519_key", 0o600), ("ssh_host_ed25519_key.pub", 0o644)]:
        write(tree / "etc/ssh" / name, (keys / name).read_text(), mode)
    owner = user(tree, LOGIN)
    ssh = tree / f"home/{LOGIN}/.ssh"
    write(ssh / "authorized_keys", (STATE / "id_ed25519.pub").read_text(), 0o600, owner)
    ssh.chmod(0o700)
    shutil.chown(ssh, *owner)
    # upgrader's login has the rules that an operator installs, and no others; the image's are put over here, at each start.
    write(tree / f"etc/sudoers.d/{LOGIN}", (LAB.parent / "packaging/upgrader/sudoers").read_text(), 0o440)
    # The lab's own scripts read and break what they like, as root. Of several files sshd takes the first word.
    write(tree / "etc/ssh/sshd_config.d/lab-root.conf", "PermitRootLogin prohibit-password\n")
    write(tree / "root/.ssh/authorized_keys", (STATE / "id_ed25519.pub").read_text(), 0o600)
    (tree / "root/.ssh").chmod(0o700)
    write(tree / "etc/systemd/system/lab-network.service", NETWORK_UNIT)
    write(tree / "usr/local/sbin/lab-network", network_script(host, hosts), 0o755)
    enable(tree, "lab-network.service")
    enable(tree, *ROLES[host.role](tree, host, hosts, lambda name: user(tree, name)))


def network_script(host, hosts):
    lines = ["#!/bin/sh", "set -e", f"ip address replace {host.address}/24 dev host0", "ip link set host0 up"]
    if host.role != "builder":
        # The builder has no way out but the proxy, which is on the bridge.
        lines.append(f"ip route replace default via {GATEWAY}")
    for other in hosts:
        if other.role == "worker" and other != host:
            lines.append(f"ip route replace {other.pod_cidr} via {other.address}")
    if host.role == "worker":
        lines.append("echo 1 >/proc/sys/net/ipv4/ip_forward")
    return "\n".join(lines) + "\n"
