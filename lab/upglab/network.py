"""The bridge that joins the machines, and the kernel settings that kubelet and kube-proxy change for everybody."""

from pathlib import Path

from . import ledger as records
from .settings import BRIDGE, GATEWAY
from .shell import run

# kubelet and kube-proxy set these on the one kernel all machines share; `down` puts back what was there.
SHARED = ["vm/overcommit_memory", "vm/panic_on_oom", "kernel/panic", "kernel/panic_on_oops", "kernel/keys/root_maxkeys",
          "kernel/keys/root_maxbytes"]


def exists():
    return Path(f"/sys/class/net/{BRIDGE}").exists()


def up(ledger):
    if not ledger["sysctl"]:
        ledger["sysctl"] = {name: Path("/proc/sys", name).read_text().strip() for name in SHARED
                            if Path("/proc/sys", name).exists()}
    ledger["bridge"] = True
    records.save(ledger)
    if not exists():
        run("ip", "link", "add", BRIDGE, "type", "bridge")
    run("ip", "address", "replace", f"{GATEWAY}/24", "dev", BRIDGE)
    run("ip", "link", "set", BRIDGE, "up")


def down(ledger):
    if ledger["bridge"] and exists():
        run("ip", "link", "delete", BRIDGE)
    ledger["bridge"] = False
    for name, value in ledger["sysctl"].items():
        path = Path("/proc/sys", name)
        if path.read_text().strip() != value:
            path.write_text(value)
    ledger["sysctl"] = {}
    records.save(ledger)
