"""What a build gives: the same bytes anywhere and on any day, lintian's consent, and upstream's bytes as they were."""

import concurrent.futures
import json
import os
import shutil
import subprocess
import time
import unittest

from scene import DAEMONS, PACKAGING, Scene, built, program, tarball
from upstream import build, verify

PACKAGES = {"kubernetes-master", "kubernetes-node", "kubernetes-client", "calicoctl", "calico-cni", "cni", "helm", "helm3",
            "helmfile"}


def contents(deb, path):
    """The bytes of a file of a package."""
    archive = subprocess.run(["dpkg-deb", "--fsys-tarfile", str(deb)], capture_output=True, check=True).stdout
    return subprocess.run(["tar", "-xO", f"./{path}"], input=archive, capture_output=True, check=True).stdout


def field(deb, name):
    return subprocess.run(["dpkg-deb", "-f", str(deb), name], capture_output=True, text=True, check=True).stdout.strip()


def another_day(scratch):
    """Words before a command that give it another day, host name, time zone, language and umask.

    A build has an environment of its own, so that faketime(1) would not reach it: the loader's own file does, in an /etc
    that only this command sees.
    """
    for name in ("etc", "work"):
        (scratch / name).mkdir(parents=True)
    (scratch / "etc/ld.so.preload").write_text(f"/usr/lib/{os.uname().machine}-linux-gnu/faketime/libfaketime.so.1\n")
    (scratch / "etc/faketimerc").write_text("+400d\n")
    script = (f"mount -t overlay etc -o lowerdir=/etc,upperdir={scratch}/etc,workdir={scratch}/work /etc"
              ' && hostname elsewhere && umask 077 && exec "$@"')
    return ["unshare", "--mount", "--uts", "sh", "-c", script, "sh", "env", "TZ=Asia/Tokyo", "LC_ALL=C"]


