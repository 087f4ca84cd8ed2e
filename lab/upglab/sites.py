"""The processes between the builder and upstream's sites: their server on loopback, and the only way there, a proxy."""

import http.server
import socket
import subprocess
import sys
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from . import ledger as records
from .settings import GATEWAY, LAB, MIRROR, NETWORK, PROXY_PORT, RUN, STATE
from .shell import LabError, wait_for, write
from .upstream import FIRST_HOST, SECOND_HOST

PROXY = f"http://{GATEWAY}:{PROXY_PORT}"
# What is put here is served instead, to see what becomes of it: HOST/PATH as on the sites.
INSTEAD = STATE / "sites"


class Site(http.server.SimpleHTTPRequestHandler):
    """Files below HOST/PATH; dl.k8s.io leads on, as it does."""

    def do_GET(self):
        path = self.path.lstrip("/")
        if path.startswith(f"{FIRST_HOST}/") and not (INSTEAD / path).exists():
            self.send_response(302)
            self.send_header("Location", f"{MIRROR}/{path.replace(FIRST_HOST, SECOND_HOST, 1)}")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        cut = INSTEAD / f"{path}.cut"
        if cut.exists():
            # Tells the whole length and hangs up half way.
            data = Path(self.translate_path(self.path)).read_bytes()
            self.send_response(200)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data[:len(data) // 2])
            self.close_connection = True
            return
        super().do_GET()

    def translate_path(self, path):
        found = Path(super().translate_path(path))
        other = INSTEAD / found.relative_to(self.directory)
        return str(other if other.is_file() else found)


def process(directory):
    address = urlsplit(MIRROR)
    with http.server.ThreadingHTTPServer((address.hostname, address.port), partial(Site, directory=directory)) as server:
        server.serve_forever()


def serve(ledger, place):
    """Starts both unless they run."""
    start(ledger, "sites", [sys.executable, str(LAB / "lab"), "sites-process", str(place)], MIRROR)
    configuration = RUN / "proxy/tinyproxy.conf"
    # To the sites and nowhere else, whatever else this machine reaches.
    write(RUN / "proxy/allowed", "^127\\.0\\.0\\.1$\n")
    write(configuration, f"Port {PROXY_PORT}\nListen {GATEWAY}\nUser nobody\nGroup nogroup\nTimeout 60\nMaxClients 50\n"
          f"Allow {NETWORK}.0/24\nFilter \"{RUN}/proxy/allowed\"\nFilterDefaultDeny Yes\n")
    start(ledger, "proxy", ["tinyproxy", "-d", "-c", str(configuration)], PROXY)


def start(ledger, name, words, url):
    """A process of the lab's that answers TCP at `url`."""
    address = urlsplit(url)
    if records.alive(ledger, name) and ledger.get(name) == words:
        return
    records.stop_process(ledger, name)
    ledger[name] = words
    log = STATE / f"console/{name}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with open(log, "a") as sink:
        started = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=sink, stderr=sink, start_new_session=True)
    records.note_process(ledger, name, started.pid)

    def answers():
        if started.poll() is not None:
            raise LabError(f"{name} ended: see {log}")
        with socket.create_connection((address.hostname, address.port), timeout=2):
            return True

    wait_for(f"{name} to answer at {url}", answers, 10, 0.1)
