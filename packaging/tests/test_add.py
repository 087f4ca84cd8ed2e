"""New versions and keys: each with its source, verified by all that the ones before were, and nothing half."""

import base64
import hashlib
import json
import shutil

from scene import PACKAGING, Scene, program, tarball
from upstream import add, catalog


class Adding(Scene):
    def test_adding_a_version_on_first_use_is_recorded_as_that(self):
        url = "https://get.helm.sh/helm-v2.17.0-linux-amd64.tar.gz"
        data = tarball({"linux-amd64/helm": program("helm v2.17.0")})
        self.put(url, data)
        self.put(f"{url}.sha256", hashlib.sha256(data).hexdigest().encode())
        self.tool("add", "helm", "2.17.0", code=64)
        text = self.tool("add", "helm", "2.17.0", "--trust-on-first-use", "--mirror", self.mirror, "--proxy", self.proxy)
        self.assertIn("TRUSTED ON FIRST USE", text)
        raw = json.loads((self.root / "data/helm/2.17.0.json").read_text())
        self.assertEqual(raw["files"][0]["pins"][0]["evidence"], "first-use")
        findings = self.fetch(catalog.load("helm", "2.17.0", self.root))
        self.assertIn(("pinned sha256", False), [(one.means, one.verified) for one in findings])

    def test_what_a_mirror_has_on_first_use_is_pinned_as_the_mirrors(self):
        self.put("https://get.helm.sh/helm-v2.17.0-linux-amd64.tar.gz", b"data")
        self.tool("add", "helm", "2.17.0", "--trust-on-first-use", "--mirror", self.mirror, "--proxy", self.proxy)
        [entry] = self.data("helm", "2.17.0")["files"]
        self.assertEqual((entry["size"], entry["pins"][0]["value"]), (4, hashlib.sha256(b"data").hexdigest()))
        self.assertIn(f"as {self.mirror} has it", entry["pins"][0]["source"])

    def test_first_use_follows_upstreams_redirections(self):
        for entry in json.loads((self.root / "helmfile/upstream.json").read_text())["files"]:
            self.answer(entry["url"].replace("{version}", "0.135.0"), 302, {"Location": "https://objects.githubusercontent.com/x"})
        self.put("https://objects.githubusercontent.com/x", b"binary")
        self.tool("add", "helmfile", "0.135.0", "--trust-on-first-use", "--mirror", self.mirror, "--proxy", self.proxy)
        self.assertEqual(self.data("helmfile", "0.135.0")["files"][0]["size"], 6)

    def test_a_template_that_would_make_no_data_file_makes_none(self):
        template = self.root / "helm/upstream.json"
        template.write_text(template.read_text().replace("https://get", "http://get"))
        text = self.tool("add", "helm", "2.17.0", "--sha256", "a" * 64, "--source", "a page", code=10)
        self.assertIn("no plain https address", text)
        self.assertEqual(list((self.root / "data").rglob("*.json")), [])

    def data(self, component, version):
        return json.loads((self.root / "data" / component / f"{version}.json").read_text())

    def test_a_new_version_is_verified_by_all_that_the_newest_one_was(self):
        signer = self.signer("helm")
        self.helm("2.9.1")
        release = self.helm("2.16.12", signer)
        raw = release.raw
        # A minor is told in the middle of other versions as well, which are not this one's.
        raw["files"][0]["advertised"].append({"url": "https://example.org/12.16/1.2.16/2.160/2.16.9/2.16/2.16.12.sums",
                                              "algorithm": "sha256", "form": "sums"})
        (self.root / "data/helm/2.16.12.json").write_text(json.dumps(raw))
        self.tool("add", "helm", "2.17.0", "--sha256", "a" * 64, "--source", "a page")
        [entry] = self.data("helm", "2.17.0")["files"]
        self.assertEqual(entry["signature"], {
            "url": "https://get.helm.sh/helm-v2.17.0-linux-amd64.tar.gz.asc", "fingerprint": signer.fingerprint,
            "keyring": "helm.gpg", "source": "as 2.16.12: the test"})
        self.assertEqual([item["url"] for item in entry["advertised"]], [
            "https://get.helm.sh/helm-v2.17.0-linux-amd64.tar.gz.sha256", "https://example.org/12.16/1.2.16/2.160/2.16.9/2.17/2.17.0.sums"])
        # The one after is no further away from its source.
        self.tool("add", "helm", "2.17.1", "--sha256", "a" * 64, "--source", "a page")
        self.assertEqual(self.data("helm", "2.17.1")["files"][0]["signature"]["source"], "as 2.16.12: the test")

    def test_adding_helm_to_the_data_that_there_is_asks_for_its_signature(self):
        shutil.copytree(PACKAGING / "data", self.root / "data", dirs_exist_ok=True)
        self.tool("add", "helm", "2.17.0", "--sha256", "a" * 64, "--source", "a page")
        signature = self.data("helm", "2.17.0")["files"][0]["signature"]
        self.assertEqual(signature["fingerprint"], "967F8AC5E2216F9F4FD270AD92AA783CBAAE8E3B")
        self.assertTrue(signature["url"].endswith("/v2.17.0/helm-v2.17.0-linux-amd64.tar.gz.asc"))

    def test_a_checksum_of_another_form_is_refused_with_the_right_one(self):
        name = "helm-v2.17.0-linux-amd64.tar.gz"
        for words, *wanted in (
            (["--sha256", "a" * 128], f"--sha512 {name}=", "128"),
            (["--sha512", "a" * 64], f"--sha256 {name}=", "64"),
            (["--sha256", "a" * 63], f"--sha256 {name}=VALUE", "63"),
            (["--sha256", "z" * 64], f"--sha256 {name}=VALUE", "hexadecimal"),
            (["--sha256", "="], f"--sha256 {name}=VALUE"),
            (["--sha256", "=" + "a" * 64], f"--sha256 {name}=VALUE"),
            (["--sha256", f"{name}="], f"--sha256 {name}=VALUE"),
            (["--sha256", "helm.tar.gz=" + "a" * 64], f"--sha256 {name}=VALUE", "no file helm.tar.gz"),
            (["--sha256", "a" * 64, "--sha256", f"{name}={'b' * 64}"], "twice"),
        ):
            text = self.tool("add", "helm", "2.17.0", *words, "--source", "a page", code=64)
            for word in ("refused, not-a-checksum", *wanted):
                self.assertIn(word, text, words)
        name = "calicoctl-linux-amd64"
        text = self.tool("add", "calico", "3.17.1", "--sha256", "a" * 64, "--source", "a page", code=64)
        self.assertIn("several files", text)
        self.assertIn(f"--sha256 {name}=VALUE", text)
        text = self.tool("add", "calico", "3.17.1", "--sha256", f"{name}={'a' * 64}", "--source", "a page", code=64)
        self.assertIn("no-checksum: calico-amd64", text)
        self.assertIn("no-source", self.tool("add", "helm", "2.17.0", "--sha256", "a" * 64, code=64))
        self.assertEqual(list((self.root / "data").rglob("*.json")), [])

    def test_checksums_are_taken_by_name_and_by_themselves_with_their_evidence(self):
        self.tool("add", "helm", "2.17.0", "--sha256", "A" * 64, "--sha512", f"helm-v2.17.0-linux-amd64.tar.gz={'b' * 128}",
                  "--source", "a page", "--third-party")
        self.assertEqual(self.data("helm", "2.17.0")["files"][0]["pins"], [
            {"algorithm": "sha256", "value": "a" * 64, "source": "a page", "evidence": "third-party"},
            {"algorithm": "sha512", "value": "b" * 128, "source": "a page", "evidence": "third-party"}])
        self.assertIn("known-already", self.tool("add", "helm", "2.17.0", "--sha256", "a" * 64, "--source", "a page", code=64))
        names = ("calicoctl-linux-amd64", "calico-amd64", "calico-ipam-amd64")
        words = [word for name, digit in zip(names, "123") for word in ("--sha256", f"{name}={digit * 64}")]
        self.tool("add", "calico", "3.17.1", *words, "--source", "a page")
        files = self.data("calico", "3.17.1")["files"]
        self.assertEqual([(one["name"], one["pins"][0]["value"], one["pins"][0]["evidence"]) for one in files],
                         [(name, digit * 64, "upstream") for name, digit in zip(names, "123")])

    def key(self, data):
        (self.scratch / "key").write_bytes(data)
        return self.scratch / "key"

    def test_a_key_is_added_by_its_fingerprint_only(self):
        signer = self.signer("helm")
        file = self.key(signer.armored())
        self.assertIn("another-key", self.tool("add-key", "helm.gpg", file, "--fingerprint", "A" * 40, code=10))
        self.assertFalse((self.keys / "helm.gpg").exists())
        spaced = " ".join(signer.fingerprint[at:at + 4] for at in range(0, 40, 4)).lower()
        for fingerprint in (signer.fingerprint, spaced):
            self.tool("add-key", "helm.gpg", file, "--fingerprint", fingerprint)
            self.assertEqual((self.keys / "helm.gpg").read_bytes(), signer.export())

    def test_a_key_comes_with_its_subkeys_and_without_others(self):
        signer, other = self.signer("helm"), self.signer("other")
        signer._gpg("--passphrase", "", "--quick-add-key", signer.fingerprint, "ed25519", "sign", "never")
        self.tool("add-key", "helm.gpg", self.key(signer.export()), "--fingerprint", signer.fingerprint)
        self.assertEqual((self.keys / "helm.gpg").read_bytes(), signer.export())
        for data in (signer.export() + other.export(), b"", b"no key"):
            self.assertIn("another-key", self.tool("add-key", "helm.gpg", self.key(data), "--fingerprint", signer.fingerprint,
                                                   code=10))

    def test_a_keyring_is_a_plain_name(self):
        signer = self.signer("helm")
        for name in ("../helm.gpg", "a/helm.gpg", "helm.asc", ".gpg", "Helm.gpg", "helm.gpg\n"):
            self.assertIn("not-a-keyring", self.tool("add-key", name, self.key(signer.export()), "--fingerprint",
                                                     signer.fingerprint, code=64))

    def test_armor_comes_off_whatever_the_length_and_the_headers(self):
        for size in range(30, 33):
            data = bytes(range(size))
            for headers in ("", "Comment: a key\nVersion: 1\n"):
                text = (f"words before\n-----BEGIN PGP PUBLIC KEY BLOCK-----\n{headers}\n{base64.encodebytes(data).decode()}"
                        "=abcd\n-----END PGP PUBLIC KEY BLOCK-----\nand after\n")
                self.assertEqual(add.dearmored(text.encode()), data)


if __name__ == "__main__":
    import unittest
    unittest.main()
