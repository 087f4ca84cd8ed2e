"""The repository: all or nothing, never overwritten, what a rollback needs stays, and apt believes it."""

import itertools
import json
import os
import random
import shutil
import signal
import subprocess
import time
import unittest
from unittest import mock

from scene import PACKAGING, Scene, built
from upstream import publish, transaction, verify
from upstream.refusal import Refusal
from upstream.repository import Repository


def indexes(base):
    """Every file that apt reads, with its contents."""
    return {str(path.relative_to(base)): path.read_bytes() for path in (base / "dists").glob("**/*") if path.is_file()}


class Publishing(Scene):
    def setUp(self):
        super().setUp()
        self.built, out = built()
        # A copy, because tests change what was built.
        self.out = self.scratch / "out"
        shutil.copytree(out, self.out)
        self.base = self.repository()

    def publish(self, *names, code=0):
        return self.tool("publish", *[self.out / f"{name}.json" for name in names], "--repository", self.base, code=code)

    def offered(self):
        return {(one.component, one.package, one.version) for one in Repository(self.base).offered()}

    def assert_consistent(self):
        """Release has the checksums of the indexes, the indexes those of the pool, and the signature is good."""
        suite = self.base / "dists/upgrader"
        shown = subprocess.run(["gpgv", "--keyring", str(self.base / "archive.gpg"), "--output", "-",
                                str(suite / "InRelease")], capture_output=True, text=True, check=False)
        self.assertEqual(shown.returncode, 0, shown.stderr)
        listed = shown.stdout.split("SHA256:\n")[1].splitlines()
        for digest, _, name in (line.split() for line in listed if line.startswith(" ")):
            if (suite / name).exists():
                self.assertEqual(verify.digest(suite / name, "sha256"), digest, name)
        found = set()
        for packages in suite.glob("*/binary-amd64/Packages"):
            for entry in packages.read_text().split("\n\n"):
                fields = dict(line.split(": ", 1) for line in entry.splitlines() if ": " in line and line[0] != " ")
                if fields:
                    self.assertEqual(verify.digest(self.base / fields["Filename"], "sha256"), fields["SHA256"])
                    found.add((packages.parent.parent.name, fields["Package"], fields["Version"]))
        return found

    def test_each_minor_has_a_component_of_its_own(self):
        self.publish("kubernetes_1.15.12-1", "kubernetes_1.16.15-1")
        self.assertEqual({one for one in self.assert_consistent() if one[1] == "kubernetes-node"}, {
            ("kubernetes-1.15", "kubernetes-node", "1.15.12-1"), ("kubernetes-1.16", "kubernetes-node", "1.16.15-1")})

    def test_publishing_again_changes_nothing(self):
        self.publish("helm_2.16.12-1")
        before = indexes(self.base)
        self.assertIn("there already: helm_2.16.12-1_amd64.deb", self.publish("helm_2.16.12-1"))
        self.assertEqual(indexes(self.base), before)

    def test_a_newer_patch_keeps_the_one_before_in_a_component_of_its_own(self):
        self.publish("kubernetes_1.15.11-1")
        self.assertIn("kept:      kubernetes-node 1.15.11-1 in kubernetes-1.15.11-1", self.publish("kubernetes_1.15.12-1"))
        self.assertEqual({one for one in self.assert_consistent() if one[1] == "kubernetes-node"}, {
            ("kubernetes-1.15", "kubernetes-node", "1.15.12-1"), ("kubernetes-1.15.11-1", "kubernetes-node", "1.15.11-1")})

    def test_an_older_patch_that_comes_later_takes_no_newer_ones_place(self):
        self.publish("kubernetes_1.15.12-1")
        self.publish("kubernetes_1.15.11-1")
        self.assertEqual({one for one in self.assert_consistent() if one[1] == "kubernetes-node"}, {
            ("kubernetes-1.15", "kubernetes-node", "1.15.12-1"), ("kubernetes-1.15.11-1", "kubernetes-node", "1.15.11-1")})

    def record(self, name, file=None, **changes):
        """Changes a build's record; gives it the present checksum of its first package, or of another file in its place."""
        path = self.out / f"{name}.json"
        raw = json.loads(path.read_text()) | changes
        deb = raw["debs"][0]
        deb["file"] = file or deb["file"]
        deb["sha256"] = verify.digest(self.out / deb["file"], "sha256")
        path.write_text(json.dumps(raw))
        return deb["sha256"]

    def repack(self, name, old, new, target=None):
        self.packed_anew(self.out / name, old, new, self.out / (target or name))

    def test_each_patch_stays_offered_whatever_comes_after_it_and_in_whatever_order(self):
        versions = ["2.16.12-1", "2.16.13-1", "2.16.14-1"]
        for version in versions[1:]:
            self.another_patch(self.out / "helm_2.16.12-1.json", version)
        empty = self.scratch / "empty"
        shutil.copytree(self.base, empty)
        for order in itertools.permutations(versions):
            for at_once in (False, True):
                shutil.rmtree(self.base)
                shutil.copytree(empty, self.base)
                names = [f"helm_{version}" for version in order]
                for group in [names] if at_once else [[name] for name in names]:
                    self.publish(*group)
                self.assertEqual({(component, version) for component, _, version in self.assert_consistent()}, {
                    ("helm-2.16", "2.16.14-1"), ("helm-2.16.13-1", "2.16.13-1"), ("helm-2.16.12-1", "2.16.12-1")}, names)

    def test_a_published_version_is_never_overwritten(self):
        self.publish("helm_2.16.12-1")
        before = indexes(self.base)
        self.repack("helm_2.16.12-1_amd64.deb", "upgrader packaging", "somebody else")
        digest = self.record("helm_2.16.12-1")
        text = self.publish("helm_2.16.12-1", code=10)
        self.assertIn("published-with-other-contents", text)
        self.assertIn(digest, text)
        self.assertEqual(indexes(self.base), before)

    def altered(self, name):
        """Other bytes in a package that is published; what it was, and both sums."""
        [path] = (self.base / "pool").glob(f"**/{name}")
        data = path.read_bytes()
        path.write_bytes(data[:-2] + bytes(byte ^ 1 for byte in data[-2:]))
        return path, data, verify.digest(self.out / name, "sha256"), verify.digest(path, "sha256")

    def test_published_bytes_that_were_altered_since_are_signed_by_no_later_publish(self):
        self.another_patch(self.out / "helm_2.16.12-1.json", "2.16.13-1")
        self.publish("helm_2.16.12-1")
        before, offered = indexes(self.base), self.offered()
        path, data, published, found = self.altered("helm_2.16.12-1_amd64.deb")
        for name, bad in (("helm_2.16.13-1", found), ("helm_2.16.12-1", found), ("helm_2.16.12-1", "absent"), ("helm_2.16.13-1", "absent")):
            if bad == "absent":
                path.unlink(missing_ok=True)
            text = self.publish(name, code=10)
            for word in ("refused, changed-since-publish: helm 2.16.12-1", published, bad, str(path)):
                self.assertIn(word, text)
            self.assertEqual((indexes(self.base), self.offered()), (before, offered))
            self.assertFalse((self.base / transaction.KEPT).exists())
        path.write_bytes(data)
        self.publish("helm_2.16.13-1")
        self.assertEqual({one[2] for one in self.assert_consistent()}, {"2.16.12-1", "2.16.13-1"})

    def test_bytes_that_are_altered_while_it_publishes_are_taken_back(self):
        self.another_patch(self.out / "helm_2.16.12-1.json", "2.16.13-1")
        self.publish("helm_2.16.12-1")
        before, offered = indexes(self.base), Repository(self.base).offered()
        self.altered("helm_2.16.12-1_amd64.deb")
        with mock.patch.object(publish, "_refuse_changed"):
            self.refused("publish-failed", lambda: self.published("helm_2.16.13-1"), "helm 2.16.12-1")
        self.assertEqual((indexes(self.base), Repository(self.base).offered()), (before, offered))
        self.assertEqual([path.name for path in self.base.glob("upgrader-*")], [])

    def published(self, *names):
        publish.publish(Repository(self.base), [self.out / f"{name}.json" for name in names], self.said.append)

    def test_what_somebody_elses_export_has_shown_of_a_publish_that_fails_is_shown_no_more(self):
        self.publish("kubernetes_1.15.12-1")
        before = self.assert_consistent()
        include = publish._into

        def half(repository, component, deb):
            if "helm" in deb:
                subprocess.run(["reprepro", "--silent", "--basedir", self.base, "export", "upgrader"], check=True)
                self.assertNotEqual(self.assert_consistent(), before)
                raise Refusal("publish-failed", deb, "the test")
            include(repository, component, deb)

        with mock.patch.object(publish, "_into", half):
            self.refused("publish-failed", lambda: self.published("cni_0.8.7-1", "helm_2.16.12-1"), "the test")
        self.assertEqual(self.assert_consistent(), before)
        self.assertEqual(self.offered(), before)
        self.assertEqual([path for path in self.base.glob("**/*cni*")], [])
        self.publish("cni_0.8.7-1", "helm_2.16.12-1")
        self.assertIn("cni", {one[1] for one in self.assert_consistent()})

    def test_nothing_new_means_that_apt_is_shown_all_of_it(self):
        self.publish("helm_2.16.12-1")
        shutil.copytree(self.base / "dists", self.scratch / "dists")
        self.publish("cni_0.8.7-1")
        shutil.rmtree(self.base / "dists")
        shutil.copytree(self.scratch / "dists", self.base / "dists")
        self.assertIn("apt was shown something else", self.publish("cni_0.8.7-1"))
        self.assertEqual({one[1] for one in self.assert_consistent()}, {"helm", "cni"})
        # However the index is packed.
        path = self.base / "conf/distributions"
        text = path.read_text()
        for kinds in (".gz", ".xz", "."):
            path.write_text(f"{text}DebIndices: Packages Release {kinds}\n")
            shutil.rmtree(self.base / "dists")
            self.assertIn("apt was shown something else", self.publish("cni_0.8.7-1"))
            self.assertNotIn("apt was shown", self.publish("cni_0.8.7-1"))

    def test_somebody_elses_reprepro_that_passes_is_waited_for(self):
        self.publish("helm_2.16.12-1")
        lock = self.base / "db/lockfile"
        lock.touch()
        process = subprocess.Popen(["sh", "-c", 'sleep 1; rm "$0"', lock])
        self.addCleanup(process.wait)
        self.assertEqual(len(Repository(self.base).offered()), 1)

    def test_a_lock_that_somebody_makes_first_is_waited_for(self):
        base = Repository(self.base)
        lock = self.base / "lockfile"
        turns = iter([lock.touch, lambda: lock.unlink()])
        with mock.patch.object(transaction, "_refuse_use", lambda *_: next(turns)()):
            transaction._lock(base, lock)
        self.assertTrue(lock.exists())

    @unittest.skipUnless(os.geteuid() == 0, "only root has processes of two users")
    def test_the_lock_of_another_users_reprepro_stays(self):
        self.publish("helm_2.16.12-1")
        self.scratch.chmod(0o755)
        subprocess.run(["chown", "-R", "nobody", self.base], check=True)
        lock = self.base / "db/lockfile"
        lock.touch()
        shutil.copy("/bin/sleep", self.scratch / "reprepro")
        with open(self.base / "db/packages.db", "rb") as database:
            other = subprocess.Popen([self.scratch / "reprepro", "60"], stdin=database)
        self.addCleanup(other.wait)
        self.addCleanup(other.kill)
        for owner in ("root", "nobody"):
            shutil.chown(lock, owner)
            text = self.refused_as_nobody()
            self.assertIn("repository-in-use", text)
            self.assertIn(f"process {other.pid} reprepro of root", text)
            self.assertTrue(lock.exists())
        other.kill()
        other.wait()
        shutil.chown(lock, "root")
        self.assertIn("of root, whose lock it is", self.refused_as_nobody())
        self.assertTrue(lock.exists())
        shutil.chown(lock, "nobody")
        self.assertEqual(self.refused_as_nobody(), "")
        self.assertFalse(lock.exists())

    def refused_as_nobody(self):
        """What the repository's owner is told, who is not root, where somebody may be at work; nothing where nobody is."""
        reader, writer = os.pipe()
        child = os.fork()
        if child == 0:
            try:
                os.setgid(65534)
                os.setuid(65534)
                with mock.patch.object(transaction, "WAIT", 0.3):
                    transaction._refuse_use(Repository(self.base), self.base / "db/lockfile")
            except Refusal as refusal:
                os.write(writer, refusal.lines().encode())
            finally:
                os._exit(0)
        os.close(writer)
        os.waitpid(child, 0)
        with open(reader) as told:
            return told.read()

    def test_a_package_that_was_changed_after_its_build_is_not_published(self):
        with open(self.out / "helm_2.16.12-1_amd64.deb", "ab") as stream:
            stream.write(b"x")
        self.assertIn("changed-since-build", self.publish("helm3_3.4.1-1", "helm_2.16.12-1", code=10))
        self.assertFalse((self.base / "dists").exists())

    def test_a_package_that_is_not_what_its_record_says_is_refused(self):
        deb, before = "helm_2.16.12-1_amd64.deb", (self.out / "helm_2.16.12-1.json").read_text()
        original = (self.out / deb).read_bytes()

        def refused(*words):
            text = self.publish("helm_2.16.12-1", code=10)
            for word in ("refused, not-as-recorded", *words):
                self.assertIn(word, text)
            (self.out / "helm_2.16.12-1.json").write_text(before)
            (self.out / deb).write_bytes(original)

        for old, new in (("Package: helm", "Package: tiller"), ("Version: 2.16.12-1", "Version: 2.16.12-2"),
                         ("Architecture: amd64", "Architecture: all"), ("Package: helm\n", "Package: helm\nSource: helm3\n")):
            self.repack(deb, old, new)
            self.record("helm_2.16.12-1")
            refused(new.split(": ")[-1].strip(), deb)
        shutil.copy(self.out / "helm3_3.4.1-1_amd64.deb", self.out / deb)
        self.record("helm_2.16.12-1")
        refused("helm3")
        # Another component's package under its own name.
        self.record("helm_2.16.12-1", "helm3_3.4.1-1_amd64.deb")
        refused("helm3_3.4.1-1_amd64.deb")
        for name, value in (("archive_component", "helm-2.17"), ("archive_component", "kubernetes-1.16"), ("component", "helm3"),
                            ("version", "2.16.11"), ("package_version", "2.16.12-2")):
            self.record("helm_2.16.12-1", **{name: value})
            refused(value)
        # Upstream's component makes packages of its own names alone: not one that every system has, whatever its source.
        self.repack(deb, "Package: helm\n", "Package: libc6\nSource: helm\nEssential: yes\n", "libc6_2.16.12-1_amd64.deb")
        self.record("helm_2.16.12-1", "libc6_2.16.12-1_amd64.deb")
        refused("libc6", "helm has helm")
        (self.out / "below").mkdir()
        shutil.copy(self.out / deb, self.out / "below")
        self.record("helm_2.16.12-1", f"below/{deb}")
        refused(f"below/{deb}")
        self.assertFalse((self.base / "dists").exists())
        (self.out / deb).write_bytes(b"no package")
        self.record("helm_2.16.12-1")
        self.assertIn("damaged-package", self.publish("helm_2.16.12-1", code=10))

    def test_a_record_that_is_named_twice_is_published_once(self):
        shutil.copytree(self.out, self.out / "copy")
        self.publish("helm_2.16.12-1", "copy/helm_2.16.12-1")
        self.assertEqual(len(self.assert_consistent()), 1)

    def test_what_is_no_record_of_a_build_is_refused(self):
        path = self.out / "helm_2.16.12-1.json"
        for text in ("{", "[]", "{}", path.read_text().replace("package-build/1", "package-build/2"), '{"debs": [{}]}',
                     path.read_text().replace('"2.16.12"', "3"), json.dumps(json.loads(path.read_text()) | {"debs": []})):
            path.write_text(text)
            self.assertIn("unreadable-record", self.publish("helm_2.16.12-1", code=64))
        path.unlink()
        self.assertIn("unreadable-record", self.publish("helm_2.16.12-1", code=64))

    def test_a_failure_half_way_publishes_none_and_leaves_none(self):
        self.publish("kubernetes_1.15.12-1")
        before, offered = indexes(self.base), self.offered()
        # The repository has no such architecture, and reprepro says so when it comes to it.
        self.repack("helm_2.16.12-1_amd64.deb", "Architecture: amd64", "Architecture: arm64", "helm_2.16.12-1_arm64.deb")
        self.record("helm_2.16.12-1", "helm_2.16.12-1_arm64.deb")
        text = self.publish("kubernetes_1.16.15-1", "helm_2.16.12-1", code=10)
        self.assertIn("publish-failed", text)
        self.assertIn("has the Architectures that it takes; then publish again", text)
        self.assertEqual((indexes(self.base), self.offered()), (before, offered))
        self.assertEqual([path for path in (self.base / "pool").glob("**/*1.16.15*")], [])
        self.publish("kubernetes_1.16.15-1")
        self.assert_consistent()

    def test_without_its_key_nothing_is_published(self):
        self.publish("kubernetes_1.15.12-1")
        before = indexes(self.base)
        path = self.base / "conf/distributions"
        text = path.read_text()
        path.write_text(text.replace(text.split("SignWith: ")[1].strip(), "A" * 40))
        there = set(self.base.glob("**/*"))
        text = self.publish("helm_2.16.12-1", code=10)
        self.assertIn("publish-failed", text)
        self.assertIn("gpg --list-secret-keys", text)
        self.assertEqual(indexes(self.base), before)
        self.assertEqual(set(self.base.glob("**/*")), there)

    def test_a_repository_without_a_key_is_refused(self):
        path = self.base / "conf/distributions"
        path.write_text("Codename: upgrader\nArchitectures: amd64\nComponents: main\n")
        self.assertIn("unsigned-repository", self.publish("helm_2.16.12-1", code=10))

    def test_two_at_once_are_told_apart(self):
        self.publish("helm_2.16.12-1")
        with publish._alone(Repository(self.base)):
            self.assertIn("publishing-already", self.publish("helm3_3.4.1-1", code=10))

    def test_killed_at_any_time_it_is_all_or_none_and_the_next_one_mends_it(self):
        self.publish("kubernetes_1.15.11-1")
        names = ["kubernetes_1.15.12-1", "kubernetes_1.16.15-1", "helm_2.16.12-1", "cni_0.8.7-1"]
        started = time.monotonic()
        shutil.copytree(self.base, self.scratch / "first")
        self.publish(*names)
        took, whole = time.monotonic() - started, self.offered()
        dice = random.Random(4)
        killed = 0
        for _ in range(8):
            shutil.rmtree(self.base)
            shutil.copytree(self.scratch / "first", self.base)
            process = subprocess.Popen([str(PACKAGING / "package"), "publish", "--repository", str(self.base),
                                        *[str(self.out / f"{name}.json") for name in names]],
                                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
            time.sleep(dice.uniform(0.1, took))
            os.killpg(process.pid, signal.SIGKILL)
            killed += process.wait() != 0
            self.publish(*names)
            self.assertEqual(self.offered(), whole)
            self.assertEqual(self.assert_consistent(), whole)
        self.assertGreater(killed, 3)

    def killed(self, where, *names):
        """Publishes in a process that ends as by kill -9 where it comes to a function of the transaction."""
        child = os.fork()
        if child == 0:
            with mock.patch.object(transaction, where, lambda *_: os._exit(9)):
                publish.publish(Repository(self.base), [self.out / f"{name}.json" for name in names], lambda _: None)
            os._exit(0)
        self.assertEqual(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), 9)

    def test_a_publish_killed_at_its_end_loses_nothing_that_was_published_before_or_by_others_since(self):
        self.publish("kubernetes_1.15.12-1")
        before, offered = indexes(self.base), self.offered()
        self.killed("_drop", "helm_2.16.12-1")
        # apt has the new index; the one who published was not told. The next one takes it back, or goes on with it.
        self.assertIn("taken back", self.publish("helm3_3.4.1-1"))
        self.assertTrue(offered < self.offered())
        self.assert_consistent()
        self.publish("helm_2.16.12-1")
        self.assertIn("helm", {one[1] for one in self.assert_consistent()})
        self.assertEqual(sorted(path.name for path in self.base.glob("upgrader-*")), [])
        self.assertNotEqual(indexes(self.base), before)

    def test_what_is_left_of_a_publish_that_was_done_is_not_taken_for_one_to_take_back(self):
        self.publish("kubernetes_1.15.12-1")
        (self.base / transaction.DONE / "db").mkdir(parents=True)
        self.assertNotIn("taken back", self.publish("helm_2.16.12-1"))
        self.assertEqual({one[1] for one in self.assert_consistent()} & {"helm", "kubernetes-node"},
                         {"helm", "kubernetes-node"})

    def test_what_somebody_else_has_done_since_a_kill_is_not_taken_back(self):
        self.publish("kubernetes_1.15.12-1")
        self.killed("_drop", "helm_2.16.12-1")
        Repository(self.base).offer("main")
        Repository(self.base).run("-C", "main", "includedeb", "upgrader", str(self.out / "helm3_3.4.1-1_amd64.deb"))
        before, offered = indexes(self.base), self.offered()
        text = self.publish("kubernetes_1.16.15-1", code=10)
        self.assertIn("changed-meanwhile", text)
        self.assertIn("helm3 3.4.1-1 was added", text)
        self.assertEqual((indexes(self.base), self.offered()), (before, offered))
        shutil.rmtree(self.base / transaction.KEPT)
        self.publish("kubernetes_1.16.15-1")
        self.assert_consistent()

    def test_nothing_is_taken_back_under_a_reprepro_that_is_at_work(self):
        self.publish("kubernetes_1.15.12-1")
        self.killed("_drop", "helm_2.16.12-1")
        lock = self.base / "db/lockfile"
        lock.touch()
        with open(self.base / "db/packages.db", "rb"):
            self.assertIn("repository-in-use", self.publish("helm3_3.4.1-1", code=10))
        self.assertTrue(lock.exists())
        # Nobody has it: what a killed reprepro leaves.
        self.publish("helm3_3.4.1-1")
        self.assert_consistent()

    def test_the_lock_of_a_reprepro_that_was_killed_before_anything_was_begun_holds_nobody_up(self):
        self.publish("kubernetes_1.15.12-1")
        # Killed while it only listed: there is nothing to take back, and a lock.
        (self.base / "db/lockfile").touch()
        self.assertNotIn("taken back", self.publish("helm_2.16.12-1"))
        self.assert_consistent()

    def test_a_reprepro_that_is_about_to_end_is_waited_for(self):
        self.publish("kubernetes_1.15.12-1")
        (self.base / "db/lockfile").touch()
        with open(self.base / "db/packages.db", "rb") as database:
            process = subprocess.Popen(["sleep", "1"], stdin=database)
        self.addCleanup(process.wait)
        self.publish("helm_2.16.12-1")
        self.assertIsNotNone(process.poll())
        self.assert_consistent()

    def test_other_distributions_of_the_repository_stay_as_they_are(self):
        path = self.base / "conf/distributions"
        other = "Codename: buster\nArchitectures: amd64\nComponents: main thirdparty/k8s\n\n"
        path.write_text(other + path.read_text())
        self.publish("helm_2.16.12-1")
        self.assertTrue(path.read_text().startswith(other))
        self.assertNotIn("thirdparty", path.read_text()[len(other):])

    def test_whoever_serves_the_repository_can_read_it_whatever_the_umask(self):
        umask = os.umask(0o077)
        try:
            self.publish("helm_2.16.12-1")
        finally:
            os.umask(umask)
        for path in [*self.base.glob("dists/**/*"), *self.base.glob("pool/**/*")]:
            self.assertTrue(path.stat().st_mode & 0o004, path)

    def test_the_list_tells_what_is_data_built_published_and_installed(self):
        self.publish("kubernetes_1.15.12-1")
        installed = self.scratch / "installed"
        installed.write_text("w1 kubernetes-node 1.15.12-1\nw2 kubernetes-node 1.14.10-1\n")
        text = self.built.tool("list", "--built", self.out, "--repository", self.base, "--installed", installed)
        rows = {tuple(line.split()[:2]): line.split()[2:] for line in text.splitlines()[1:]}
        self.assertEqual(rows["kubernetes", "1.15.12-1"], ["upstream", "yes", "yes", "w1"])
        self.assertEqual(rows["kubernetes", "1.16.15-1"], ["upstream", "yes", "-", "-"])

    def test_the_list_has_what_there_is_no_data_of(self):
        self.publish("kubernetes_1.15.12-1", "helm_2.16.12-1")
        (self.built.root / "data/kubernetes/1.15.12.json").rename(self.scratch / "kept.json")
        self.addCleanup(shutil.move, self.scratch / "kept.json", self.built.root / "data/kubernetes/1.15.12.json")
        Repository(self.base).run("-C", "main", "includedeb", "upgrader", self.foreign())
        installed = self.scratch / "installed"
        installed.write_text("w1 kubernetes-node 1.15.12-1\nw2 kubernetes-node 1.9.10-1\nw2 helm 2.16.12-1\nw3 kubernetes-node 1.9.10-1\n")
        words = ["list", "--built", self.out, "--repository", self.base, "--installed", installed]
        lines = [line.split() for line in self.built.tool(*words).splitlines()[1:]]
        rows = {tuple(line[:2]): line[2:] for line in lines}
        self.assertEqual(rows["kubernetes", "1.15.12-1"], ["no-data", "yes", "yes", "w1"])
        self.assertEqual(rows["kubernetes", "1.9.10-1"], ["no-data", "-", "-", "w2", "w3"])
        self.assertEqual(rows["stranger", "1:2~rc1-3"], ["no-data", "-", "yes", "-"])
        self.assertEqual(rows["helm", "2.16.12-1"], ["upstream", "yes", "yes", "w2"])
        self.assertEqual(len(rows), len(lines))
        self.assertEqual([line[1] for line in lines if line[0] == "kubernetes"],
                         ["1.9.10-1", "1.15.11-1", "1.15.12-1", "1.16.15-1"])
        rows = {tuple(line.split()[:2]): line.split()[2:] for line in self.built.tool("list").splitlines()[1:]}
        self.assertEqual(rows["helm", "2.16.12-1"], ["upstream", "?", "?", "?"])
        self.assertEqual({key for key in rows if key[0] == "kubernetes"},
                         {("kubernetes", "1.15.11-1"), ("kubernetes", "1.16.15-1")})
        # Half a release is not a published one.
        Repository(self.base).run("remove", "upgrader", "helm")
        found = json.loads(self.built.tool(*words, "--format", "json"))["packages"]
        [helm] = [row for row in found if row["component"] == "helm"]
        self.assertEqual(helm, {"component": "helm", "version": "2.16.12-1", "data-rests-on": "upstream", "built": True,
                                "published": False, "installed-on": ["w2"]})

    def test_the_list_of_what_is_built_passes_over_files_of_others_and_names_a_record_that_is_none(self):
        for text in ("{}", "[]", "3", '{"schema": "x"}'):
            (self.out / "x_y.json").write_text(text)
            self.assertIn("helm ", self.built.tool("list", "--built", self.out))
        for text in ("{", json.dumps({"schema": publish.RECORD})):
            (self.out / "x_y.json").write_text(text)
            text = self.built.tool("list", "--built", self.out, code=64)
            self.assertIn(f"refused, unreadable-record: {self.out / 'x_y.json'}", text)

    def foreign(self):
        """A package that somebody has put into the repository by hand."""
        self.repack("helm_2.16.12-1_amd64.deb", "Package: helm\nVersion: 2.16.12-1", "Package: stranger\nVersion: 1:2~rc1-3",
                    "stranger.deb")
        return str(self.out / "stranger.deb")

    def test_a_package_is_held_against_the_repository(self):
        deb = self.out / "helm_2.16.12-1_amd64.deb"
        self.assertIn("not-as-published", self.built.tool("verify", deb, "--repository", self.base, code=10))
        self.publish("helm_2.16.12-1")
        self.assertIn("the repository has the same contents", self.built.tool("verify", deb, "--repository", self.base))


if __name__ == "__main__":
    unittest.main()
