"""Commands, progress lines, and the one error that people see."""

import os
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

STARTED = time.monotonic()
_printing = threading.Lock()


class LabError(Exception):
    """Something the person at the terminal must read. Printed without a trace."""


def say(text):
    with _printing:
        print(f"[{time.monotonic() - STARTED:6.1f}s] {text}", file=sys.stderr, flush=True)


def run(*argv, stdin=None, check=True, cwd=None, env=None, log=None, timeout=None):
    """Runs a command and returns the finished process, its output as text.

    `log` is a file that gets the output instead, for commands that say much.
    """
    argv = [str(word) for word in argv]
    full_env = dict(os.environ, LC_ALL="C.UTF-8", **(env or {}))
    if log:
        log.parent.mkdir(parents=True, exist_ok=True)
        with open(log, "a") as sink:
            done = subprocess.run(argv, input=stdin, text=True, stdout=sink, stderr=sink, cwd=cwd, env=full_env,
                                  timeout=timeout)
    else:
        done = subprocess.run(argv, input=stdin, text=True, capture_output=True, cwd=cwd, env=full_env,
                              timeout=timeout)
    if check and done.returncode != 0:
        tail = log.read_text(errors="replace")[-2000:] if log else (done.stderr or done.stdout)[-2000:]
        raise LabError(f"`{' '.join(argv)[:300]}` ended with {done.returncode}:\n{tail.strip()}"
                       + (f"\n(all of it: {log})" if log else ""))
    return done


def output(*argv, **options):
    return run(*argv, **options).stdout.strip()


def parallel(function, items, width=8):
    """Calls `function` on every item at once; the first error wins after all have ended."""
    with ThreadPoolExecutor(max_workers=width) as pool:
        futures = [pool.submit(function, item) for item in items]
    return [future.result() for future in futures]


def wait_for(what, condition, seconds, pause=0.3):
    """Polls `condition` until it is true. A condition that raises counts as not yet."""
    deadline = time.monotonic() + seconds
    last = None
    while time.monotonic() < deadline:
        try:
            if condition():
                return
        except Exception as error:  # the last one is shown
            last = error
        time.sleep(pause)
    raise LabError(f"waited {seconds} s for {what}" + (f"; last: {last}" if last else ""))


def write(path, text, mode=0o644, owner=None):
    """Writes a file whole, with its directories. `owner` is (uid, gid)."""
    path.parent.mkdir(parents=True, exist_ok=True)
    data = text if isinstance(text, bytes) else text.encode()
    partial = path.with_name(f".{path.name}.partial")
    partial.write_bytes(data)
    os.chmod(partial, mode)
    if owner:
        os.chown(partial, *owner)
    os.replace(partial, path)
