"""Where and when something was measured, and how busy it was: without that no figure means anything."""
import datetime
import os
import pathlib
import subprocess

HERE = pathlib.Path(__file__).resolve().parent


def output(*command):
    """The first line of what a command prints, nothing where it is not there."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return "not installed"
    return ((done.stdout + done.stderr).strip().splitlines() or [""])[0]


def package_versions(*names):
    return {name: output("dpkg-query", "-W", "-f", "${Version}", name) for name in names}


def machine():
    names = [line.split(":")[1].strip() for line in open("/proc/cpuinfo", encoding="utf-8") if "model name" in line]
    memory = int(open("/proc/meminfo", encoding="utf-8").readline().split()[1]) // (1 << 20)
    return {
        "date": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M UTC"),
        "processor": f"{names[0]}, {len(names)} cores, {memory} GiB",
        "system": f"{output('uname', '-sr')}, {output('sh', '-c', '. /etc/os-release; echo $PRETTY_NAME')}",
        "swift": output("swift", "--version"),
        "commit": output("git", "-C", str(HERE), "rev-parse", "--short", "HEAD"),
        "load before": round(os.getloadavg()[0], 1),
    }
