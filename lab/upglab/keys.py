"""The lab's signing keys: one for its repository, one that stands for upstream's."""

import shutil

from .settings import CACHE
from .shell import output, run

REPOSITORY = "upgrader-lab"
UPSTREAM = "upgrader-lab-upstream"


def home(name):
    return CACHE / "keys" / name


def keyring(name):
    return CACHE / "keys" / f"{name}.gpg"


def make():
    for name in [REPOSITORY, UPSTREAM]:
        if keyring(name).exists():
            continue
        shutil.rmtree(home(name), ignore_errors=True)
        home(name).mkdir(parents=True, mode=0o700)
        gpg(name, "--passphrase", "", "--quick-generate-key", name, "ed25519", "sign", "never")
        gpg(name, "--yes", "--output", keyring(name), "--export")
        keyring(name).chmod(0o644)


def gpg(name, *words):
    done = run("gpg", "--homedir", home(name), "--batch", "--quiet", *words)
    return done.stdout


def fingerprint(name):
    listed = output("gpg", "--homedir", home(name), "--batch", "--with-colons", "--list-keys")
    return next(line.split(":")[9] for line in listed.splitlines() if line.startswith("fpr:"))


def sign(path, name=UPSTREAM):
    """A detached signature, armored."""
    return gpg(name, "--armor", "--detach-sign", "--output", "-", path)


def end():
    """gpg leaves its agents running."""
    for name in [REPOSITORY, UPSTREAM]:
        if home(name).exists():
            run("gpgconf", "--homedir", home(name), "--kill", "gpg-agent", check=False)
