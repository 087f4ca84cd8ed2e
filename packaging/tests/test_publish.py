"""The repository: never overwritten, what a rollback needs stays, and apt believes it."""

import itertools
import json
import os
import shutil
import unittest

from publishing import Publishing, indexes
from upstream import publish, transaction
from upstream.repository import Repository


class Published(Publishing):
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

    def test_a_repository_without_a_key_is_refused(self):
        path = self.base / "conf/distributions"
        path.write_text("Codename: upgrader\nArchitectures: amd64\nComponents: main\n")
        self.assertIn("unsigned-repository", self.publish("helm_2.16.12-1", code=10))

    def test_two_at_once_are_told_apart(self):
        self.publish("helm_2.16.12-1")
        with publish._alone(Repository(self.base)):
            self.assertIn("publishing-already", self.publish("helm3_3.4.1-1", code=10))

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
