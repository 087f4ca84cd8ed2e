"""The prober itself: ten requests a second to each target, each on a connection of its own, and a look at the cluster
every second."""

import http.client
import itertools
import json
import ssl
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timezone

from . import api, credentials, pki
from . import ledger as records
from .health import condition
from .settings import API_ADDRESS, API_PORT, WEB_NODE_PORT, hosts, with_role
from .shell import write

PERIOD = 0.1
# A caller would have given up; an answer later than this is a failure.
PATIENCE = 10


def now():
    return datetime.now(timezone.utc).isoformat(timespec="milliseconds")


class Target:
    """One thing that is asked, and what it answered."""

    def __init__(self, ask):
        self.ask = ask
        self.asked = self.answered = self.failed = 0
        self.longest_gap = self.slowest = 0.0
        self.last_answer = None

    def tell(self):
        return {"asked": self.asked, "answered": self.answered, "failed": self.failed,
                "longest_gap_s": round(self.longest_gap, 3), "slowest_s": round(self.slowest, 3)}


class Prober:
    def __init__(self, events, summary):
        shape = records.read()["shape"]
        workers = [host.address for host in with_role(hosts(**shape), "worker")]
        self.events, self.summary = open(events, "a", buffering=1), summary
        self.lock, self.ended = threading.Lock(), threading.Event()
        self.context = ssl.create_default_context(cafile=str(pki.PKI / "ca.pem"))
        self.token = credentials.token("admin")
        self.started, self.started_at = time.monotonic(), now()
        self.targets = {"api": Target(self.ask_api)}
        if workers:
            turns = itertools.cycle(workers)
            self.targets["web"] = Target(lambda: ask_web(next(turns)))
        self.looks = self.violations = self.most_cordoned = 0
        self.fewest, self.cordoned, self.short = {}, set(), set()

    def stop(self):
        self.ended.set()

    def note(self, kind, what, cause):
        with self.lock:
            self.events.write(json.dumps({"at": now(), "kind": kind, "what": what, "cause": cause}) + "\n")

    def run(self):
        threads = [threading.Thread(target=self.keep_asking, args=item, daemon=True) for item in self.targets.items()]
        threads.append(threading.Thread(target=self.keep_looking, daemon=True))
        for thread in threads:
            thread.start()
        while not self.ended.wait(1):
            self.save()
        for thread in threads:
            thread.join(PATIENCE + 2)
        self.save()

    def save(self):
        with self.lock:
            told = {"from": self.started_at, "to": now(), "seconds": round(time.monotonic() - self.started, 1),
                    "targets": {name: target.tell() for name, target in self.targets.items()}, "looks": self.looks,
                    "violations": self.violations, "fewest": self.fewest, "cordoned": sorted(self.cordoned),
                    "most_cordoned": self.most_cordoned}
        write(self.summary, json.dumps(told, indent=1))

    # Asking

    def keep_asking(self, name, target):
        with ThreadPoolExecutor(max_workers=int(PATIENCE / PERIOD) + 20) as pool:
            due = time.monotonic()
            while not self.ended.is_set():
                pool.submit(self.once, name, target)
                due += PERIOD
                time.sleep(max(0, due - time.monotonic()))

    def once(self, name, target):
        began, cause = time.monotonic(), None
        try:
            target.ask()
        except Exception as error:  # every kind of no is a failure of the probe, with its text
            cause = f"{type(error).__name__}: {error}"[:300]
        ended = time.monotonic()
        with self.lock:
            target.asked += 1
            if cause is None:
                target.answered += 1
                target.slowest = max(target.slowest, ended - began)
                if target.last_answer is not None:
                    target.longest_gap = max(target.longest_gap, ended - target.last_answer)
                target.last_answer = max(ended, target.last_answer or 0)
            else:
                target.failed += 1
        if cause:
            self.note("failure", name, f"{cause} (after {ended - began:.2f} s)")

    def ask_api(self):
        """A read that goes through the balancer, authentication and etcd."""
        connection = http.client.HTTPSConnection(API_ADDRESS, API_PORT, timeout=PATIENCE, context=self.context)
        expect_200(connection, "/api/v1/namespaces/shop", {"Authorization": f"Bearer {self.token}"})

    # Looking

    def keep_looking(self):
        while not self.ended.wait(1):
            try:
                self.look()
            except OSError as error:
                self.note("blind", "cluster", str(error)[:300])

    def look(self):
        nodes = api.get("/api/v1/nodes")["items"]
        cordoned = {node["metadata"]["name"] for node in nodes if node["spec"].get("unschedulable")}
        for name in sorted(cordoned ^ self.cordoned):
            self.note("cordoned" if name in cordoned else "uncordoned", name, "")
        short, ready = set(), {}
        for budget in api.get("/apis/policy/v1beta1/poddisruptionbudgets")["items"]:
            key = f"{budget['metadata']['namespace']}/{budget['metadata']['name']}"
            ready[key] = ready_pods(budget)
            minimum = budget["spec"].get("minAvailable", 0)
            if isinstance(minimum, int) and ready[key] < minimum:
                short.add(key)
                if key not in self.short:
                    self.note("violation", key, f"{ready[key]} pods ready, at least {minimum} wanted")
        with self.lock:
            self.looks += 1
            self.violations += len(short)
            self.cordoned, self.short = cordoned, short
            self.most_cordoned = max(self.most_cordoned, len(cordoned))
            for key, count in ready.items():
                self.fewest[key] = min(count, self.fewest.get(key, count))


def ready_pods(budget):
    """Pods that the budget counts as healthy: ready, and not on their way out."""
    labels = budget["spec"]["selector"].get("matchLabels", {})
    selector = "%2C".join(f"{name}%3D{value}" for name, value in labels.items())
    pods = api.get(f"/api/v1/namespaces/{budget['metadata']['namespace']}/pods?labelSelector={selector}")["items"]
    return sum(1 for pod in pods if condition(pod, "Ready") == "True" and "deletionTimestamp" not in pod["metadata"])


def ask_web(address):
    """A request to the service by the port of a worker."""
    expect_200(http.client.HTTPConnection(address, WEB_NODE_PORT, timeout=PATIENCE), "/", {})


def expect_200(connection, path, headers):
    try:
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise OSError(f"HTTP {answer.status} {body[:150]!r}")
    finally:
        connection.close()
