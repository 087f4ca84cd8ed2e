"""What must never become a package: each is refused by name, and nothing is left that could be used."""

import hashlib
import json
import shutil

from scene import PACKAGING, Scene, program, tarball
from upstream import build, catalog, fetch
from upstream.web import LARGEST_PAGE, Web


class Refusals(Scene):
    URL = "https://get.helm.sh/helm-v2.16.12-linux-amd64.tar.gz"

    def helm_refused(self, name, release, *words):
        refusal = self.refused(name, lambda: self.fetch(release), *words)
        self.assertFalse((self.scratch / "downloads" / release.files[0].name).exists(), "the refused file is in place")
        return refusal

    def test_a_whole_release_is_fetched_through_the_proxy_and_each_means_is_told(self):
        release = self.helm(signer=self.signer("helm"))
        findings = self.fetch(release)
        self.assertEqual([(one.means, one.verified) for one in findings], [
            ("upstream's own site", False), ("size", True), ("pinned sha256", True), ("sha256 on upstream's page", True),
            ("OpenPGP signature", True)])
        self.assertTrue(all("tinyproxy" in via for _, via in self.server.asked), self.server.asked)

    def test_what_a_mirror_has_given_is_recorded_as_the_mirrors_and_verified_all_the_same(self):
        release = self.helm()
        secret = self.mirror.replace("//", "//me:secret@")
        first = fetch.fetch(release, self.scratch / "downloads", Web(self.proxy, secret), (), self.keys, self.said.append)
        self.assertIn("UNVERIFIED:", "".join(line for line in self.said if "upstream's own site" in line))
        # What is there already was not fetched by this call, which has no mirror, and cannot reach the page either.
        web = Web("http://127.0.0.1:1", "")
        again = fetch.fetch(release, self.scratch / "downloads", web, ["checksum-file"], self.keys, self.said.append)
        for findings in (first, again):
            [told] = [one.text for one in findings if one.means == "upstream's own site"]
            self.assertEqual(told, f"{self.mirror} was read in place of {self.URL}")
        [page] = [one.text for one in first if one.means == "sha256 on upstream's page"]
        self.assertEqual(page, f"{self.URL}.sha256, as {self.mirror} has it")
        self.assertNotIn("secret", str([*first, *again, *self.said]))
        text = build.changelog(release, first)
        self.assertIn(f"{self.mirror} was read in place of", " ".join(text.split("NOT verified:")[1].split()))
        self.put(self.URL, b"x" * release.files[0].size)
        (self.scratch / "downloads" / release.files[0].name).unlink()
        self.helm_refused("wrong-checksum", release)

    def test_nobody_knows_where_a_file_is_from_that_was_put_there(self):
        release = self.helm()
        # Not of the download that failed before.
        self.answer(self.URL, 503)
        self.refused("http-status", lambda: self.fetch(release))
        shutil.copy(self.site / self.URL[8:], self.scratch / "downloads")
        self.assertIn(("upstream's own site", False, "the file was there already, and nobody has said from where"),
                      [(one.means, one.verified, one.text) for one in self.fetch(release)])

    def test_a_tampered_tarball(self):
        release = self.helm()
        data = bytearray((self.site / self.URL[8:]).read_bytes())
        data[-1] ^= 1
        self.put(self.URL, bytes(data))
        self.helm_refused("wrong-checksum", release, release.files[0].pins[0].value,
                          hashlib.sha256(data).hexdigest(), ".refused")

    def test_a_tampered_checksum_file(self):
        release = self.helm()
        self.put(f"{self.URL}.sha256", b"0" * 64 + b"\n")
        self.helm_refused("checksum-file-disagrees", release, "0" * 64, release.files[0].pins[0].value)

    def test_both_tampered_alike(self):
        release = self.helm()
        data = tarball({"linux-amd64/helm": program("another")})
        data += b"\0" * (release.files[0].size - len(data)) if len(data) < release.files[0].size else b""
        release.raw["files"][0]["size"] = len(data)
        release = catalog.parse(release.raw, "helm", "2.16.12")
        self.put(self.URL, data)
        self.put(f"{self.URL}.sha256", hashlib.sha256(data).hexdigest().encode())
        self.helm_refused("wrong-checksum", release)

    def test_a_signature_by_another_key(self):
        release = self.helm(signer=self.signer("helm"))
        other = self.signer("other")
        self.put(f"{self.URL}.asc", other.sign((self.site / self.URL[8:]).read_bytes()))
        self.helm_refused("signature-by-another-key", release, other.fingerprint[-16:])

    def test_a_key_in_the_keyring_that_is_not_the_pinned_one(self):
        release = self.helm(signer=self.signer("helm"))
        other = self.signer("other")
        (self.keys / "helm.gpg").write_bytes(other.export())
        self.put(f"{self.URL}.asc", other.sign((self.site / self.URL[8:]).read_bytes()))
        self.helm_refused("signature-by-another-key", release, other.fingerprint)

    def test_a_signature_of_other_bytes(self):
        signer = self.signer("helm")
        release = self.helm(signer=signer)
        self.put(f"{self.URL}.asc", signer.sign(b"other bytes"))
        self.helm_refused("signature-invalid", release)

    def test_a_key_that_has_expired(self):
        signer = self.signer("helm", expires="20200201T000000", at="20200101T000000")
        self.helm_refused("key-expired", self.helm(signer=signer), signer.fingerprint)

    def test_a_truncated_download(self):
        release = self.helm()
        data = (self.site / self.URL[8:]).read_bytes()
        self.answer(self.URL, body=data[:1000], length=len(data))
        self.helm_refused("truncated-download", release)

    def test_a_page_of_the_proxy_with_status_200(self):
        release = self.helm()
        self.answer(self.URL, headers={"Content-Type": "text/html"}, body=b"<html><body>Access denied</body></html>")
        self.helm_refused("page-instead-of-file", release, "Access denied")

    def proof_refused(self, name, release, *words):
        """A page or a key is at fault: the good download stays, and does not come twice."""
        path = f"/{self.URL[8:]}"
        self.server.asked.clear()
        for downloads in (1, 0):
            refusal = self.refused(name, lambda: self.fetch(release), *words)
            self.assertEqual([asked for asked, _ in self.server.asked].count(path), downloads, name)
            self.server.asked.clear()
        (self.scratch / "downloads" / release.files[0].name).unlink()
        self.assertEqual(list((self.scratch / "downloads").glob("*.refused")), [])
        return refusal

    def test_a_page_in_place_of_the_checksum_file_that_says_it_is_text(self):
        release = self.helm()
        self.answer(f"{self.URL}.sha256", headers={"Content-Type": "text/plain"}, body=b"\n<!DOCTYPE html><html></html>")
        self.proof_refused("page-instead-of-file", release)
        self.answer(f"{self.URL}.sha256", body=b"")
        self.proof_refused("checksum-not-advertised", release)

    def test_a_page_or_nothing_in_place_of_the_signature(self):
        release = self.helm(signer=self.signer("helm"))
        self.answer(f"{self.URL}.asc", body=b"<html>no</html>")
        self.proof_refused("page-instead-of-file", release)
        for body in (b"", b"no signature"):
            self.answer(f"{self.URL}.asc", body=body)
            self.proof_refused("signature-invalid", release, "is no signature")

    def test_a_keyring_that_is_none(self):
        signer = self.signer("helm")
        release = self.helm(signer=signer)
        ring = self.keys / "helm.gpg"
        good = ring.read_bytes()
        for data in (b"garbage", b"", signer.armored(), good[:60], good[:3], b"\x99garbage" * 20):
            ring.write_bytes(data)
            self.proof_refused("keyring-unusable", release, str(ring), "add-key helm.gpg")
        ring.unlink()
        ring.mkdir()
        self.proof_refused("keyring-unusable", release, "it is no file")
        ring.rmdir()
        self.proof_refused("key-missing", release, release.files[0].name)
        ring.write_bytes(good)
        self.fetch(release)

    def test_a_file_of_another_size(self):
        release = self.helm()
        with open(self.site / self.URL[8:], "ab") as stream:
            stream.write(b"more")
        self.helm_refused("wrong-size", release)

    def test_a_page_that_does_not_end(self):
        release = self.helm()
        self.answer(f"{self.URL}.sha256", body=b"0" * (LARGEST_PAGE + 1))
        self.proof_refused("too-large", release)

    def test_the_checksum_of_a_file_whose_name_only_ends_alike(self):
        release = self.helm()
        page = self.site / f"{self.URL[8:]}.sha256"
        value = page.read_text().split()[0]
        page.write_text(f"{value}  evil-{self.URL.rpartition('/')[2]}\n{value}  other.tar.gz\n")
        self.proof_refused("checksum-not-advertised", release)

    def test_a_command_line_that_is_wrong_has_the_programs_own_code(self):
        self.assertIn("usage:", self.tool("list", "--format", "yaml", code=64))
        self.assertIn("cannot-be-done", self.tool("add-key", "helm.gpg", self.scratch / "nope", "--fingerprint", "AA", code=10))

    def test_a_redirection_to_elsewhere(self):
        release = self.helm()
        self.answer(self.URL, 302, {"Location": "https://evil.example.org/helm.tar.gz"})
        self.helm_refused("redirected-elsewhere", release, "evil.example.org")

    def test_a_redirection_to_plain_http(self):
        release = self.helm()
        self.answer(self.URL, 302, {"Location": "http://objects.githubusercontent.com/helm.tar.gz"})
        self.helm_refused("redirected-elsewhere", release)

    def test_a_redirection_that_the_data_file_allows_is_followed(self):
        release = self.helm()
        self.put("https://objects.githubusercontent.com/x/helm.tar.gz", (self.site / self.URL[8:]).read_bytes())
        self.answer(self.URL, 302, {"Location": "https://objects.githubusercontent.com/x/helm.tar.gz"})
        self.fetch(release)
        self.assertIn("/objects.githubusercontent.com/x/helm.tar.gz", [path for path, _ in self.server.asked])

    def test_a_proxy_that_is_not_there_is_not_gone_around(self):
        self.helm()
        text = self.tool("fetch", "helm", "2.16.12", "--output", str(self.scratch / "out"), "--mirror", self.mirror,
                         "--proxy", "http://127.0.0.1:1", code=15)
        self.assertIn("refused, unreachable", text)
        self.assertEqual(self.server.asked, [])

    def test_a_missing_checksum_file_needs_a_yes_and_is_told(self):
        release = self.helm()
        (self.site / f"{self.URL}.sha256"[8:]).unlink()
        self.refused("http-status", lambda: self.fetch(release), "--unverified checksum-file")
        self.refused("http-status", lambda: self.fetch(release, ["signature"]))
        findings = self.fetch(release, ["checksum-file"])
        self.assertIn(("upstream's checksum file", False), [(one.means, one.verified) for one in findings])

    def test_a_signature_that_is_not_there_needs_a_yes_and_is_told(self):
        release = self.helm(signer=self.signer("helm"))
        (self.site / f"{self.URL}.asc"[8:]).unlink()
        self.refused("http-status", lambda: self.fetch(release), "--unverified signature")
        self.refused("http-status", lambda: self.fetch(release, ["checksum-file"]))
        findings = self.fetch(release, ["signature"])
        self.assertIn(("signature", False, f"{self.URL}.asc could not be had (http-status); accepted"),
                      [(one.means, one.verified, one.text) for one in findings])
        # One that is there and is not good is never gone on with.
        self.put(f"{self.URL}.asc", self.signer("other").sign(b"data"))
        self.refused("signature-by-another-key", lambda: self.fetch(release, ["signature", "checksum-file"]))
        self.answer(f"{self.URL}.asc", body=b"<html>no</html>")
        self.refused("page-instead-of-file", lambda: self.fetch(release, ["signature", "checksum-file"]))
        self.answer(f"{self.URL}.asc", body=b"no signature")
        self.refused("signature-invalid", lambda: self.fetch(release, ["signature", "checksum-file"]))

    def test_a_key_that_is_not_there_needs_a_yes_and_is_told(self):
        release = self.helm(signer=self.signer("helm"))
        (self.keys / "helm.gpg").unlink()
        self.refused("key-missing", lambda: self.fetch(release), "add-key helm.gpg", "--unverified signature")
        self.fetch(release, ["signature"])
        self.assertTrue([line for line in self.said if line.startswith("UNVERIFIED:") and "signature" in line])

    def test_a_version_without_data_names_the_command_that_adds_it(self):
        self.helm()
        text = self.tool("fetch", "helm", "2.17.0", "--output", str(self.scratch), code=10)
        self.assertIn("unknown-version: helm 2.17.0", text)
        self.assertIn("upgrader package add helm 2.17.0", text)

    def test_a_version_is_no_path(self):
        self.tool("fetch", "helm", "../../etc", "--output", str(self.scratch), code=64)

    def test_every_data_file_of_the_tree_can_be_read_and_is_cited(self):
        seen = 0
        for component in catalog.components(PACKAGING):
            for version in catalog.versions(component, PACKAGING):
                release = catalog.load(component, version, PACKAGING)
                seen += 1
                for entry in release.files:
                    self.assertTrue(all(len(pin.source) > 20 for pin in entry.pins))
        self.assertGreaterEqual(seen, 11)


if __name__ == "__main__":
    import unittest
    unittest.main()
