"""`lab/lab probe`: one process that asks the API and a Service all the time, and the report of what it saw."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time

from . import ledger as records
from .settings import LAB, STATE
from .shell import LabError, wait_for, write

PLACE = STATE / "probe"
PROCESS = PLACE / "process.json"
SUMMARY = PLACE / "summary.json"
EVENTS = PLACE / "events.jsonl"
# More would only scroll; all of them are in events.jsonl.
SHOWN = 20


def alive():
    """The probe's pid if it runs: the very process that `start` started, not a later one of that pid."""
    if not PROCESS.exists():
        return None
    entry = json.loads(PROCESS.read_text())
    same = entry["start"] is not None and records.started_at(entry["pid"]) == entry["start"]
    return entry["pid"] if same else None


def start():
    ledger = records.read()
    if not ledger or ledger["checkout"] != str(LAB):
        raise LabError("no lab of this checkout is up: nothing to probe")
    if not ledger.get("complete"):
        raise LabError("the last `up` or `reset` did not end; run `lab/lab up` first")
    if alive():
        raise LabError("the probe runs already; `lab/lab probe report` or `lab/lab probe stop`")
    shutil.rmtree(PLACE, ignore_errors=True)
    PLACE.mkdir(parents=True)
    with open(PLACE / "process.log", "w") as log:
        started = subprocess.Popen([sys.executable, str(LAB / "lab"), "probe-process"], stdin=subprocess.DEVNULL,
                                   stdout=log, stderr=log, start_new_session=True)
    write(PROCESS, json.dumps({"pid": started.pid, "start": records.started_at(started.pid)}))
    wait_for(f"the probe's first answers (log: {PLACE}/process.log)", SUMMARY.exists, 15, 0.1)
    print(f"probing; events: {EVENTS}")


def stop():
    pid = alive()
    if not pid:
        return
    os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + 15
    while alive() and time.monotonic() < deadline:
        time.sleep(0.05)
    if alive():
        os.kill(pid, signal.SIGKILL)
    print("probe stopped")


def report(as_json):
    """Prints what was seen; 1 if any probe failed or any budget was violated."""
    if not SUMMARY.exists():
        raise LabError("no probe has run; `lab/lab probe start`")
    summary = json.loads(SUMMARY.read_text())
    summary["running"] = alive() is not None
    events = [json.loads(line) for line in EVENTS.read_text().splitlines()] if EVENTS.exists() else []
    summary["events"] = events
    clean = not any(target["failed"] for target in summary["targets"].values()) and not summary["violations"]
    summary["clean"] = clean
    if as_json:
        print(json.dumps(summary, indent=1))
        return 0 if clean else 1
    print(f"{'running' if summary['running'] else 'stopped'}: {summary['from']} to {summary['to']},"
          f" {summary['seconds']} s")
    for name, target in summary["targets"].items():
        print(f"{name:4} asked {target['asked']}, answered {target['answered']}, failed {target['failed']},"
              f" longest gap {target['longest_gap_s']} s, slowest answer {target['slowest_s']} s")
    print(f"budgets: {summary['looks']} looks, {summary['violations']} violations, fewest ready pods {summary['fewest']}")
    print(f"cordoned now: {', '.join(summary['cordoned']) or 'none'}; most at once: {summary['most_cordoned']}")
    failures = [event for event in events if event["kind"] in ("failure", "violation")]
    for event in failures[:SHOWN]:
        print(f"  {event['at']} {event['kind']} {event['what']}: {event['cause']}")
    if len(failures) > SHOWN:
        print(f"  and {len(failures) - SHOWN} more in {EVENTS}")
    print("clean" if clean else "NOT CLEAN")
    return 0 if clean else 1


def process():
    """The process that `start` starts: until it is told to stop."""
    from .prober import Prober
    prober = Prober(EVENTS, SUMMARY)
    signal.signal(signal.SIGTERM, lambda *_: prober.stop())
    signal.signal(signal.SIGINT, lambda *_: prober.stop())
    prober.run()
