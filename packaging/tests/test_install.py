"""Install, upgrade, downgrade, remove and purge with apt, in roots of their own: no question, no restart, no orphans.

Needs root and overlayfs. The root is the lab's base image, made by debootstrap where it is not there yet.
"""

import os
import shlex
import shutil
import subprocess
import sys
import unittest

from scene import PACKAGING, Scene, built

sys.path.insert(0, str(PACKAGING.parent / "lab"))
from upglab import base  # noqa: E402

# What every package operation writes, and what belongs to the means of the test.
NOT_OURS = ("/var/lib/dpkg", "/var/lib/apt", "/var/cache", "/var/log", "/proc", "/archive", "/tmp", "/run", "/dev", "/sys",
            "/etc/apt/sources.list.d/archive.list", "/etc/passwd", "/etc/group", "/etc/shadow", "/etc/gshadow",
            "/etc/subuid", "/etc/subgid", "/etc/.pwd.lock")
PACKAGES = ("kubernetes-master", "kubernetes-node", "kubernetes-client", "helm", "helm3", "helmfile", "calicoctl",
            "calico-cni", "cni")


class Root:
    """A Debian of its own: the base image below, what the test changes above."""

    def __init__(self, scratch, image, archive):
        self.image, self.archive = image, archive
        self.upper, self.work, self.merged = (scratch / name for name in ("upper", "work", "merged"))
        for path in (self.upper, self.work, self.merged):
            path.mkdir()

    def run(self, *words, code=0):
        mounts = (f"mount -t overlay test -o lowerdir={self.image},upperdir={self.upper},workdir={self.work} {self.merged}"
                  f" && mkdir -p {self.merged}/archive && mount --bind {self.archive} {self.merged}/archive"
                  f" && mount -t proc proc {self.merged}/proc && exec chroot {self.merged} \"$@\"")
        environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8", "DEBIAN_FRONTEND": "noninteractive"}
        result = subprocess.run(["unshare", "--mount", "--pid", "--fork", "sh", "-c", mounts, "sh", *map(str, words)],
                                capture_output=True, text=True, env=environment, stdin=subprocess.DEVNULL, check=False)
        if result.returncode != code:
            raise AssertionError(f"{shlex.join(map(str, words))}: {result.returncode}\n{result.stdout}{result.stderr}")
        return result.stdout + result.stderr

    def apt(self, *words, code=0):
        return self.run("apt-get", "-y", "-q", "--no-install-recommends", *words, code=code)

    def users(self):
        return {line.split(":")[0] for name in ("passwd", "group")
                for line in self.run("cat", f"/etc/{name}").splitlines()}

    def files(self):
        pruned = [word for path in NOT_OURS for word in ("-path", path, "-prune", "-o")]
        return set(self.run("find", "/", "-xdev", *pruned, "-print").splitlines())

    def version(self, package):
        return self.run("dpkg-query", "-W", "-f", "${db:Status-Status} ${Version}", package)


