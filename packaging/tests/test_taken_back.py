"""A publish that fails, is killed or is not alone: all or none, and what was begun is taken back."""

import os
import random
import shutil
import signal
import subprocess
import time
import unittest
from unittest import mock

from publishing import Publishing, indexes
from scene import PACKAGING
from upstream import lock, publish, repository, transaction
from upstream.refusal import Refusal
from upstream.repository import Repository


class TakenBack(Publishing):
    def test_bytes_that_are_altered_while_it_publishes_are_taken_back(self):
        self.another_patch(self.out / "helm_2.16.12-1.json", "2.16.13-1")
        self.publish("helm_2.16.12-1")
        before, offered = indexes(self.base), Repository(self.base).offered()
        self.altered("helm_2.16.12-1_amd64.deb")
        with mock.patch.object(publish, "_refuse_changed"):
            self.refused("publish-failed", lambda: self.published("helm_2.16.13-1"), "helm 2.16.12-1")
        self.assertEqual((indexes(self.base), Repository(self.base).offered()), (before, offered))
        self.assertEqual([path.name for path in self.base.glob("upgrader-*")], [])

    def test_what_somebody_elses_export_has_shown_of_a_publish_that_fails_is_shown_no_more(self):
        self.publish("kubernetes_1.15.12-1")
        before = self.assert_consistent()
        include = publish._into

        def half(where, component, deb):
            if "helm" in deb:
                subprocess.run(["reprepro", "--silent", "--basedir", self.base, "export", "upgrader"], check=True)
                self.assertNotEqual(self.assert_consistent(), before)
                raise Refusal("publish-failed", deb, "the test")
            include(where, component, deb)

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

    def test_what_was_shown_to_apt_is_told_as_published_whoever_comes_after(self):
        export = repository.Repository.export

        def last(where):
            export(where)
            (self.base / "db/lockfile").touch()

        with mock.patch.object(Repository, "export", last), mock.patch.object(repository, "WAITS", 0):
            self.published("helm_2.16.12-1")
        self.assertIn("published: helm_2.16.12-1_amd64.deb in helm-2.16", self.said)

    def test_somebody_elses_reprepro_that_passes_is_waited_for(self):
        self.publish("helm_2.16.12-1")
        lock = self.base / "db/lockfile"
        lock.touch()
        process = subprocess.Popen(["sh", "-c", 'sleep 1; rm "$0"', lock])
        self.addCleanup(process.wait)
        self.assertEqual(len(Repository(self.base).offered()), 1)

    def test_a_lock_that_somebody_makes_first_is_waited_for(self):
        file = self.base / "db/lockfile"
        file.parent.mkdir()
        turns = iter([file.touch, file.unlink])
        with mock.patch.object(lock, "refuse_use", lambda _: next(turns)()), lock.taken(Repository(self.base)):
            self.assertTrue(file.exists())
        self.assertFalse(file.exists())

    def test_nothing_is_taken_back_where_a_reprepro_comes_between_and_stays(self):
        self.publish("kubernetes_1.15.12-1")
        self.killed("_drop", "helm_2.16.12-1")
        offered = self.offered()
        (self.base / "db/lockfile").touch()
        with mock.patch.object(lock, "refuse_use"), mock.patch.object(repository, "WAITS", 0):
            self.refused("repository-in-use", lambda: self.published("cni_0.8.7-1"), "lock file")
        (self.base / "db/lockfile").unlink()
        self.assertEqual(self.offered(), offered)
        self.publish("cni_0.8.7-1")
        self.assert_consistent()

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
                with mock.patch.object(lock, "WAIT", 0.3):
                    lock.refuse_use(Repository(self.base))
            except Refusal as refusal:
                os.write(writer, refusal.lines().encode())
            finally:
                os._exit(0)
        os.close(writer)
        os.waitpid(child, 0)
        with open(reader) as told:
            return told.read()

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


if __name__ == "__main__":
    unittest.main()
