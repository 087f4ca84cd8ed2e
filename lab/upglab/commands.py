"""The commands of `lab/lab` and their arguments."""

import argparse
import os
import sys

from . import access, bringup, faults, health, machine, probe, sites
from . import ledger as records
from .settings import LAB, hosts
from .shell import LabError


def arguments():
    parser = argparse.ArgumentParser(prog="lab/lab", description="Real hosts for the upgrader. See lab/README.md.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    up = commands.add_parser("up", help="make and start everything (root)")
    up.add_argument("--etcd", type=int, default=3, choices=[1, 3, 5])
    up.add_argument("--control-plane", type=int, default=2, choices=range(1, 6))
    up.add_argument("--workers", type=int, default=3, choices=range(0, 51), metavar="0..50")
    up.add_argument("--hollow", type=int, default=0, choices=range(0, 101), metavar="0..100",
                    help="more nodes, h1 and so on: real hosts and packages, but kubelets that run no containers")
    commands.add_parser("reset", help="a fresh 1.12.10 cluster of the same shape, in under a minute (root)")
    down = commands.add_parser("down", help="remove everything the lab made on this machine; the cache stays (root)")
    down.add_argument("--any", action="store_true", help="also the lab of another checkout")
    commands.add_parser("status", help="what runs, which versions, what is not well; exit 1 if anything is not")
    ssh = commands.add_parser("ssh", help="a shell, or a command, on a host")
    ssh.add_argument("host")
    ssh.add_argument("words", nargs=argparse.REMAINDER, metavar="CMD")
    watch = commands.add_parser("probe", help="ask the API and a Service ten times a second, and tell what failed")
    watch.add_argument("action", choices=["start", "stop", "report"])
    watch.add_argument("--json", action="store_true", help="the report as JSON")
    fault = commands.add_parser("fault", help="break something on purpose, for a time (root)",
                                formatter_class=argparse.RawDescriptionHelpFormatter,
                                description="Breaks something, waits, and mends it, also when it is interrupted.",
                                epilog="\n".join(f"{name:20} {kind.title}" for name, kind in faults.KINDS.items()))
    fault.add_argument("kind", choices=list(faults.KINDS), metavar="KIND")
    fault.add_argument("host", nargs="?")
    fault.add_argument("--seconds", type=float, default=30)
    commands.add_parser("heal", help="mend all that `fault` has broken and not mended (root)")
    commands.add_parser("probe-process")
    commands.add_parser("sites-process").add_argument("directory")
    return parser


def main(words):
    given = arguments().parse_args(words)
    try:
        return run_command(given) or 0
    except LabError as error:
        print(f"lab: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("lab: interrupted; `lab/lab up` or `lab/lab down` goes on from here", file=sys.stderr)
        return 130


def run_command(given):
    if given.command == "up":
        bringup.up({"etcd": given.etcd, "control_plane": given.control_plane, "workers": given.workers,
                    "hollow": given.hollow, "contained": True})
    elif given.command == "reset":
        bringup.reset()
    elif given.command == "down":
        probe.stop()
        bringup.down("any" if given.any else "ours")
    elif given.command == "status":
        return status()
    elif given.command == "ssh":
        if not access.CONFIG.exists():
            raise LabError("no lab is up in this checkout")
        os.execvp("ssh", ["ssh", "-F", str(access.own_config()), given.host, *given.words])
    elif given.command == "probe":
        return {"start": probe.start, "stop": probe.stop, "report": lambda: probe.report(given.json)}[given.action]()
    elif given.command == "fault":
        faults.hold(given.kind, given.host, given.seconds)
    elif given.command == "heal":
        faults.heal()
    elif given.command == "probe-process":
        probe.process()
    elif given.command == "sites-process":
        sites.process(given.directory)


def status():
    ledger = records.read()
    if not ledger:
        print("no lab is up on this machine")
        return 1
    if ledger["checkout"] != str(LAB):
        print(f"the lab of another checkout is up: {ledger['checkout']}")
        return 1
    if not ledger.get("complete"):
        print("the last `up` or `reset` did not end; run `lab/lab up`")
    return 0 if health.report(hosts(**ledger["shape"]), ledger, machine.running) and ledger.get("complete") else 1
