"""A site with the layout of upstream's download sites, on loopback, behind a proxy; releases of small real programs."""

import atexit
import concurrent.futures
import contextlib
import functools
import hashlib
import http.server
import io
import json
import os
import shutil
import socket
import subprocess
import sys
import tarfile
import tempfile
import threading
import time
import unittest
from pathlib import Path

DAEMONS = ("kube-apiserver", "kube-controller-manager", "kube-scheduler", "kubelet", "kube-proxy", "kubectl")
PACKAGING = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(PACKAGING))
sys.dont_write_bytecode = True

from upstream import build, catalog, fetch  # noqa: E402
from upstream.refusal import Refusal  # noqa: E402
from upstream.web import Web  # noqa: E402


class Site(http.server.SimpleHTTPRequestHandler):
    """Serves files; `answers` of the server has what a path answers instead: (status, headers, body, length told)."""

    def do_GET(self):
        self.server.asked.append((self.path, self.headers.get("Via", "")))
        special = self.server.answers.get(self.path)
        if special is None:
            return super().do_GET()
        status, headers, body, length = special
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *words):
        pass


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@functools.cache
def program(name):
    """A real executable that says its name; built once."""
    scratch = Path(tempfile.mkdtemp(prefix="package-test-"))
    source = scratch / "main.c"
    source.write_text(f'#include <stdio.h>\nint main(void) {{ puts("{name}"); return 0; }}\n')
    subprocess.run(["cc", "-s", "-Wl,-z,relro,-z,now", "-o", str(scratch / "out"), str(source)], check=True)
    data = (scratch / "out").read_bytes()
    shutil.rmtree(scratch)
    return data


def tarball(files):
    sink = io.BytesIO()
    with tarfile.open(fileobj=sink, mode="w:gz") as archive:
        for name, data in files.items():
            member = tarfile.TarInfo(name)
            member.size, member.mode = len(data), 0o755
            archive.addfile(member, io.BytesIO(data))
    return sink.getvalue()


class Signer:
    """A key of its own; `expires` is gpg's word for when."""

    def __init__(self, directory, name, expires="never", at=None):
        self.home = directory / f"gnupg-{name}"
        self.home.mkdir(mode=0o700)
        self.at = at
        self._gpg("--passphrase", "", "--quick-generate-key", f"{name} <{name}@example.org>", "ed25519", "sign", expires)
        shown = self._gpg("--with-colons", "--list-keys").stdout.decode()
        self.fingerprint = next(line.split(":")[9] for line in shown.splitlines() if line.startswith("fpr"))

    def _gpg(self, *words, data=None):
        clock = ["--faked-system-time", self.at] if self.at else []
        return subprocess.run(["gpg", "--homedir", str(self.home), "--batch", "--quiet", *clock, *words], input=data,
                              capture_output=True, check=True)

    def sign(self, data):
        return self._gpg("--armor", "--detach-sign", "--output", "-", data=data).stdout

    def export(self):
        return self._gpg("--export").stdout

    def armored(self):
        return self._gpg("--armor", "--export").stdout

    def end(self):
        subprocess.run(["gpgconf", "--homedir", str(self.home), "--kill", "gpg-agent"], check=False, capture_output=True)


