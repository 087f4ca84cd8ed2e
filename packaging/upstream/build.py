"""Makes the Debian source tree of a release and builds it; the same bytes anywhere and on any day."""

import calendar
import json
import os
import shutil
import subprocess
import time
from email.utils import formatdate
from pathlib import Path

from . import fetch, verify
from .catalog import ROOT
from .refusal import Refusal

MAINTAINER = "upgrader packaging <packages@upgrader.invalid>"
# dpkg-buildpackage itself, what debian/rules calls, what dpkg-checkbuilddeps(1) wants of every build, though nothing is
# compiled, and who judges the result.
TOOLS = {"curl": "curl", "gpgv": "gpgv", "dpkg-buildpackage": "dpkg-dev", "dh": "debhelper",
         "python3": "python3", "make": "make", "g++": "build-essential", "lintian": "lintian"}
WIDTH = 76


def missing_tools():
    return sorted({package for tool, package in TOOLS.items() if shutil.which(tool) is None})


def epoch(release):
    """The day of the data file: an earlier file time or a later build changes nothing."""
    return calendar.timegm(time.strptime(release.as_of, "%Y-%m-%d"))


def build(release, output, work, web, unverified=(), keys=fetch.KEYS, say=print):
    """Fetches, verifies, builds, has lintian judge; the .debs and the record go to `output`, all or none."""
    absent = missing_tools()
    if absent:
        raise Refusal("tools-missing", f"{release.component} {release.version}",
                      f"these packages are not installed here: {' '.join(absent)}",
                      f"apt-get install {' '.join(absent)}, or build on a builder with --on")
    if epoch(release) > time.time():
        # dpkg takes only what is newer back to SOURCE_DATE_EPOCH: what is older would stay, and no build be like another.
        raise Refusal("clock-behind", f"{release.component} {release.version}",
                      f"its data file is of {release.as_of}, and here it is {time.strftime('%Y-%m-%d', time.gmtime())} (UTC)",
                      "set the clock, or mend `as_of`")
    work.mkdir(parents=True, exist_ok=True)
    downloads = work / "downloads"
    findings = fetch.fetch(release, downloads, web, unverified, keys, say)
    tree = source_tree(release, findings, work / f"{release.component}-{release.version}")
    say(f"build:      {release.component} {release.package_version}, SOURCE_DATE_EPOCH {epoch(release)}")
    for old in work.glob("*.deb"):
        old.unlink()
    _dpkg(tree, downloads, release, work / "build.log")
    debs = sorted(work.glob(f"*_{release.package_version}_*.deb"))
    if not debs:
        raise Refusal("build-failed", release.component, "no .deb came out of it", f"read {work}/build.log")
    _lintian(debs, release, work / "lintian.log", say)
    return _hand_over(release, findings, debs, output)


def source_tree(release, findings, tree):
    shutil.rmtree(tree, ignore_errors=True)
    shutil.copytree(ROOT / release.component / "debian", tree / "debian")
    shutil.copy(ROOT / "shared/upstream.mk", tree / "debian/upstream.mk")
    (tree / "debian/source").mkdir(exist_ok=True)
    (tree / "debian/source/format").write_text("3.0 (native)\n")
    (tree / "debian/changelog").write_text(changelog(release, findings))
    (tree / "debian/upstream.json").write_text(json.dumps(release.raw, indent=1, sort_keys=True) + "\n")
    # dpkg takes what is newer for SOURCE_DATE_EPOCH; what is older, as of an old checkout, would stay in the package.
    for path in tree.rglob("*"):
        os.utime(path, (epoch(release), epoch(release)))
    return tree


def changelog(release, findings):
    """What was verified, and what could not be, in the words that an administrator will read on the host."""
    lines = [f"{release.component} ({release.package_version}) unstable; urgency=medium", "",
             f"  * Upstream's own binaries of {release.version}, unchanged."]
    lines += _bullets("Verified", [finding for finding in findings if finding.verified])
    lines += _bullets("NOT verified", [finding for finding in findings if not finding.verified])
    lines += ["", f" -- {MAINTAINER}  {formatdate(epoch(release))}", ""]
    return "\n".join(lines)