@unittest.skipIf(os.geteuid() != 0, "only root can mount a root of its own")
class Installing(Scene):
    def setUp(self):
        super().setUp()
        _, out = built()
        archive = self.repository()
        self.tool("publish", *sorted(out.glob("*.json")), "--repository", archive)
        archive.chmod(0o755)
        self.base = Root(self.scratch, base.make(), archive)
        (self.base.upper / "etc/apt/sources.list.d").mkdir(parents=True)
        self.update()

    def update(self):
        """apt is told of every component that there is."""
        archive = self.base.archive
        components = " ".join(path.name for path in sorted((archive / "dists/upgrader").iterdir()) if path.is_dir())
        (self.base.upper / "etc/apt/sources.list.d/archive.list").write_text(
            f"deb [signed-by=/archive/archive.gpg] file:/archive upgrader {components}\n")
        self.base.apt("update")

    def test_each_package_comes_and_goes_without_a_trace(self):
        before, users = self.base.files(), self.base.users()
        self.base.apt("install", *PACKAGES)
        self.assertEqual(self.base.run("/usr/bin/kubelet").strip(), "kubelet v1.16.15")
        self.assertIn("kube", self.base.users())
        self.base.apt("purge", *PACKAGES)
        self.assertEqual(self.base.files() - before, set())
        # base-files makes /opt in its postinst, so that dpkg takes it for nobody's once it is empty.
        self.assertLessEqual(before - self.base.files(), {"/opt"})
        self.assertEqual(self.base.users(), users)

    def test_upgrade_and_downgrade_ask_nothing_and_keep_what_the_operator_wrote(self):
        self.base.apt("install", "kubernetes-master=1.15.12-1", "kubernetes-node=1.15.12-1", "kubernetes-client=1.15.12-1")
        for name in ("kubelet", "kube-apiserver"):
            self.base.run("sh", "-c", f"echo 'DAEMON_ARGS=\"--v=2\"' >/etc/default/{name}")
        names = ("kubernetes-master", "kubernetes-node", "kubernetes-client")
        self.base.apt("install", *[f"{name}=1.16.15-1" for name in names])
        self.assertEqual(self.base.run("/usr/bin/kube-apiserver").strip(), "kube-apiserver v1.16.15")
        self.base.apt("install", "--allow-downgrades", *[f"{name}=1.15.11-1" for name in names])
        self.assertEqual(self.base.version("kubernetes-node"), "installed 1.15.11-1")
        for name in ("kubelet", "kube-apiserver"):
            self.assertEqual(self.base.run("cat", f"/etc/default/{name}"), 'DAEMON_ARGS="--v=2"\n')
        self.assertEqual(self.base.run("sh", "-c", "find /etc -name '*.dpkg-*' ! -path '*/alternatives/*'").strip(), "")
        self.assertEqual(self.base.run("dpkg", "--audit"), "")

    def test_a_pinned_patch_is_installed_though_two_newer_ones_came_after_it(self):
        out = self.scratch / "out"
        shutil.copytree(built()[1], out)
        for version in ("1.15.13-1", "1.15.14-1"):
            record = self.another_patch(out / "kubernetes_1.15.12-1.json", version)
            self.tool("publish", record, "--repository", self.base.archive)
        # A host whose lists are from before both still finds what they name.
        self.base.apt("install", "kubernetes-node=1.15.12-1")
        self.base.apt("purge", "kubernetes-node")
        self.base.run("apt-get", "clean")
        self.update()
        pin = self.base.upper / "etc/apt/preferences.d/kubernetes"
        pin.parent.mkdir(parents=True, exist_ok=True)
        for version in ("1.15.14-1", "1.15.11-1", "1.15.12-1", "1.15.13-1"):
            pin.write_text(f"Package: kubernetes-*\nPin: version {version}\nPin-Priority: 1001\n")
            self.base.apt("install", "--allow-downgrades", "kubernetes-node")
            self.assertEqual(self.base.version("kubernetes-node"), f"installed {version}")

    def test_the_user_stays_until_the_last_package_that_needs_it_has_gone(self):
        for first, second in (("kubernetes-master", "kubernetes-node"), ("kubernetes-node", "kubernetes-master")):
            self.base.apt("install", first, second)
            self.base.apt("purge", first)
            self.assertIn("kube", self.base.users(), f"{first} took the user of {second}")
            # Removed and not purged: its files are there, and whoever gets the number next would read them.
            self.base.apt("remove", second)
            self.assertIn("kube", self.base.users())
            self.base.apt("purge", second)
            self.assertNotIn("kube", self.base.users())

    def test_a_user_who_owns_something_stays_and_that_is_said(self):
        self.base.apt("install", "kubernetes-master")
        self.base.run("sh", "-c", "mkdir -p /etc/kubernetes && touch /etc/kubernetes/token && chown kube /etc/kubernetes/token")
        self.assertIn("user kube stays, it owns /etc/kubernetes/token", self.base.apt("purge", "kubernetes-master"))
        self.assertIn("kube", self.base.users())

    def test_apt_refuses_the_repository_when_its_index_was_changed(self):
        index = next((self.base.archive / "dists/upgrader").glob("kubernetes-1.16/binary-amd64/Packages"))
        for path in index.parent.glob("Packages*"):
            path.unlink()
        index.write_text("Package: evil\n")
        self.base.run("sh", "-c", "rm -rf /var/lib/apt/lists/*")
        self.assertIn("Hash", self.base.apt("update", code=100))

    def test_nothing_is_started_or_restarted_but_what_was_removed_is_stopped(self):
        calls = "#!/bin/sh\necho \"$0 $*\" >>/tmp/calls\n"
        for name in ("systemctl", "deb-systemd-invoke"):
            path = self.base.upper / "usr/local/sbin" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(calls)
            path.chmod(0o755)
        (self.base.upper / "run/systemd/system").mkdir(parents=True)

        def called(*words):
            self.base.run("sh", "-c", ": >/tmp/calls")
            # apt gives dpkg a PATH of its own (apt.conf(5), DPkg::Path).
            self.base.apt("-o", "DPkg::Path=/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin", *words)
            lines = [line.split("/")[-1] for line in self.base.run("cat", "/tmp/calls").splitlines()]
            # deb-systemd-helper enables units where it installs them, and starts none.
            return [line for line in lines if " preset " not in line]

        self.assertEqual(called("install", "kubernetes-node=1.15.12-1"), ["systemctl --system daemon-reload"])
        self.assertEqual(called("install", "kubernetes-node=1.16.15-1"), ["systemctl --system daemon-reload"])
        self.base.run("sh", "-c", "mkdir -p /etc/kubernetes && touch /etc/kubernetes/restart-on-upgrade")
        self.assertEqual(called("install", "--allow-downgrades", "kubernetes-node=1.15.12-1"), [
            "systemctl --system daemon-reload", "deb-systemd-invoke try-restart kubelet.service kube-proxy.service"])
        self.assertIn("deb-systemd-invoke stop kubelet.service kube-proxy.service", called("remove", "kubernetes-node"))


if __name__ == "__main__":
    unittest.main()
