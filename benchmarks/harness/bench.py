"""All benchmarks, one after the other; see Scripts/bench."""
import argparse
import json
import os
import pathlib
import signal
import sys

import engine
import readme
import works_over_ssh as ssh
from machine import machine, output, package_versions

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
PACKAGES = ("libssh-4", "openssh-client", "clustershell", "pssh", "cumin", "ansible-core")
BEGIN, END = "<!-- measured: written by Scripts/bench -->", "<!-- /measured -->"


def say(text):
    print(text, file=sys.stderr, flush=True)


def versions():
    """Of the peers, from Debian and from PyPI."""
    found = package_versions(*PACKAGES)
    python = str(ROOT / ".build/bench-peers/bin/python")
    for name in ("asyncssh", "parallel-ssh"):
        found[name] = output(python, "-c", f"import importlib.metadata as m; print(m.version('{name}'))")
    return found


def options():
    parser = argparse.ArgumentParser(prog="Scripts/bench")
    for name in ("program", "floor", "python"):
        parser.add_argument(f"--{name}", required=True, help=argparse.SUPPRESS)
    parser.add_argument("part", nargs="?", choices=("engine", "ssh"), help="one of the two; both where not given")
    parser.add_argument("--quick", action="store_true", help="a tenth of everything, once: to see that it works")
    parser.add_argument("--minutes", type=float, default=9.0, help="for the works over SSH together")
    parser.add_argument("--only", help="works over SSH, by their keys: a50,c")
    parser.add_argument("--peers", help="contestants whose names contain one of these words")
    return parser.parse_args()


def main():
    # Ended from outside it ends as after an error: nothing that it has started is left.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    chosen = options()
    found = {"machine": machine() | {"versions": versions()}}
    lines = [f"{key}: {value}" for key, value in found["machine"].items() if key != "versions"]
    lines += ["versions: " + ", ".join(f"{name} {version}" for name, version in found["machine"]["versions"].items())]
    lines = ["    " + line for line in lines] + [""]
    problems = []
    if chosen.part != "ssh":
        found["engine"] = engine.measure(chosen.program, chosen.quick, say)
        lines += ["### The tool itself", ""] + engine.table(found["engine"]) + [""]
    if chosen.part != "engine":
        found["ssh"], tables, problems = ssh.measure(chosen)
        lines += ["### SSH", ""] + tables
    found["machine"]["load after"] = round(os.getloadavg()[0], 1)
    print("\n".join(lines))
    if not (chosen.quick or chosen.part or chosen.only or chosen.peers):
        write(found, lines)
    for problem in problems:
        say(f"bench: {problem}")
    raise SystemExit(1 if problems else 0)


def write(found, lines):
    (HERE / "results.json").write_text(json.dumps(found, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    readme.write(BEGIN, END, lines)
    say("bench: benchmarks/harness/results.json and benchmarks/README.md are written")


if __name__ == "__main__":
    main()
