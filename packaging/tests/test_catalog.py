"""Data files: what is one, and that nothing else is read as one."""

import copy
import json
import tempfile
import unittest
from pathlib import Path

from scene import PACKAGING
from upstream import catalog
from upstream.refusal import Refusal

GOOD = {
    "schema": "upgrader/package/1", "component": "helm", "version": "2.16.12", "revision": 3, "as_of": "2026-11-24",
    "files": [{
        "name": "helm.tar.gz", "url": "https://get.helm.sh/a/helm.tar.gz", "size": 5, "redirects": ["example.org"],
        "pins": [{"algorithm": "sha256", "value": "a" * 64, "evidence": "upstream", "source": "a page"}],
        "advertised": [{"url": "https://get.helm.sh/sums", "algorithm": "sha256", "form": "sums", "redirects": ["example.net"]}],
        "signature": {"url": "https://get.helm.sh/asc", "fingerprint": "ABCD", "keyring": "helm.gpg", "source": "a page"},
    }],
}


class Catalog(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory(prefix="package-test-")
        self.addCleanup(scratch.cleanup)
        self.root = Path(scratch.name)
        (self.root / "helm").mkdir()
        (self.root / "helm/upstream.json").write_text("{}")
        (self.root / "data/helm").mkdir(parents=True)

    def load(self, raw, version="2.16.12"):
        text = raw if isinstance(raw, str) else json.dumps(raw)
        (self.root / f"data/helm/{version}.json").write_text(text)
        return catalog.load("helm", version, self.root)

    def refused(self, name, function, *words):
        with self.assertRaises(Refusal) as caught:
            function(*words)
        self.assertEqual(caught.exception.name, name)
        return caught.exception

    def test_a_data_file_is_read(self):
        release = self.load(GOOD)
        self.assertEqual((release.package_version, release.archive_component), ("2.16.12-3", "helm-2.16"))
        [file] = release.files
        self.assertEqual((file.size, file.redirects, file.advertised[0].redirects), (5, ("example.org",), ("example.net",)))
        self.assertEqual(file.signature.fingerprint, "ABCD")
        bare = copy.deepcopy(GOOD)
        bare["files"][0] |= {"size": None, "advertised": [], "signature": {"none": "nobody signs"}}
        del bare["files"][0]["redirects"]
        self.assertEqual(self.load(bare).files[0].signature.url, "")

    def test_whatever_is_not_a_data_file_is_refused_by_name(self):
        file, signature = GOOD["files"][0], GOOD["files"][0]["signature"]
        page = file["advertised"][0]

        def pins(**changes):
            return {"files": [file | {"pins": [file["pins"][0] | changes]}]}

        def files(**changes):
            return {"files": [file | changes]}

        for changes in (
            {"schema": "upgrader/package/2"}, {"component": "helm3"}, {"version": "2.16.11"}, {"revision": "x"}, {"files": []},
            {"as_of": "yesterday"}, {"as_of": "2026-11-24T10:00"}, {"as_of": 20261124}, {"files": None},
            files(pins=[]), pins(value="a" * 63), pins(value="a" * 65), pins(value="A" * 64), pins(value="g" * 64),
            pins(algorithm="sha512"), pins(algorithm="md5", value="a" * 32), pins(evidence="hearsay"), pins(source=""),
            pins(colour="red"), files(name="../helm"), files(name=".helm"), files(name=""), files(name="a b"), files(name="-x"),
            files(url="http://get.helm.sh/x"), files(url="https://me@get.helm.sh/x"), files(url="https://get.helm.sh/x?y"),
            files(url="https://get.helm.sh/x y"), files(url="file:///etc/passwd"),
            files(advertised=[page | {"url": "http://get.helm.sh/sums"}]),
            files(signature=signature | {"url": "http://get.helm.sh/asc"}),
            *(files(signature={key: value for key, value in signature.items() if key != missing})
              for missing in ("url", "fingerprint", "keyring")),
            files(signature={}),
        ):
            self.refused("unreadable-data", self.load, GOOD | changes)
        for key in GOOD:
            self.refused("unreadable-data", self.load, {name: value for name, value in GOOD.items() if name != key})
        for text in ("", "{", "[]", "3", '"text"', "\xff"):
            self.refused("unreadable-data", self.load, text)

    def test_a_version_is_two_to_four_short_numbers_and_a_component_is_one_that_there_is(self):
        for good in ("1.16", "1.16.15", "1.2.3.4", "0.0.0", "9999.1"):
            self.assertEqual(catalog.checked_version(good), good)
        for bad in ("", "1", "1.", ".1", "1.2.3.4.5", "12345.1", "1.12345", "v1.16", "1.16.15-1", "1.16.15\n", "1..2", "1/2", "../1.2"):
            self.refused("not-a-version", catalog.checked_version, bad)
        self.assertEqual(catalog.known_component("helm", self.root), "helm")
        for bad in ("kubernetes", "", "../helm", "data"):
            self.assertIn("there are helm", self.refused("unknown-component", catalog.known_component, bad, self.root).why)
        self.assertIn("kubernetes", catalog.components(PACKAGING))

    def test_versions_are_in_the_order_of_their_numbers_and_an_unknown_one_names_them(self):
        for version in ("2.9.1", "2.16.12", "2.10.0"):
            self.load(GOOD | {"version": version}, version)
        self.assertEqual(catalog.versions("helm", self.root), ["2.9.1", "2.10.0", "2.16.12"])
        refusal = self.refused("unknown-version", catalog.load, "helm", "2.17.0", self.root)
        self.assertIn("known are 2.9.1, 2.10.0, 2.16.12", refusal.why)
        self.assertTrue(refusal.next.startswith("upgrader package add helm 2.17.0 "))


if __name__ == "__main__":
    unittest.main()
