"""The images under the machines, debootstrap'ed Debian 12 and made once: one for the builder, one for all others."""

import shutil

from .settings import CACHE, LOGIN, DEBIAN, SUITE
from .shell import run, say, write

IMAGE = CACHE / "base"
BUILDER = CACHE / "builder"
# Raised when this file changes what is in the image.
RECIPE = "2"

PACKAGES = """
systemd systemd-sysv dbus openssh-server sudo curl jq iproute2 iptables conntrack ethtool socat ca-certificates
etcd-server etcd-client haproxy containerd runc containernetworking-plugins procps less kmod iputils-ping ebtables
ipset netbase logrotate util-linux adduser openssl nano apt-utils
""".split()

# What `upgrader package build --on` needs on a host (packaging/README.md), and what makes the host one of the lab's.
# The last is of lintian: debootstrap does not look for who provides what is not a package.
BUILDER_PACKAGES = """
systemd systemd-sysv dbus openssh-server sudo iproute2 ca-certificates procps less util-linux
curl gpgv build-essential debhelper python3 lintian perl-openssl-defaults
""".split()

# Every role's software is in the base; a machine enables what its role needs.
OFF = ["etcd.service", "haproxy.service", "containerd.service", "systemd-networkd.service",
       "systemd-resolved.service", "systemd-timesyncd.service", "apt-daily.timer", "apt-daily-upgrade.timer",
       "e2scrub_all.timer", "e2scrub_reap.service", "fstrim.timer", "dpkg-db-backup.timer", "man-db.timer",
       "logrotate.timer"]
# These write to the one kernel that all machines share, or wait for devices that are not there.
MASKED = ["systemd-sysctl.service", "systemd-modules-load.service", "systemd-udevd.service",
          "systemd-udev-trigger.service", "systemd-udevd-control.socket", "systemd-udevd-kernel.socket",
          "systemd-binfmt.service", "proc-sys-fs-binfmt_misc.automount", "getty.target", "console-getty.service",
          "systemd-hwdb-update.service", "systemd-pstore.service", "systemd-random-seed.service", "ssh.socket"]


def make(image=IMAGE, packages=PACKAGES):
    """The image's directory, made if it is not there or is of another recipe."""
    stamp = image / ".lab-recipe"
    if stamp.exists() and stamp.read_text() == RECIPE:
        return image
    say(f"image {image.name}: debootstrap {SUITE} (a minute, once)")
    partial = image.with_name(f"{image.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    run("debootstrap", "--variant=minbase", f"--include={','.join(packages)}", SUITE, partial, DEBIAN,
        log=CACHE / f"log/{image.name}.log")
    furnish(partial)
    if image.exists():
        shutil.rmtree(image)
    partial.rename(image)
    return image


def builder():
    return make(BUILDER, BUILDER_PACKAGES)


def furnish(root):
    """What all machines share; keys and identities are each machine's own and are taken out."""
    for key in (root / "etc/ssh").glob("ssh_host_*"):
        key.unlink()
    (root / "etc/machine-id").write_text("")
    (root / "var/lib/dbus/machine-id").unlink(missing_ok=True)
    (root / "etc/resolv.conf").unlink(missing_ok=True)
    write(root / "etc/resolv.conf", "# No name server: names are in /etc/hosts.\n")
    run("systemctl", f"--root={root}", "disable", *OFF, check=False)
    run("systemctl", f"--root={root}", "mask", *MASKED)
    # Debian has a group of that name already.
    run("chroot", root, "useradd", "--create-home", "--gid", LOGIN, "--shell", "/bin/bash", LOGIN)
    write(root / f"etc/sudoers.d/{LOGIN}", f"{LOGIN} ALL=(ALL) NOPASSWD: ALL\n", 0o440)
    write(root / "etc/ssh/sshd_config.d/lab.conf",
          "PasswordAuthentication no\nKbdInteractiveAuthentication no\nPermitRootLogin no\nUseDNS no\n"
          "HostKey /etc/ssh/ssh_host_ed25519_key\n")
    write(root / "etc/systemd/journald.conf.d/lab.conf", "[Journal]\nSystemMaxUse=64M\nRateLimitIntervalSec=0\n")
    # Only the lab's repository, which needs no network beyond the bridge; the layers write its list.
    (root / "etc/apt/sources.list").write_text("")
    write(root / "etc/apt/apt.conf.d/90lab", 'Acquire::Languages "none";\nAPT::Periodic::Enable "0";\n'
          'Acquire::http::Proxy "DIRECT";\n')
    # Machines are thrown away, so dpkg need not wait for the disk.
    write(root / "etc/dpkg/dpkg.cfg.d/lab", "force-unsafe-io\n")
    for useless in ["var/cache/apt/archives", "var/lib/apt/lists"]:
        shutil.rmtree(root / useless, ignore_errors=True)
        (root / useless / "partial").mkdir(parents=True)
    (root / ".lab-recipe").write_text(RECIPE)
