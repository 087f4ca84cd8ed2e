"""The way to upstream: to the named hosts and no others, a whole file or none, and never more than was asked for."""

import contextlib
import http.server
import os
import tempfile
import threading
import time
import unittest
from pathlib import Path
from unittest import mock

import scene  # noqa: F401  (where the program is)
from upstream import web
from upstream.refusal import UNREACHABLE, Refusal
from upstream.web import Web

URL = "https://upstream.example/file.tar.gz"
HERE = "/upstream.example/file.tar.gz"


class Server(http.server.BaseHTTPRequestHandler):
    """Answers a path with (status, headers, body); says its length only where the headers do."""

    def do_GET(self):
        # Not self.path, which has lost a second slash.
        self.server.asked.append(self.requestline.split()[1])
        status, headers, body = self.server.answers.get(self.path, (404, {}, b"none"))
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        with contextlib.suppress(OSError):
            self.wfile.write(body() if callable(body) else body)

    def log_message(self, *words):
        pass


class Downloading(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory(prefix="package-test-")
        self.addCleanup(scratch.cleanup)
        self.scratch = Path(scratch.name)
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Server)
        self.server.answers, self.server.asked = {}, []
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.addCleanup(self.server.server_close)
        self.addCleanup(self.server.shutdown)
        self.mirror = f"http://127.0.0.1:{self.server.server_port}"
        self.target = self.scratch / "file"

    def answer(self, body=b"data", status=200, path=HERE, **headers):
        self.server.answers[path] = (status, {name.replace("_", "-"): value for name, value in headers.items()}, body)

    def get(self, redirects=(), limit=web.LARGEST, url=URL, through=None):
        (through or Web("", self.mirror)).get(url, self.target, redirects, limit)
        self.assertEqual([path.name for path in self.scratch.iterdir()], ["file"])
        data = self.target.read_bytes()
        self.target.unlink()
        return data

    def refused(self, name, *words, code=10, **how):
        with self.assertRaises(Refusal) as caught:
            self.get(**how)
        self.assertEqual((caught.exception.name, caught.exception.code), (name, code), str(caught.exception))
        for word in words:
            self.assertIn(word, caught.exception.why)
        self.assertEqual(list(self.scratch.glob("file*")), [], "something is left")
        return caught.exception

    def test_a_mirror_is_read_with_host_and_path_with_or_without_a_slash_at_its_end(self):
        self.answer()
        self.assertEqual(self.get(), b"data")
        self.assertEqual(self.get(through=Web("", self.mirror + "/")), b"data")
        self.assertEqual(self.server.asked, [HERE, HERE])

    def test_only_200_is_an_answer(self):
        for status in (201, 203, 204, 206, 400, 404, 500, 503):
            self.answer(status=status)
            self.refused("http-status", str(status), f"at the mirror {self.mirror}")

    def test_each_kind_of_redirection_is_followed_to_a_named_host_and_its_own(self):
        for host in ("upstream.example", "other.example"):
            self.answer(host.encode(), path=f"/{host}/there")
            for status in (300, 301, 302, 303, 307, 308):
                self.answer(status=status, Location=f"https://{host}/there")
                self.assertEqual(self.get(["other.example"]), host.encode())
        # A mirror may say its own address in its answer.
        self.answer(status=302, Location=f"{self.mirror}/other.example/there")
        self.assertEqual(self.get(["other.example"]), b"other.example")
        for place in ("https://else.example/x", "http://other.example/there", "ftp://other.example/x", "file:///etc/passwd",
                      f"{self.mirror}/else.example/x", f"{self.mirror}x/other.example/there", "https://other.example.evil/there",
                      "https://other.example@else.example/there"):
            self.answer(status=302, Location=place)
            self.refused("redirected-elsewhere", "other.example, upstream.example", redirects=["other.example"])
        self.answer(status=304)
        self.refused("redirected-elsewhere")

    def test_five_redirections_are_followed_and_no_sixth(self):
        for number in range(6):
            self.answer(status=302, path=f"/upstream.example/{number}", Location=f"https://upstream.example/{number + 1}")
        self.answer(path="/upstream.example/6")
        self.assertEqual(self.get(url="https://upstream.example/1"), b"data")
        self.refused("redirected-elsewhere", "more than 5", url="https://upstream.example/0")
        self.answer(status=302, Location=URL)
        self.server.asked.clear()
        self.refused("redirected-elsewhere")
        self.assertEqual(len(self.server.asked), 6)

    def test_a_proxy_is_not_gone_around_whatever_the_environment_says(self):
        self.answer()
        with mock.patch.dict(os.environ, no_proxy="*", NO_PROXY="*"):
            self.refused("unreachable", "through http://127.0.0.1:1)", code=UNREACHABLE,
                         through=Web("http://127.0.0.1:1", self.mirror))
        self.assertEqual(self.server.asked, [])

    def test_an_address_is_taken_as_it_is(self):
        self.answer(status=302, Location="https://upstream.example/x[1-2]{a,b}")
        self.answer(path="/upstream.example/x[1-2]{a,b}")
        self.assertEqual(self.get(), b"data")

    def test_without_a_mirror_all_is_https(self):
        self.answer()
        # A proxy would be asked to fetch it: curl itself must not want to.
        self.refused("unreachable", "http", code=UNREACHABLE, url=f"{self.mirror}{HERE}", through=Web())
        self.assertEqual(self.server.asked, [])

    def test_the_curlrc_of_whoever_builds_counts_for_nothing(self):
        self.answer()
        (self.scratch / "home").mkdir()
        (self.scratch / "home/.curlrc").write_text('proxy = "http://127.0.0.1:1"\n')
        with mock.patch.dict(os.environ, CURL_HOME=str(self.scratch / "home"), HOME=str(self.scratch / "home")):
            Web("", self.mirror).get(URL, self.target)
        self.assertEqual(self.target.read_bytes(), b"data")

    def test_a_password_is_told_nobody(self):
        for through in (Web("http://me:secret@127.0.0.1:1", self.mirror), Web("", "http://me:secret@127.0.0.1:1")):
            error = self.refused("unreachable", "127.0.0.1:1)", code=UNREACHABLE, through=through)
            self.assertNotIn("secret", error.lines())

    def test_what_the_server_says_is_too_large_is_not_even_begun(self):
        self.answer(b"", Content_Length="1000")
        self.refused("too-large", "more than 999 bytes", limit=999)
        self.answer(b"x" * 1000, Content_Length="1000")
        self.assertEqual(len(self.get(limit=1000)), 1000)

    def test_what_has_no_length_and_does_not_end_is_cut_off_at_the_limit(self):
        self.answer(b"x" * 100_001)
        self.refused("too-large", limit=100_000)
        self.assertEqual(len(self.get(limit=100_001)), 100_001)
        # The largest of upstream's, below 500 MB, fits; what would fill a disk does not.
        self.assertTrue(1 << 29 < web.LARGEST < 1 << 33 and 1 << 20 < web.LARGEST_PAGE < 1 << 24)

    def test_a_file_that_ends_early(self):
        self.answer(b"x" * 10, Content_Length="20")
        self.refused("truncated-download")

    def test_where_nothing_can_be_written(self):
        self.answer()
        self.target = self.scratch / "no such directory/file"
        self.refused("cannot-write")

    def test_what_an_earlier_download_has_left_is_no_part_of_this_one(self):
        self.answer(b"", Content_Length="0")
        (self.scratch / "file.part").write_bytes(b"stale")
        with contextlib.suppress(Refusal):
            Web("", self.mirror).get(URL, self.target)
        self.assertFalse(any(path.read_bytes() for path in self.scratch.iterdir()))

    def test_a_server_that_stalls_is_given_up_and_so_is_one_that_does_not_connect(self):
        self.answer(lambda: time.sleep(6) or b"late")
        with mock.patch.object(web, "STALL_SECONDS", 1):
            began = time.monotonic()
            self.refused("unreachable", code=UNREACHABLE)
        self.assertLess(time.monotonic() - began, 5)
        # Takes connections into its backlog of one, and answers none of those after.
        with scene.socket.socket() as deaf, mock.patch.object(web, "CONNECT_SECONDS", 1):
            deaf.bind(("127.0.0.1", 0))
            deaf.listen(0)
            address = deaf.getsockname()
            with contextlib.ExitStack() as stack:
                for _ in range(4):
                    one = stack.enter_context(scene.socket.socket())
                    one.setblocking(False)
                    one.connect_ex(address)
                began = time.monotonic()
                self.refused("unreachable", code=UNREACHABLE, through=Web("", f"http://127.0.0.1:{address[1]}"))
        self.assertLess(time.monotonic() - began, 5)
        self.assertLess(max(web.STALL_SECONDS, web.CONNECT_SECONDS), 120)

    def test_a_page_in_place_of_a_file_whatever_it_says_of_itself(self):
        for body in (b"<!DOCTYPE html>", b"<html>", b"<HTML lang=en>", b"<?xml version='1.0'?>", b" \r\n\t<!doctype html>",
                     b"Error\n<html><body>no</body></html>"):
            self.answer(body, Content_Type="application/octet-stream")
            self.refused("page-instead-of-file", body.decode().strip().splitlines()[0])
        for kind in ("text/html", "TEXT/HTML", "text/html; charset=utf-8", "text/html ;charset=utf-8"):
            self.answer(b"\x1f\x8b", Content_Type=kind)
            self.refused("page-instead-of-file")
        for body in (b"\x1f\x8b\0\0<html>", b"a checksum  file.tar.gz\n", b"x" * 2000 + b"<html>", b"\x7fELF\0"):
            self.answer(body, Content_Type="text/plain")
            self.assertEqual(self.get(), body)


if __name__ == "__main__":
    unittest.main()
