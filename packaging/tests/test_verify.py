"""Each means of verification by itself: what it accepts, and the nearest thing that it does not."""

import hashlib
import subprocess
import tempfile
import unittest
from pathlib import Path
from unittest import mock

from scene import Signer
from upstream import catalog, verify
from upstream.refusal import Refusal

NAME = "kubernetes-server-linux-amd64.tar.gz"
URL = f"https://dl.k8s.io/v1.16.15/{NAME}"
DATA = b"upstream's bytes"
SUM, OTHER = hashlib.sha256(DATA).hexdigest(), hashlib.sha256(b"other").hexdigest()
LONG = hashlib.sha512(DATA).hexdigest()


def pin(value=SUM, algorithm="sha256"):
    return catalog.Pin(algorithm, value, "upstream", "the test")


def entry(size=None, pins=None, signature=None):
    return catalog.UpstreamFile(NAME, URL, (), size, tuple([pin()] if pins is None else pins), (),
                                signature or catalog.Signature(none="the test"))


class Verifying(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory(prefix="package-test-")
        self.addCleanup(scratch.cleanup)
        self.scratch = Path(scratch.name)
        self.file = self.scratch / "file"
        self.file.write_bytes(DATA)

    def refused(self, name, function, *words):
        with self.assertRaises(Refusal) as caught:
            function(*words)
        self.assertEqual(caught.exception.name, name, str(caught.exception))
        return caught.exception.lines()


class Sums(Verifying):
    def test_a_size_is_exact_or_unknown(self):
        for size in (None, len(DATA)):
            verify.size(entry(size), self.file)
        for size in (0, len(DATA) - 1, len(DATA) + 1):
            self.refused("wrong-size", verify.size, entry(size), self.file)

    def test_every_pin_counts(self):
        verify.pins(entry(pins=[pin(), pin(LONG, "sha512")]), self.file)
        for pins in ([pin(OTHER)], [pin(), pin("0" * 128, "sha512")], [pin(OTHER), pin(LONG, "sha512")]):
            self.refused("wrong-checksum", verify.pins, entry(pins=pins), self.file)

    def page(self, text, form, algorithm="sha256"):
        return verify.checksum_on(text, catalog.Advertised("https://page", algorithm, form), entry())

    def test_a_table_has_the_checksum_in_the_row_of_this_very_file(self):
        before = f"[{NAME}](https://dl.k8s.io/v1.16.14/{NAME}) | `{OTHER}`\n"
        row = f"[{NAME}]({URL}) | `{SUM.upper()}`\n"
        self.assertEqual(self.page(before + row, "table"), SUM)
        self.assertEqual(self.page(row + row, "table"), SUM)
        for text in (before, f"{NAME} | `{SUM}`\n", f"see {URL} {SUM}\n", row + f"[{NAME}]({URL}) | `{OTHER}`\n",
                     f"[{NAME}]({URL}) | `{LONG}`\n", f"[{NAME}]({URL}.asc) | `{SUM}`\n", ""):
            self.refused("checksum-not-advertised", self.page, text, "table")
        self.assertEqual(self.page(f"[{NAME}]({URL}) | `{LONG}` | `{SUM}`", "table", "sha512"), LONG)

    def test_a_checksum_file_has_it_beside_the_name_or_alone(self):
        for text in (f"{SUM}\n", f"{SUM}  {NAME}\n", f"{SUM} *{NAME}\n", f"{SUM}  ./out/{NAME}\n", f"{SUM.upper()}  {NAME}",
                     f"\n{OTHER}  other.tar.gz\n{SUM}  {NAME}\n"):
            self.assertEqual(self.page(text, "sums"), SUM, text)
        for text in ("", f"{SUM}  other.tar.gz\n", f"{SUM}  evil-{NAME}\n", f"{SUM}\n{OTHER}\n", f"checksum\n{SUM}\n",
                     f"{SUM}  {NAME}\n{OTHER}  {NAME}\n", f"{LONG}  {NAME}\n", f"{LONG}\n", f"{SUM[:-1]}\n",
                     f"{SUM}0  {NAME}\n", f"0{SUM}  {NAME}\n", f"{SUM}  {NAME}.asc\n"):
            self.refused("checksum-not-advertised", self.page, text, "sums")
        self.refused("unreadable-data", self.page, SUM, "xml")

    def test_upstreams_page_is_held_against_the_pin_of_its_kind_and_the_download(self):
        page = self.scratch / "page"
        item = catalog.Advertised("https://page", "sha256", "sums")

        def held(text, pins):
            page.write_text(text)
            verify.advertised(item, entry(pins=pins), self.file, page)

        held(SUM, [pin()])
        held(SUM, [pin(LONG, "sha512")])
        self.refused("checksum-file-disagrees", held, OTHER, [pin()])
        self.refused("checksum-file-disagrees", held, SUM, [pin(LONG, "sha512"), pin(OTHER)])
        # No pin of the page's own kind: the download still is not what the page says.
        self.refused("wrong-checksum", held, OTHER, [pin(LONG, "sha512")])
        self.refused("wrong-checksum", held, OTHER, [pin(OTHER)])


class Signatures(Verifying):
    def signer(self, name="helm", **how):
        made = Signer(self.scratch, name, **how)
        self.addCleanup(made.end)
        return made

    def verify(self, signer, proof=None, fingerprint=None):
        ring, asc = self.scratch / "ring.gpg", self.scratch / "file.asc"
        ring.write_bytes(signer.export())
        asc.write_bytes(proof or signer.sign(DATA))
        wanted = catalog.Signature("https://page", fingerprint or signer.fingerprint, "ring.gpg", "the test")
        verify.signature(entry(signature=wanted), self.file, asc, ring)

    def test_a_fingerprint_is_the_same_with_spaces_and_in_small_letters(self):
        signer = self.signer()
        text = " ".join(signer.fingerprint[at:at + 4] for at in range(0, 40, 4)).lower()
        self.verify(signer, fingerprint=text)
        self.refused("signature-by-another-key", self.verify, signer, None, "A" * 40)

    def test_a_signature_of_other_bytes(self):
        signer = self.signer()
        self.assertIn("is not of these bytes", self.refused("signature-invalid", self.verify, signer, signer.sign(b"other")))

    def test_a_subkey_signs_for_its_primary_key_which_is_the_one_that_is_pinned(self):
        signer = self.signer()
        signer._gpg("--passphrase", "", "--quick-add-key", signer.fingerprint, "ed25519", "sign", "never")
        self.verify(signer)
        listed = signer._gpg("--with-colons", "--list-keys").stdout.decode().splitlines()
        subkey = [line.split(":")[9] for line in listed if line.startswith("fpr")][1]
        self.refused("signature-by-another-key", self.verify, signer, None, subkey)

    def test_a_key_that_was_revoked(self):
        signer = self.signer()
        proof = signer.sign(DATA)
        revocation = (signer.home / f"openpgp-revocs.d/{signer.fingerprint}.rev").read_text()
        # gpg writes a colon before it, lest it be imported by mistake.
        signer._gpg("--import", data=revocation.replace(":-----BEGIN", "-----BEGIN").encode())
        self.refused("key-revoked", self.verify, signer, proof)

    def test_a_signature_that_has_expired(self):
        signer = self.signer(at="20200101T000000")
        proof = signer._gpg("--armor", "--default-sig-expire", "20200201T000000", "--detach-sign", "--output", "-",
                            data=DATA).stdout
        self.refused("signature-expired", self.verify, signer, proof)
        self.verify(signer)

    def test_what_gpgv_says_must_be_whole(self):
        fingerprint = "A" * 40
        good, valid = f"[GNUPG:] GOODSIG {fingerprint[:16]} helm\n", f"[GNUPG:] VALIDSIG {fingerprint} x {fingerprint}\n"
        ring = self.scratch / "ring.gpg"
        wanted = catalog.Signature("https://page", fingerprint, "ring.gpg", "the test")

        def said(text, code=0):
            answer = subprocess.CompletedProcess([], code, text, "gpgv's words")
            with mock.patch.object(subprocess, "run", return_value=answer):
                verify.signature(entry(signature=wanted), self.file, ring, ring)

        said(good + valid)
        for text, code in ((good + valid, 2), (good, 0), (valid, 0), ("", 0), ("GOODSIG x\nVALIDSIG x\n", 0), ("[GNUPG:] \n", 1)):
            self.assertIn("gpgv's words", self.refused("signature-invalid", said, text, code))
        for word, name in (("BADSIG A helm", "signature-invalid"), ("NO_PUBKEY A", "signature-by-another-key"),
                           ("ERRSIG A 1", "signature-by-another-key"), ("EXPSIG A helm", "signature-expired"),
                           ("EXPKEYSIG A helm", "key-expired"), ("REVKEYSIG A helm", "key-revoked")):
            # Beside a good one by the same key as well: all signatures of a file must be good.
            self.refused(name, said, f"{good}{valid}[GNUPG:] {word}\n")

    def test_a_keyring_that_is_not_there_is_said_with_its_key(self):
        wanted = catalog.Signature("https://page", "ABCD", "ring.gpg", "the test")
        self.assertEqual(verify.keyring(wanted, self.scratch),
                         (None, "packaging/keys/ring.gpg with key ABCD is not there"))
        for start in (b"\x98\x33", b"\xc6\x33", b"\0\0\0\x20\1\1\0\2KBXf"):
            (self.scratch / "ring.gpg").write_bytes(start)
            self.assertEqual(verify.keyring(wanted, self.scratch), (self.scratch / "ring.gpg", ""))


if __name__ == "__main__":
    unittest.main()
