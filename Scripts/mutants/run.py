"""Builds all mutants into one binary, chooses one at a time, and runs the tests that must notice it."""

import os
import re
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
WORK = ROOT / ".build" / "mutants"
TREE = WORK / "tree"
SWITCH = "Sources/UpgradeCore/Mutants.swift"
# A law runs for some seconds; a mutant that is still walking after this is a fault of its own.
LIMIT = 300

SWITCH_TEXT = """\
internal import Glibc

public enum Mutants {
    public static let chosen = getenv("UPGRADER_MUTANT").map { String(cString: $0) }
    public nonisolated(unsafe) static var isRehearsing = false

    public static func isOn(_ name: String) -> Bool { chosen == name }
}
"""


@dataclass
class Edit:
    path: str
    old: str = ""
    new: str = ""


@dataclass
class Mutant:
    name: str
    what: str
    tests: str = ""
    edits: list = field(default_factory=list)


class Unfit(Exception):
    """The table does not fit the sources."""


def read_table(path):
    mutants, part = [], None
    for number, line in enumerate(path.read_text().splitlines(), 1):
        word, _, rest = line.partition(" ")
        if part and line in ("new", "end"):
            part = "new" if line == "new" else None
        elif part and re.match(r"mutant [a-z0-9-]+: ", line):
            raise Unfit(f"{path.name}:{number}: {mutants[-1].name} has no end")
        elif part:
            edit = mutants[-1].edits[-1]
            setattr(edit, part, getattr(edit, part) + line + "\n")
        elif line == "old":
            part = "old"
        elif word == "mutant":
            name, _, what = rest.partition(": ")
            if any(mutant.name == name for mutant in mutants):
                raise Unfit(f"{path.name}:{number}: {name} is there twice")
            mutants.append(Mutant(name, what))
        elif word == "tests":
            mutants[-1].tests = rest
        elif word == "file":
            mutants[-1].edits.append(Edit(rest))
        elif line and not line.startswith("#"):
            raise Unfit(f"{path.name}:{number}: {line!r} is not a line of the table")
    return mutants


def pattern(old):
    """The text to look for: leading spaces do not count."""
    lines = [re.escape(line.strip()) for line in old.rstrip("\n").split("\n")]
    return re.compile(r"\n[ ]*".join(lines))


def mutate(sources, mutants):
    for mutant in mutants:
        if not mutant.edits or not mutant.tests:
            raise Unfit(f"{mutant.name} has no change or no tests")
        for edit in mutant.edits:
            text = sources.get(edit.path)
            if text is None:
                raise Unfit(f"{mutant.name}: there is no file {edit.path}")
            found = pattern(edit.old).findall(text)
            if len(found) != 1:
                raise Unfit(f"{mutant.name}: its old text stands {len(found)} times in {edit.path}")
            new = re.sub(r"\bMUTANT\b", f'Mutants.isOn("{mutant.name}")', edit.new.rstrip("\n"))
            sources[edit.path] = pattern(edit.old).sub(lambda _: new, text)


def own_switch(path, sources):
    """Where the switch of a mutated file stands: a module that imports none of ours has one of its own."""
    module = "/".join(path.split("/")[:2])
    knows = module == "Sources/UpgradeCore" or "import UpgradeCore" in sources[path]
    return SWITCH if knows else f"{module}/Mutants.swift"


def list_sources():
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.splitlines()
    return [name for name in names if (ROOT / name).is_file()] + ["Package.resolved"]


def write_tree(mutants):
    """Makes the copy; files that have not changed keep their time, so that the build is short."""
    texts = {}
    for name in list_sources():
        if (ROOT / name).is_file():
            texts[name] = (ROOT / name).read_bytes()
    sources = {name: data.decode() for name, data in texts.items() if name.endswith(".swift")}
    mutate(sources, mutants)
    for path in {SWITCH} | {own_switch(edit.path, sources) for mutant in mutants for edit in mutant.edits}:
        # Nobody else's, or whoever imports both would have two.
        sources[path] = SWITCH_TEXT if path == SWITCH else SWITCH_TEXT.replace("public ", "")
    texts.update({name: text.encode() for name, text in sources.items()})
    for old in [path for path in TREE.rglob("*") if path.is_file() and ".build" not in path.parts[len(TREE.parts):]]:
        if str(old.relative_to(TREE)) not in texts:
            old.unlink()
    for name, data in texts.items():
        path = TREE / name
        if path.is_file() and path.read_bytes() == data:
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def build():
    start = time.monotonic()
    print("mutants: building all of them ...", flush=True)
    with open(WORK / "build.log", "w") as log:
        command = ["nice", "swift", "build", "--build-tests"]
        code = subprocess.run(command, cwd=TREE, stdout=log, stderr=subprocess.STDOUT).returncode
    if code != 0:
        errors = [line for line in (WORK / "build.log").read_text().splitlines() if "error:" in line]
        print("\n".join(errors[:20]))
        raise Unfit("the mutants do not build; see .build/mutants/build.log")
    print(f"mutants: built in {time.monotonic() - start:.0f} s", flush=True)


