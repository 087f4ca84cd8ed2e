"""What the commands say to programs: one JSON document each, with a schema, also where they refuse."""

import json

from scene import Scene, built
from upstream import verify


class Documents(Scene):
    def test_from_a_new_version_to_a_published_package_each_command_has_its_document(self):
        self.helm("2.16.12")
        release = self.raw_of("helm", "2.16.12")
        (self.root / "data/helm/2.16.12.json").unlink()
        way = ["--mirror", self.mirror, "--proxy", self.proxy]
        value = release["files"][0]["pins"][0]["value"]
        added = self.document("add", "helm", "2.16.12", "--sha256", value, "--source", "a page")
        path = self.root / "data/helm/2.16.12.json"
        self.assertEqual(added, {"schema": "upgrader/package-add/1", "written": str(path),
                                 "release": self.raw_of("helm", "2.16.12")})
        fetched = self.document("fetch", "helm", "2.16.12", "--output", self.scratch / "fetched", *way)
        self.assertEqual(fetched["schema"], "upgrader/package-fetch/1")
        self.assertIn({"file": "helm-v2.16.12-linux-amd64.tar.gz", "means": "pinned sha256", "verified": True,
                       "text": f"{value}, from upstream's own document: a page"}, fetched["verification"])
        out, base = self.scratch / "out", self.repository()
        made = self.document("build", "helm", "2.16.12", "--output", out, *way)
        record = out / "helm_2.16.12-1.json"
        self.assertEqual(made, {**json.loads(record.read_text()), "record": str(record)})
        self.assertEqual(made["schema"], "upgrader/package-build/1")
        deb = {"file": "helm_2.16.12-1_amd64.deb", "sha256": verify.digest(out / "helm_2.16.12-1_amd64.deb", "sha256")}
        self.assertEqual(self.document("publish", record, "--repository", base), {
            "schema": "upgrader/package-publish/1", "published": [{**deb, "component": "helm-2.16"}], "already": []})
        self.assertEqual(self.document("publish", record, "--repository", base), {
            "schema": "upgrader/package-publish/1", "published": [], "already": [{**deb, "component": "helm-2.16"}]})
        package = {"schema": "upgrader/package-verify/1", "package": "helm", "version": "2.16.12-1", "architecture": "amd64",
                   "sha256": deb["sha256"], "data": "data/helm/2.16.12.json"}
        found = self.document("verify", out / deb["file"], "--repository", base)
        self.assertGreater(found.pop("files"), 3)
        self.assertEqual(found, {**package, "published": True})
        found = self.document("verify", out / deb["file"])
        del found["files"]
        self.assertEqual(found, {**package, "published": None})
        listed = self.document("list", "--built", out, "--repository", base)
        self.assertEqual(listed, {"schema": "upgrader/package-list/1", "packages": [
            {"component": "helm", "version": "2.16.12-1", "data-rests-on": "upstream", "built": True, "published": True,
             "installed-on": None}]})
        signer = self.signer("key")
        (self.scratch / "key.gpg").write_bytes(signer.export())
        self.assertEqual(
            self.document("add-key", "key.gpg", self.scratch / "key.gpg", "--fingerprint", signer.fingerprint),
            {"schema": "upgrader/package-add-key/1", "written": str(self.keys / "key.gpg"), "fingerprint": signer.fingerprint})

    def raw_of(self, component, version):
        return json.loads((self.root / "data" / component / f"{version}.json").read_text())

    def test_an_older_patch_is_told_with_the_component_that_it_is_in(self):
        _, out = built()
        base = self.repository()
        self.document("publish", out / "kubernetes_1.15.12-1.json", "--repository", base)
        found = self.document("publish", out / "kubernetes_1.15.11-1.json", "--repository", base)
        self.assertEqual({one["component"] for one in found["published"]}, {"kubernetes-1.15.11-1"})
        found = self.document("publish", out / "kubernetes_1.15.11-1.json", "--repository", base)
        self.assertEqual({one["component"] for one in found["already"]}, {"kubernetes-1.15.11-1"})

    def test_what_is_refused_is_a_document_as_well(self):
        self.helm()
        for words, name, code in (
            (["build", "helm", "9.9.9", "--output", self.scratch], "unknown-version", 10),
            (["fetch", "helm", "2.16.12", "--output", self.scratch, "--proxy", "http://127.0.0.1:1"], "unreachable", 15),
            (["publish", self.scratch / "none.json", "--repository", self.scratch], "unreadable-record", 64),
            (["verify", self.scratch / "none.deb"], "no-such-file", 64),
            (["add", "helm", "2.17.0"], "no-checksum", 64),
            (["add-key", "a.gpg", self.scratch / "none", "--fingerprint", "AA"], "cannot-be-done", 10),
            (["list", "--repository", self.scratch], "no-repository", 64),
            (["list", "--nonsense"], "wrong-command-line", 64),
            (["publish", self.scratch / "none.json"], "wrong-command-line", 64),
            (["command"], "wrong-command-line", 64),
        ):
            result = self.run_tool(*words, "--format", "json", code=code)
            found = json.loads(result.stdout)
            self.assertEqual(list(found), ["schema", "error"])
            self.assertEqual(found["schema"], f"upgrader/package-{words[0]}/1")
            self.assertEqual((found["error"]["name"], found["error"]["code"]), (name, code))
            lines = result.stderr
            for key, before in (("error", "error: "), ("why", "why:   "), ("next", "next:  ")):
                self.assertIn(f"{before}{found['error'][key]}\n", lines)
        found = self.document("add-key", "a.gpg", self.scratch / "none", "--fingerprint", "AA", code=10)
        self.assertEqual(found["error"]["error"], "refused, cannot-be-done: add-key")


if __name__ == "__main__":
    import unittest
    unittest.main()
