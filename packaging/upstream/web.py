"""Downloads with curl: through the proxy and no other way, to the named hosts and nowhere else."""

import re
import resource
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from .refusal import UNREACHABLE, Refusal

# dl.k8s.io has needed two; a chain is never long.
MOST_REDIRECTS = 5
# The largest server tarball of the path is below 500 MB; a proxy that hangs is given up, a slow one is not.
CONNECT_SECONDS, STALL_SECONDS = 30, 60
# What is larger is not what was asked for, and is not kept: a file, and a page or a signature.
LARGEST, LARGEST_PAGE = 2 << 30, 4 << 20


@dataclass(frozen=True)
class Web:
    """`proxy` is used for everything when it is given, else what the environment says.

    `mirror` replaces https://HOST/PATH by MIRROR/HOST/PATH, for redirections as well.
    """

    proxy: str = ""
    mirror: str = ""

    def get(self, url, target, redirects=(), limit=LARGEST):
        """Puts what `url` has into `target`, complete or not at all; redirections lead to `redirects` only."""
        partial = Path(f"{target}.part")
        try:
            refuse_page(url, partial, self._follow(url, partial, {urlsplit(url).hostname, *redirects}, limit))
            partial.replace(target)
        finally:
            partial.unlink(missing_ok=True)

    def _follow(self, url, partial, allowed, limit):
        """The kind of what has come in the end."""
        here = url
        for _ in range(MOST_REDIRECTS + 1):
            status, location, kind = self._once(url, here, partial, limit)
            if status == 200:
                return kind
            if not 300 <= status < 400:
                raise Refusal("http-status", url, f"the answer is {status}, where 200 is wanted{self._way()}",
                              "look at the address in a browser; the proxy may not allow it")
            here = self._place(url, location, allowed)
        raise Refusal("redirected-elsewhere", url, f"more than {MOST_REDIRECTS} redirections")

    def _once(self, url, here, partial, limit):
        # --disable, which reads no ~/.curlrc that could change any of these, counts only as the first word (curl(1)).
        words = ["curl", "--disable", "--silent", "--show-error", "--globoff", "--connect-timeout", str(CONNECT_SECONDS),
                 "--speed-limit", "1000", "--speed-time", str(STALL_SECONDS), "--max-redirs", "0", "--max-filesize", str(limit),
                 "--proto", "=http,https" if self.mirror else "=https", "--output", str(partial),
                 "--write-out", r"%{http_code}\n%{redirect_url}\n%{content_type}\n"]
        if self.proxy:
            words += ["--proxy", self.proxy, "--noproxy", ""]
        # curl knows the size of an answer only where the server says it.
        result = subprocess.run([*words, "--", self._address(here)], capture_output=True, text=True, check=False,
                                preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)))
        # > 63: Maximum file size exceeded. SIGXFSZ is the kernel's word for it.
        if result.returncode in (63, -signal.SIGXFSZ):
            raise Refusal("too-large", url, f"more than {limit} bytes came", "look at the address in a browser")
        # > 23: Write error. An error occurred when writing received data to a local file.
        if result.returncode == 23:
            raise Refusal("cannot-write", str(partial), result.stderr.strip(), "make room, then call this again")
        # > 18: Partial file. Only a part of the file was transferred. (curl(1))
        if result.returncode == 18:
            raise Refusal("truncated-download", url, result.stderr.strip(), "try again; ask who runs the proxy")
        if result.returncode != 0:
            raise Refusal("unreachable", url, f"{result.stderr.strip()}{self._way()}",
                          "check the proxy and the address", UNREACHABLE)
        status, location, kind = (result.stdout.split("\n") + ["", ""])[:3]
        return int(status), location, kind

    def _address(self, url):
        return self._base() + url.split("://", 1)[1] if self.mirror else url

    def _base(self):
        return self.mirror.rstrip("/") + "/"

    def _place(self, url, location, allowed):
        place = location
        if self.mirror and location.startswith(self._base()):
            place = "https://" + location[len(self._base()):]
        host, scheme = urlsplit(place).hostname, urlsplit(place).scheme
        if host not in allowed or scheme != "https":
            raise Refusal("redirected-elsewhere", url,
                          f"it leads to {location}, and only {', '.join(sorted(allowed))} by https may be followed",
                          "if upstream has moved, add the host to `redirects` of the data file, with its source")
        return place

    def origin(self):
        """The mirror that is read in place of upstream's own sites; nothing where there is none."""
        return without_password(self.mirror.rstrip("/"))

    def _way(self):
        ways = [("through", without_password(self.proxy)), ("at the mirror", self.origin())]
        return "".join(f" ({word} {place})" for word, place in ways if place)


def without_password(address):
    """It is nobody's who reads what is printed or packed."""
    return re.sub("//[^/@]*@", "//", address)


def refuse_page(url, path, kind):
    """A proxy's error page often comes with status 200."""
    with open(path, "rb") as stream:
        start = stream.read(1024).lstrip()
    lower = start.lower()
    is_page = lower.startswith((b"<!doctype", b"<?xml")) or (b"<html" in lower and b"\0" not in start)
    if is_page or kind.partition(";")[0].strip().lower() == "text/html":
        text = start[:120].decode("utf-8", "replace").replace("\n", " ")
        raise Refusal("page-instead-of-file", url, f"a web page came with status 200: {text}",
                      "the proxy answers for upstream: ask who runs it")