def run(tests, name="", limit=LIMIT, width=4):
    """The tests that failed, with how long it took; `None` for tests that did not end in `limit` seconds.

    As Scripts/test does it a few run at a time: what waits for its turn does not run into a time limit of its own.

    The binary itself is started: `swift test` waits for any other that runs in the same directory.
    """
    start = time.monotonic()
    environment = dict(os.environ, UPGRADER_MUTANT=name)
    environment.pop("UPDATE_GOLDEN", None)
    binary = TREE / ".build" / "debug" / "upgraderPackageTests.xctest"
    command = ["nice", binary, "--testing-library", "swift-testing", "--filter", tests]
    command += ["--experimental-maximum-parallelization-width", str(width)]
    log = WORK / f"{name or 'none'}.log"
    with open(log, "w") as output:
        process = subprocess.Popen(
            command, cwd=TREE, env=environment, stdout=output, stderr=subprocess.STDOUT, start_new_session=True
        )
        try:
            code = process.wait(timeout=limit)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, 9)
            process.wait()
            return None, time.monotonic() - start
    text = log.read_text(errors="replace")
    if not re.search(r"Test run with [1-9]\d* tests?", text) and code == 0:
        raise Unfit(f"no test is named by {tests!r}")
    failed = re.findall(r'Test (?!run with)"?(.+?)"?(?: with \d+ test cases)? failed after', text)
    if code != 0 and not failed:
        # A trap ends the whole run: what was under way is not known to have been the one that noticed.
        failed = ["a trap: " + next((line for line in text.splitlines() if "Fatal error" in line), f"exit {code}")]
    return failed, time.monotonic() - start


def main(arguments):
    mutants = read_table(ROOT / "Scripts" / "mutants" / "table.txt")
    names = [argument for argument in arguments if not argument.startswith("-")]
    chosen = [mutant for mutant in mutants if not names or any(name in mutant.name for name in names)]
    if "--list" in arguments:
        for mutant in chosen:
            print(f"{mutant.name:40} {mutant.what}")
        return 0
    if not chosen:
        raise Unfit(f"no mutant is named {' or '.join(names)}")
    WORK.mkdir(parents=True, exist_ok=True)
    write_tree(mutants)
    build()
    # All of them together are most of the suite; those that watch programs want to be by themselves.
    every, limit = "|".join(dict.fromkeys(mutant.tests for mutant in chosen)), LIMIT * len(chosen)
    failed, took = run(every, limit=limit)
    if failed:
        failed, took = run(every, limit=limit, width=1)
    if failed or failed is None:
        raise Unfit(f"with no mutant chosen these fail already: {failed}")
    print(f"mutants: with none chosen every test passes ({took:.0f} s)", flush=True)
    survivors = []
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        results = pool.map(lambda mutant: run(mutant.tests, mutant.name), chosen)
        for number, (mutant, (failed, took)) in enumerate(zip(chosen, results), 1):
            print(f"{number:3}/{len(chosen)} {mutant.name}: {mutant.what}")
            if failed is None:
                verdict = f"DID NOT END within {LIMIT} s"
            elif failed:
                verdict = f"killed by: {failed[0]}" + (f" (and {len(failed) - 1} more)" if len(failed) > 1 else "")
            else:
                verdict = "SURVIVED"
            if not failed:
                survivors.append(mutant.name)
            print(f"        {verdict}   [{took:.0f} s]", flush=True)
    print(f"mutants: {len(chosen) - len(survivors)} of {len(chosen)} killed")
    if survivors:
        print("mutants: not killed: " + " ".join(survivors))
        return 1
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except Unfit as error:
        print(f"mutants: {error}", file=sys.stderr)
        sys.exit(2)
