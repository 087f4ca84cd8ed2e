"""Archives: plain files below their directory, whole, and of the pinned bytes; everything else is refused."""

import gzip
import hashlib
import io
import json
import tarfile
import tempfile
import unittest
from pathlib import Path

import scene  # noqa: F401  (where the program is)
from upstream import unpack
from upstream.refusal import Refusal


def archive(*members, mode="w:gz"):
    """Of (name, data or a tarfile type) pairs."""
    sink = io.BytesIO()
    with tarfile.open(fileobj=sink, mode=mode) as made:
        for name, what in members:
            member = tarfile.TarInfo(name)
            if isinstance(what, bytes) and len(what) != 1:
                member.size = len(what)
                made.addfile(member, io.BytesIO(what))
            else:
                member.type, member.linkname = what, "a/file"
                made.addfile(member)
    return sink.getvalue()


WHOLE = archive(("./", tarfile.DIRTYPE), ("a", tarfile.DIRTYPE), ("a/file", b"text"), ("b/c/deep", b"deep"), ("./d", b""))


class Unpacking(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory(prefix="package-test-")
        self.addCleanup(scratch.cleanup)
        self.scratch = Path(scratch.name)
        self.downloads, self.into = self.scratch / "downloads", self.scratch / "into"
        self.downloads.mkdir()

    def unpack(self, data, **changes):
        (self.downloads / "file").write_bytes(data)
        file = {"name": "file", "url": "https://example.org/file", "size": len(data), "advertised": [],
                "signature": {"none": "the test"},
                "pins": [{"algorithm": "sha256", "value": hashlib.sha256(data).hexdigest(), "evidence": "upstream",
                          "source": "the test"}]}
        path = self.scratch / "data.json"
        path.write_text(json.dumps({"schema": "upgrader/package/1", "component": "helm", "version": "1.2", "revision": 1,
                                    "as_of": "2026-11-24", "files": [file | changes]}))
        unpack.unpack(path, self.downloads, self.into)
        return {str(path.relative_to(self.into)): path.read_bytes() for path in self.into.rglob("*") if path.is_file()}

    def refused(self, refusal, data, **changes):
        with self.assertRaises(Refusal) as caught:
            self.unpack(data, **changes)
        self.assertEqual(caught.exception.name, refusal)
        return caught.exception.why

    def test_an_archive_is_unpacked_and_a_bare_binary_is_taken_as_it_is(self):
        self.into.mkdir()
        (self.into / "of an earlier build").touch()
        self.assertEqual(self.unpack(WHOLE), {"a/file": b"text", "b/c/deep": b"deep", "d": b""})
        self.assertEqual(self.unpack(b"\x7fELF\0"), {"file": b"\x7fELF\0"})

    def test_only_plain_files_and_directories_below_it(self):
        for name in ("/etc/evil", "../evil", "a/../../evil"):
            self.assertIn(repr(name), self.refused("damaged-archive", archive((name, b"evil"))))
        for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE):
            self.refused("damaged-archive", archive(("a/file", b"text"), ("b", kind)))
        self.assertEqual([path.name for path in self.scratch.rglob("evil")], [])

    def test_an_archive_that_is_damaged_wherever_it_is(self):
        tar = bytearray(archive(*((f"file{number}", bytes(range(256)) * 64) for number in range(8)), mode="w"))
        packed = gzip.compress(bytes(tar), 1)
        # It ends early, its stream is broken, its own checksum is wrong, the header of its second file is, or it goes on.
        broken = bytearray(packed)
        broken[len(packed) // 2:len(packed) // 2 + 64] = b"\xff" * 64
        torn = bytearray(archive(("file", " ".join(map(str, range(100_000))).encode())))
        torn[len(torn) // 2:len(torn) // 2 + 64] = b"\xff" * 64
        cut = bytes(tar[:20000])
        tar[16896:16996] = b"x" * 100
        for number, data in enumerate((packed[:len(packed) // 2], packed[:-4], bytes(broken), bytes(torn), packed[:-8] + b"\0" * 8,
                                       gzip.compress(bytes(tar), 1), bytes(tar), WHOLE + b"something else",
                                       gzip.compress(cut, 1), cut)):
            with self.subTest(number):
                self.refused("damaged-archive", data)

    def test_nothing_but_the_pinned_bytes_is_unpacked(self):
        pin = {"algorithm": "sha256", "value": "0" * 64, "evidence": "upstream", "source": "the test"}
        self.refused("wrong-checksum", WHOLE, pins=[pin])
        self.refused("wrong-size", WHOLE, size=1)
        self.refused("not-fetched", WHOLE, name="another")
        self.assertFalse(self.into.exists())


if __name__ == "__main__":
    unittest.main()