class Scene(unittest.TestCase):
    """`self.mirror` serves below HOST/PATH, `self.proxy` is tinyproxy before it, `self.root` holds the test's data."""

    def setUp(self):
        self.scratch = Path(tempfile.mkdtemp(prefix="package-test-"))
        self.addCleanup(shutil.rmtree, self.scratch, ignore_errors=True)
        self.root = self.scratch / "packaging"
        for name in ("kubernetes", "calico", "cni", "helm", "helm3", "helmfile", "shared"):
            shutil.copytree(PACKAGING / name, self.root / name)
        (self.root / "data").mkdir()
        self.keys = self.scratch / "keys"
        self.keys.mkdir()
        self.site = self.scratch / "site"
        self.site.mkdir()
        handler = functools.partial(Site, directory=str(self.site))
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.server.answers, self.server.asked = {}, []
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.addCleanup(self.server.server_close)
        self.addCleanup(self.server.shutdown)
        self.mirror = f"http://127.0.0.1:{self.server.server_port}"
        self.proxy = self._proxy()
        self.said = []

    def _proxy(self):
        port = free_port()
        configuration = self.scratch / "tinyproxy.conf"
        configuration.write_text(f"Port {port}\nListen 127.0.0.1\nTimeout 20\nMaxClients 20\nAllow 127.0.0.1\n")
        process = subprocess.Popen(["tinyproxy", "-d", "-c", str(configuration)], stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL)
        self.addCleanup(process.wait)
        self.addCleanup(process.terminate)
        for _ in range(200):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                return f"http://127.0.0.1:{port}"
            time.sleep(0.02)
        self.fail("tinyproxy does not answer")

    def put(self, url, data):
        path = self.site / url.split("://", 1)[1]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)

    def answer(self, url, status=200, headers=None, body=b"", length=None):
        self.server.answers["/" + url.split("://", 1)[1]] = (status, headers or {}, body, length)

    def release(self, component, version, contents, signature=None, size=True):
        """Publishes a release upstream and pins it; `contents` has the bytes of each file in the template's order."""
        template = json.loads((self.root / component / "upstream.json").read_text().replace("{version}", version)
                              .replace("{minor}", ".".join(version.split(".")[:2])))
        for entry, data in zip(template["files"], contents, strict=True):
            self.put(entry["url"], data)
            entry["size"] = len(data) if size else None
            algorithm = entry["advertised"][0]["algorithm"] if entry["advertised"] else "sha256"
            value = hashlib.new(algorithm, data).hexdigest()
            entry["pins"] = [{"algorithm": algorithm, "value": value, "evidence": "upstream", "source": "the test"}]
            for item in entry["advertised"]:
                row = f"[{entry['name']}]({entry['url']}) | `{value}`\n" if item["form"] == "table" else value + "\n"
                # A changelog has the rows of every release of its minor.
                page = self.site / item["url"].split("://", 1)[1]
                before = page.read_bytes() if item["form"] == "table" and page.exists() else b""
                self.put(item["url"], before + row.encode())
            if signature:
                url = entry["url"] + ".asc"
                entry["signature"] = {"url": url, "fingerprint": signature.fingerprint, "keyring": f"{component}.gpg",
                                      "source": "the test"}
                self.put(url, signature.sign(data))
                (self.keys / f"{component}.gpg").write_bytes(signature.export())
        raw = {"schema": catalog.SCHEMA, "component": component, "version": version, "revision": 1,
               "as_of": "2026-11-24", "files": template["files"]}
        path = self.root / "data" / component / f"{version}.json"
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(raw))
        return catalog.load(component, version, self.root)

    def kubernetes(self, version="1.16.15"):
        data = tarball({f"kubernetes/server/bin/{name}": program(f"{name} v{version}") for name in DAEMONS})
        return self.release("kubernetes", version, [data])

    def helm(self, version="2.16.12", signer=None):
        return self.release("helm", version, [tarball({"linux-amd64/helm": program(f"helm v{version}")})], signer)

    def everything(self):
        """A release of each component, Kubernetes in two minors and one of those in two patches."""
        return [
            self.kubernetes("1.15.11"), self.kubernetes("1.15.12"), self.kubernetes("1.16.15"), self.helm(),
            self.release("helm3", "3.4.1", [tarball({"linux-amd64/helm": program("helm v3.4.1")})]),
            self.release("helmfile", "0.135.0", [program("helmfile v0.135.0")]),
            self.release("calico", "3.17.1", [program(name) for name in ("calicoctl", "calico", "calico-ipam")]),
            self.release("cni", "0.8.7", [tarball({f"./{name}": program(name) for name in ("bridge", "loopback")})]),
        ]

    def repository(self, signed=True):
        """An empty repository with a signing key of its own, as packaging/README.md says to make one."""
        signer = self.signer("archive")
        base = self.scratch / "archive"
        (base / "conf").mkdir(parents=True)
        (base / "conf/distributions").write_text(
            "Codename: upgrader\nArchitectures: amd64\nComponents: main\n"
            + (f"SignWith: {signer.fingerprint}\n" if signed else ""))
        (base / "archive.gpg").write_bytes(signer.export())
        before = os.environ.get("GNUPGHOME")
        os.environ["GNUPGHOME"] = str(signer.home)
        self.addCleanup(lambda: os.environ.pop("GNUPGHOME") if before is None else os.environ.update(GNUPGHOME=before))
        return base

    def packed_anew(self, deb, old, new, target):
        """Packs a package once more, with another text in its control file."""
        tree = self.scratch / "repacked"
        subprocess.run(["dpkg-deb", "-R", str(deb), str(tree)], check=True)
        control = tree / "DEBIAN/control"
        self.assertIn(old, control.read_text())
        control.write_text(control.read_text().replace(old, new, 1))
        subprocess.run(["dpkg-deb", "-b", str(tree), str(target)], check=True, capture_output=True)
        shutil.rmtree(tree)

    def another_patch(self, record, package_version):
        """A build of another version, as far as a repository and apt can see: the packages of one, renamed."""
        raw = json.loads(record.read_text())
        old = raw["package_version"]
        raw |= {"version": package_version.split("-")[0], "package_version": package_version}
        for deb in raw["debs"]:
            before, deb["file"] = deb["file"], deb["file"].replace(old, package_version)
            self.packed_anew(record.parent / before, f"Version: {old}", f"Version: {package_version}",
                             record.parent / deb["file"])
            deb["sha256"] = hashlib.sha256((record.parent / deb["file"]).read_bytes()).hexdigest()
        made = record.parent / f"{raw['component']}_{package_version}.json"
        made.write_text(json.dumps(raw))
        return made

    def web(self):
        return Web(self.proxy, self.mirror)

    def fetch(self, release, unverified=()):
        return fetch.fetch(release, self.scratch / "downloads", self.web(), unverified, self.keys, self.said.append)

    def refused(self, name, work, *words):
        with self.assertRaises(Refusal) as caught:
            work()
        self.assertEqual(caught.exception.name, name, str(caught.exception))
        for word in words:
            self.assertIn(word, caught.exception.lines())
        return caught.exception

    def tool(self, *words, **how):
        """The program itself, as an operator runs it; what it printed."""
        result = self.run_tool(*words, **how)
        return result.stdout + result.stderr

    def document(self, *words, **how):
        """What it says to a program: one document, and nothing else, on standard output."""
        return json.loads(self.run_tool(*words, "--format", "json", **how).stdout)

    def run_tool(self, *words, code=0, before=(), tree=PACKAGING):
        program = [str(tree / "package"), "--root", str(self.root), "--keys", str(self.keys)]
        result = subprocess.run([*before, *program, *map(str, words)],
                                capture_output=True, text=True, env={**os.environ, "no_proxy": "*"}, check=False)
        self.assertEqual(result.returncode, code, result.stdout + result.stderr)
        return result

    def signer(self, name, **how):
        made = Signer(self.scratch, name, **how)
        self.addCleanup(made.end)
        return made


@functools.cache
def built():
    """Everything, built once for the whole run: a scene, and the directory with the packages and their records."""
    scene = Scene()
    scene.setUp()
    atexit.register(scene.doCleanups)
    out = scene.scratch / "out"

    def make(release):
        return build.build(release, out, scene.scratch / f"work-{release.component}-{release.version}", scene.web(),
                           (), scene.keys, scene.said.append)

    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        list(pool.map(make, scene.everything()))
    return scene, out
