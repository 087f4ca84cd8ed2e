"""The works over SSH: all contestants beside each other on many sshd of this machine."""
import os

import hosts as farm
from peers import PEERS, Place
from race import Race, say
from results import goal_lines, judged, table
from works import PACKAGE_BYTES, WORKS

GOALS_HEAD = [
    "Goals, each the median of the ratios within a round, of which few took all contestants: one round says little where ours and the goal are "
    "close. The last of each work is the memory of ours alone.", "",
    "| work | figure | ours divided by that of | its key exchange | rounds | found | at most | met |", "|---|---|---|---|---|---|---|---|",
]


def environment(directory):
    """Nothing of the user's own: no agent, no configuration."""
    kept = {name: os.environ[name] for name in ("PATH", "USER") if name in os.environ}
    return kept | {"HOME": str(directory), "LC_ALL": "C.UTF-8", "TMPDIR": str(directory), "ANSIBLE_NOCOLOR": "1"}


def measure(options):
    """Races all works; returns results, the lines of the tables, and what went wrong."""
    farm.require_root()
    works = [work.quick() if options.quick else work for work in WORKS]
    if options.only:
        works = [work for work in works if work.key in options.only.split(",")]
    hosts = farm.Hosts(max(work.hosts for work in works))
    try:
        return race(options, works, hosts)
    finally:
        hosts.close()


def race(options, works, hosts):
    package = hosts.directory / "package"
    package.write_bytes(os.urandom(PACKAGE_BYTES // 10 if options.quick else PACKAGE_BYTES))
    place = Place(
        directory=hosts.directory, program=options.program, floor=options.floor, python=options.python,
        package=str(package), target=str(hosts.target / "package"), environment=environment(hosts.directory),
    )
    place.write_configs()
    wanted = [word.strip() for word in options.peers.split(",")] if options.peers else [""]
    named = [peer for peer in PEERS if any(word in peer.name for word in wanted)]
    problems = sorted({f"{peer.name} is NOT MEASURED: {why}" for peer in named if (why := peer.missing(place))})
    for problem in problems:
        say(f"bench: {problem}")
    peers = [peer for peer in named if peer.missing(place) is None]
    results, tables, goals = [], [], []
    for work in works:
        hosts.list(work.hosts)
        share = work.share / sum(other.share for other in works)
        rows = Race(work, place, hosts, peers, 0 if options.quick else options.minutes * 60 * share).perform()
        problems += [f"{work.key}: {row['peer']} FAILED: {row['failure']}" for row in rows if row["failure"]]
        results.append({"work": work.key, "title": work.title, "hosts": work.hosts, "commands": work.commands,
                        "rows": rows, "goals": judged(work, rows)})
        tables += table(work, rows) + [""]
        goals += goal_lines(work, rows)
    lost = [f"- {problem.splitlines()[0]}" for problem in problems] + ([""] if problems else [])
    return {"works": results, "problems": problems}, lost + tables + GOALS_HEAD + goals, problems