def _bullets(title, findings):
    if not findings:
        return [f"  * {title}: nothing."]
    lines = [f"  * {title}:"]
    for finding in findings:
        words, line = f"{finding.file}: {finding.means}: {finding.text}".split(), "    -"
        for word in words:
            if len(line) + 1 + len(word) > WIDTH and line.strip() not in ("-", ""):
                lines.append(line)
                line = "     "
            line += " " + word
        lines.append(line)
    return lines


def _dpkg(tree, downloads, release, log):
    environment = {
        "PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": str(tree), "LC_ALL": "C.UTF-8", "TZ": "UTC",
        "SOURCE_DATE_EPOCH": str(epoch(release)), "UPSTREAM_PACKAGE": str(ROOT / "package"),
        "UPSTREAM_DOWNLOADS": str(downloads.resolve()),
        # Our stand-ins and upstream's files have nothing to test; strip would change upstream's bytes.
        "DEB_BUILD_OPTIONS": "nocheck nostrip",
    }
    words = ["dpkg-buildpackage", "--build=binary", "--no-sign"]
    if os.geteuid() == 0 and shutil.which("unshare"):
        # Nothing that the build runs can reach a network: what it needs was fetched and verified before.
        words = ["unshare", "--net", *words]
    with open(log, "w") as sink:
        # A file mode of the tree must not depend on who builds.
        result = subprocess.run(words, cwd=tree, env=environment, stdout=sink, stderr=subprocess.STDOUT,
                                stdin=subprocess.DEVNULL, check=False, umask=0o022)
    if result.returncode != 0:
        tail = "\n       ".join(Path(log).read_text(errors="replace").splitlines()[-12:])
        raise Refusal("build-failed", f"{release.component} {release.package_version}",
                      f"dpkg-buildpackage ended with {result.returncode}:\n       {tail}", f"read {log}")


def _lintian(debs, release, log, say):
    """Errors refuse; what Debian asks of its own packages and upstream's binaries cannot have is below errors."""
    words = ["lintian", "--fail-on", "error", "--no-tag-display-limit", "--allow-root", *map(str, debs)]
    result = subprocess.run(words, capture_output=True, text=True, env={**os.environ, "LC_ALL": "C.UTF-8"}, check=False)
    log.write_text(result.stdout + result.stderr)
    errors = [line for line in result.stdout.splitlines() if line.startswith("E: ")]
    if result.returncode != 0 or errors:
        raise Refusal("lintian-errors", f"{release.component} {release.package_version}",
                      "; ".join(errors[:5]) or f"lintian ended with {result.returncode}: {result.stderr.strip()[-300:]}",
                      f"read {log}; mend packaging/{release.component}/debian")
    say(f"lintian:    no errors, {sum(line.startswith('W: ') for line in result.stdout.splitlines())} warnings")


def record_name(release):
    return f"{release.component}_{release.package_version}.json"


def _hand_over(release, findings, debs, output):
    record = {
        "schema": "upgrader/package-build/1", "component": release.component, "version": release.version,
        "package_version": release.package_version, "archive_component": release.archive_component,
        "debs": [{"file": deb.name, "size": deb.stat().st_size, "sha256": verify.digest(deb, "sha256")} for deb in debs],
        "verification": [finding.__dict__ for finding in findings],
    }
    output.mkdir(parents=True, exist_ok=True)
    for deb in debs:
        partial = output / f".{deb.name}.part"
        shutil.copyfile(deb, partial)
        partial.replace(output / deb.name)
    # Last: whoever finds the record finds everything that it names.
    target = output / record_name(release)
    partial = output / f".{target.name}.part"
    partial.write_text(json.dumps(record, indent=1, sort_keys=True) + "\n")
    partial.replace(target)
    return record
