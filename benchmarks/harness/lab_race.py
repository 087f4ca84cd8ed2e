"""The whole of one hop on the lab, ours against its own lower bound and against Ansible; see Scripts/bench-lab."""
import argparse
import importlib.machinery
import importlib.util
import json
import os
import pathlib
import signal
import subprocess
import sys
import time

import lab_results
import readme
from lab_contestants import PLACE, ROOT, Ansible, Failed, Ours
from machine import machine, package_versions

HERE = pathlib.Path(__file__).resolve().parent
BEGIN, END = "<!-- lab: written by Scripts/bench-lab -->", "<!-- /lab -->"


def say(text):
    print(text, file=sys.stderr, flush=True)


def script(name):
    """A script of Scripts/ as a module: what must be so after a hop is written down there."""
    loader = importlib.machinery.SourceFileLoader(name.replace("-", "_"), str(ROOT / "Scripts" / name))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(loader.name, loader))
    loader.exec_module(module)
    return module


def lab(*words, check=True):
    done = subprocess.run([str(ROOT / "lab/lab"), *words], capture_output=True, text=True, check=False)
    if check and done.returncode != 0:
        raise Failed(f"lab/lab {' '.join(words)} ended with {done.returncode}:\n{done.stdout[-1000:]}{done.stderr[-1000:]}")
    return done.stdout


def turn(contestant, place, checks):
    """One contestant on a fresh lab; what it took, what the prober saw. Failed where the work was not done."""
    lab("reset")
    contestant.prepare()
    before = checks.foreign()
    place.mkdir(parents=True, mode=0o700)
    lab("probe", "stop", check=False)
    lab("probe", "start")
    load = os.getloadavg()[0]
    try:
        found = contestant.perform(place)
        seen = json.loads(lab("probe", "report", "--json", check=False))
    finally:
        lab("probe", "stop", check=False)
    wrong = checks.verify(before, 1)
    if wrong:
        raise Failed(f"{contestant.name} ended well, but {'; '.join(wrong)}")
    targets = {name: {key: target[key] for key in ("asked", "failed", "longest_gap_s")}
               for name, target in seen["targets"].items()}
    return found | {"contestant": contestant.name, "probes": targets, "violations": seen["violations"],
                    "load before": round(load, 1), "load after": round(os.getloadavg()[0], 1)}


def options():
    parser = argparse.ArgumentParser(prog="Scripts/bench-lab", description=__doc__)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--upgrader", default=str(ROOT / ".build/release/upgrader"))
    parser.add_argument("--only", choices=("upgrader", "ansible"), help="one of the two; prints only")
    return parser.parse_args()


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    chosen = options()
    checks = script("lab-upgrade")
    contestants = [Ours(chosen.upgrader), Ansible()]
    if chosen.only:
        contestants = [contestants[("upgrader", "ansible").index(chosen.only)]]
    found = {"machine": machine() | {
        "versions": package_versions("ansible-core", "openssh-client", "libssh-4"), "upgrader": build(chosen.upgrader)}}
    top = PLACE / time.strftime("%Y%m%d-%H%M%S")
    runs, problems = [], []
    for number in range(chosen.rounds):
        for contestant in contestants:
            try:
                one = turn(contestant, top / f"{number + 1}-{contestant.name}", checks) | {"round": number + 1}
            except (Failed, lab_results.NotClean, subprocess.SubprocessError, OSError, ValueError, SystemExit) as error:
                # Scripts/lab-upgrade leaves with a text; a number is somebody who wants this program to end.
                if isinstance(error, SystemExit) and not isinstance(error.code, str):
                    raise
                problems.append(f"round {number + 1}, {contestant.name}: {error}")
                say(f"bench-lab: {problems[-1]}")
                continue
            runs.append(one)
            say(f"bench-lab: round {number + 1}: {contestant.name}: {one['wall']:.1f} s from the first act,"
                f" {one['whole']:.1f} s in all" + (f", bound {one['bound']['bound']:.1f} s" if "bound" in one else "")
                + f", API probes lost {one['probes']['api']['failed']}")
    found["runs"] = runs
    top.mkdir(parents=True, exist_ok=True)
    (top / "results.json").write_text(json.dumps(found, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    lines = lab_results.lines(found)
    print("\n".join(lines))
    if not chosen.only and not problems:
        (HERE / "lab-results.json").write_text(json.dumps(found, indent=1, sort_keys=True) + "\n", encoding="utf-8")
        readme.write(BEGIN, END, lines)
        say("bench-lab: benchmarks/harness/lab-results.json and benchmarks/README.md are written")
    raise SystemExit(1 if problems else 0)


def build(program):
    """Which build of ours: the kind by its place, for the binary does not say."""
    try:
        version = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError) as error:
        raise SystemExit(f"bench-lab: {program} says no version: {error}") from error
    kind = next((kind for kind in ("release", "debug") if f"/{kind}/" in os.path.realpath(program)), "build unknown")
    return f"{version}, {kind}"


if __name__ == "__main__":
    main()