class Builds(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.scene, cls.out = built()
        cls.debs = {deb.name.split("_")[0]: deb for deb in sorted(cls.out.glob("*.deb"))}

    def test_every_component_gives_its_packages_and_its_record_names_them(self):
        self.assertEqual(set(self.debs), PACKAGES)
        for record in self.out.glob("*.json"):
            for entry in json.loads(record.read_text())["debs"]:
                self.assertEqual(verify.digest(self.out / entry["file"], "sha256"), entry["sha256"])

    @unittest.skipIf(os.geteuid() != 0, "only root can have an /etc of its own, and with it another day")
    def test_a_build_elsewhere_on_another_day_by_another_user_is_the_same_to_the_byte(self):
        # An old checkout elsewhere: what is older than the data file must not show either.
        tree = self.scene.scratch / "old tree"
        shutil.copytree(PACKAGING, tree, ignore=shutil.ignore_patterns("tests"))
        # No part of a package; tells in the log what day it is where the package is made.
        with open(tree / "shared/upstream.mk", "a") as rules:
            rules.write("$(info debian/rules: $(shell date +%s) $(shell hostname) $(CURDIR))\n")
        for path in tree.rglob("*"):
            os.utime(path, (1_000_000_000, 1_000_000_000))
        now = time.time()

        def again(record):
            raw = json.loads(record.read_text())
            other = self.scene.scratch / "some where/else" / record.stem
            self.scene.tool("build", raw["component"], raw["version"], "--output", other, "--proxy", self.scene.proxy,
                            "--mirror", self.scene.mirror, tree=tree, before=another_day(self.scene.scratch / record.stem))
            lines = next(other.glob(".work/*/build.log")).read_text().splitlines()
            told = [line.split(" ", 3)[1:] for line in lines if line.startswith("debian/rules: ")]
            self.assertTrue(told)
            for day, host, directory in told:
                self.assertGreater(int(day), now + 399 * 86400)
                self.assertEqual(host, "elsewhere")
                self.assertTrue(directory.startswith(str(other)), directory)
            return {entry["file"]: (verify.digest(self.out / entry["file"], "sha256"),
                                    verify.digest(other / entry["file"], "sha256")) for entry in raw["debs"]}

        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            # One of each kind of rules: several packages, bare binaries, whatever the archive holds.
            records = [self.out / f"{name}.json" for name in ("kubernetes_1.16.15-1", "calico_3.17.1-1", "cni_0.8.7-1")]
            compared = [pair for found in pool.map(again, records) for pair in found.items()]
        self.assertEqual(len(compared), 6)
        for name, (first, second) in compared:
            self.assertEqual(first, second, name)

    def test_lintian_has_judged_every_build(self):
        said = [line for line in self.scene.said if line.startswith("lintian:    no errors")]
        self.assertEqual(len(said), len(list(self.out.glob("*.json"))))
        for log in self.scene.scratch.glob("work-*/lintian.log"):
            self.assertNotIn("\nE: ", "\n" + log.read_text())

    def test_upstreams_bytes_are_what_is_packed(self):
        for name in DAEMONS:
            package = next(package for package, names in {
                "kubernetes-master": DAEMONS[:3], "kubernetes-node": DAEMONS[3:5], "kubernetes-client": DAEMONS[5:],
            }.items() if name in names)
            deb = self.out / f"{package}_1.16.15-1_amd64.deb"
            self.assertEqual(contents(deb, f"usr/bin/{name}"), program(f"{name} v1.16.15"), name)

    def test_the_changelog_tells_what_was_verified_and_what_was_not(self):
        packed = contents(self.out / "kubernetes-node_1.16.15-1_amd64.deb",
                          "usr/share/doc/kubernetes-node/changelog.Debian.gz")
        text = " ".join(subprocess.run(["gzip", "-dc"], input=packed, capture_output=True, check=True).stdout.decode().split())
        verified, missing = text.split("* NOT verified:")
        self.assertIn("pinned sha512", verified)
        self.assertIn("sha512 on upstream's page", verified)
        self.assertIn("advertises no signature", missing)

    def test_the_real_dependencies_are_named(self):
        found = field(self.out / "kubernetes-node_1.16.15-1_amd64.deb", "Depends")
        for name in ("conntrack", "ethtool", "iproute2", "iptables", "mount", "socat"):
            self.assertIn(name, found)

    def test_each_daemon_has_a_unit_that_reads_its_conffile_and_nothing_else_is_a_conffile(self):
        for package, names in {"kubernetes-master": DAEMONS[:3], "kubernetes-node": DAEMONS[3:5]}.items():
            deb = self.out / f"{package}_1.16.15-1_amd64.deb"
            for name in names:
                self.assertIn(b"$DAEMON_ARGS", contents(deb, f"lib/systemd/system/{name}.service"))
                self.assertIn(f"EnvironmentFile=-/etc/default/{name}\n".encode(),
                              contents(deb, f"lib/systemd/system/{name}.service"))
            conffiles = subprocess.run(["dpkg-deb", "-I", str(deb), "conffiles"], capture_output=True, text=True,
                                       check=True).stdout.split()
            self.assertEqual(sorted(conffiles), sorted(f"/etc/default/{name}" for name in names))

    def test_conffiles_are_the_same_in_every_version(self):
        for package, name in (("kubernetes-master", "kube-apiserver"), ("kubernetes-node", "kubelet")):
            texts = {contents(deb, f"etc/default/{name}") for deb in self.out.glob(f"{package}_*.deb")}
            self.assertEqual(len(texts), 1)

    def test_a_package_is_verified_and_one_with_a_changed_file_is_not(self):
        deb = self.out / "helm_2.16.12-1_amd64.deb"
        text = self.scene.tool("verify", deb)
        self.assertIn("made from the files that data/helm/2.16.12.json pins", text)
        self.assertIn("UNVERIFIED: who made it", text)
        tree = self.scene.scratch / "tampered"
        subprocess.run(["dpkg-deb", "-R", str(deb), str(tree)], check=True)
        (tree / "usr/bin/helm").write_bytes(b"another")
        other = self.scene.scratch / "helm_2.16.12-1_amd64.deb"
        subprocess.run(["dpkg-deb", "-b", str(tree), str(other)], check=True, capture_output=True)
        self.assertIn("damaged-package", self.scene.tool("verify", other, code=10))
        # A file that no list of the package names would be run all the same.
        shutil.rmtree(tree)
        subprocess.run(["dpkg-deb", "-R", str(deb), str(tree)], check=True)
        (tree / "usr/bin/evil").write_bytes(b"evil")
        subprocess.run(["dpkg-deb", "-b", str(tree), str(other)], check=True, capture_output=True)
        self.assertIn("usr/bin/evil", self.scene.tool("verify", other, code=10))


class RefusedBuilds(Scene):
    def refused_build(self, name, *words):
        out = self.scratch / "out"
        text = self.tool("build", "helm", "2.16.12", "--output", out, "--proxy", self.proxy, "--mirror", self.mirror,
                         *words, code=10)
        self.assertTrue(any(line.startswith(f"error: refused, {name}: ") for line in text.splitlines()), text)
        self.assertEqual([path.name for path in out.glob("*") if path.name != ".work"], [])
        return text

    def test_a_refused_download_builds_nothing(self):
        release = self.helm()
        self.answer(release.files[0].url, headers={"Content-Type": "text/html"}, body=b"<html>no</html>")
        self.refused_build("page-instead-of-file")

    def test_an_archive_that_leads_out_of_its_directory_builds_nothing(self):
        self.release("helm", "2.16.12", [tarball({"linux-amd64/helm": program("helm"), "../../evil": b"evil"})])
        self.assertIn("../../evil", self.refused_build("build-failed"))

    def test_a_download_that_was_changed_after_its_verification_builds_nothing(self):
        release = self.helm()
        downloads = self.scratch / "downloads"
        self.fetch(release)
        (downloads / release.files[0].name).write_bytes(b"x" * release.files[0].size)
        data = self.root / "data/helm/2.16.12.json"
        text = self.tool("unpack", data, "--downloads", downloads, "--into", self.scratch / "tree", code=10)
        self.assertIn("wrong-checksum", text)
        self.assertFalse((self.scratch / "tree").exists())

    def test_a_refused_build_goes_on_once_the_cause_is_gone(self):
        release = self.helm()
        self.answer(release.files[0].url, 503, body=b"later")
        self.refused_build("http-status")
        self.server.answers.clear()
        self.tool("build", "helm", "2.16.12", "--output", self.scratch / "out", "--proxy", self.proxy, "--mirror",
                  self.mirror)
        self.assertTrue((self.scratch / "out/helm_2.16.12-1_amd64.deb").exists())

    @unittest.skipIf(os.geteuid() != 0, "only root can take the network away from a build")
    def test_the_build_itself_has_no_network(self):
        release = self.helm()
        work = self.scratch / "work"
        tree = build.source_tree(release, self.fetch(release), work / "helm")
        port = self.mirror.rsplit(":", 1)[1]
        reach = f"import socket; socket.create_connection(('127.0.0.1', {port}), 5)"
        subprocess.run(["python3", "-c", reach], check=True)
        (tree / "debian/rules").write_text(f'#!/usr/bin/make -f\n%:\n\tpython3 -c "{reach}"\n')
        (tree / "debian/rules").chmod(0o755)
        self.refused("build-failed", lambda: build._dpkg(tree, self.scratch / "downloads", release, work / "log"),
                     "Network is unreachable")


if __name__ == "__main__":
    unittest.main()
