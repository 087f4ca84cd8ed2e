"""Medians, ratios within a round, and how they are shown."""
import statistics

from goals import GOALS, memory_limit
from peers import FLOOR, OURS, SAME

FIGURES = ("wall", "cpu", "memory")


def row(rows, name, kex):
    return next((row for row in rows if row["peer"] == name and row["kex"] == kex), None)


def ratios(figure, above, below):
    """The ratios of two contestants in the rounds in which both ran."""
    if above is None or below is None:
        return []
    return [
        run[figure] / below["runs"][turn][figure]
        for turn, run in above["runs"].items()
        if turn in below["runs"] and run[figure] is not None and below["runs"][turn][figure]
    ]


def ratio(figure, above, below):
    """The median of the ratios; None where there is none."""
    found = ratios(figure, above, below)
    return statistics.median(found) if found else None


def median(figure, row):
    values = [run[figure] for run in row["runs"].values() if run[figure] is not None]
    return statistics.median(values) if values else None


def judged(work, rows):
    """Every goal of a work with what was found."""
    ours = row(rows, OURS, SAME)
    found = []
    for works, figure, name, kex, limit in GOALS:
        if work.key in works:
            value = ratio(figure, ours, row(rows, name, kex))
            found.append({"figure": figure, "against": name, "kex": kex, "limit": limit, "value": value,
                          "rounds": len(ratios(figure, ours, row(rows, name, kex))),
                          "met": None if value is None else value <= limit})
    value = median("memory", ours) if ours else None
    found.append({"figure": "memory, MB", "against": None, "kex": None, "limit": memory_limit(work.hosts),
                  "rounds": len(ours["runs"]) if ours else 0, "value": value, "met": None if value is None else value <= memory_limit(work.hosts)})
    return found


def number(value, digits=2):
    if value is None:
        return "-"
    return f"{value:.{digits}f}" if value < 100 else f"{value:.0f}"


def table(work, rows):
    """A work as a Markdown table, the quickest first."""
    base = row(rows, FLOOR, SAME)
    lines = [
        f"**{work.key}: {work.title}**", "",
        "| | key exchange | rounds | wall s (least to most) | times the floor | CPU s | times the floor | memory MB |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for one in sorted((one for one in rows if one["runs"]), key=lambda one: median("wall", one)):
        walls = [run["wall"] for run in one["runs"].values()]
        name = f"**{one['peer']}**" if one["peer"] == OURS else one["peer"]
        lines.append(
            f"| {name} | {'as libssh' if one['kex'] == SAME else 'its own'} | {len(walls)} "
            f"| {number(median('wall', one))} ({number(min(walls))} to {number(max(walls))}) "
            f"| {number(ratio('wall', one, base))} | {number(median('cpu', one), 3)} "
            f"| {number(ratio('cpu', one, base))} | {number(median('memory', one), 1)} |"
        )
    return lines


def goal_lines(work, rows):
    """The goals of a work as rows of a Markdown table."""
    words = {True: "yes", False: "**no**", None: "not measured"}
    lines = []
    for goal in judged(work, rows):
        against = "-" if goal["against"] is None else goal["against"]
        kex = {None: "-", SAME: "as libssh"}.get(goal["kex"], "its own")
        lines.append(
            f"| {work.key} | {goal['figure']} | {against} | {kex} | {goal['rounds']} | {number(goal['value'], 3)} "
            f"| {number(goal['limit'])} | {words[goal['met']]} |"
        )
    return lines
