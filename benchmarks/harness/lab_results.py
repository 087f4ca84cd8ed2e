"""The lab's figures as Markdown: who took how long, the goals, where ours went."""
import statistics

from lower_bound import NotClean

__all__ = ["NotClean", "lines", "ratios"]

OVER_BOUND, OVER_OURS = 1.05, 3.0


def ratios(found):
    """Within each round, then the median of the rounds; None where one of the two is missing."""
    ours = {run["round"]: run for run in found["runs"] if run["contestant"] == "upgrader"}
    theirs = {run["round"]: run for run in found["runs"] if run["contestant"] == "Ansible"}
    pairs = [(ours[turn], theirs[turn]) for turn in ours if turn in theirs]
    return {
        "over the bound": median(run["bound"]["ratio"] for run in ours.values()),
        "Ansible over the bound": median(his["wall"] / own["bound"]["bound"] for own, his in pairs),
        "Ansible over ours": median(his["wall"] / own["wall"] for own, his in pairs),
        "Ansible over ours, whole programs": median(his["whole"] / own["whole"] for own, his in pairs),
    }


def median(values):
    values = list(values)
    return statistics.median(values) if values else None


def spread(values):
    values = list(values)
    return f"{statistics.median(values):.0f} ({min(values):.0f} to {max(values):.0f})"


def lines(found):
    machine = found["machine"]
    text = [f"    {key}: {value}" for key, value in machine.items() if key != "versions"]
    text += ["    versions: " + ", ".join(f"{name} {version}" for name, version in machine["versions"].items()), ""]
    text += ["| | rounds | first act to end, s (least to most) | whole program, s | API probes lost | Service probes lost "
             "| load before |", "|---|---|---|---|---|---|---|"]
    for name in ("upgrader", "Ansible"):
        runs = [run for run in found["runs"] if run["contestant"] == name]
        if not runs:
            continue
        if name == "upgrader":
            text.append(f"| the lower bound of these runs | {len(runs)} | {spread(run['bound']['bound'] for run in runs)} "
                        "| | | | |")
        lost = [f"{sum(run['probes'][what]['failed'] for run in runs)} of {sum(run['probes'][what]['asked'] for run in runs)}"
                for what in ("api", "web")]
        text.append(f"| {'**upgrader**' if name == 'upgrader' else name} | {len(runs)} | {spread(run['wall'] for run in runs)} "
                    f"| {spread(run['whole'] for run in runs)} | {lost[0]} | {lost[1]} "
                    f"| {', '.join(str(run['load before']) for run in runs)} |")
    text += [""] + goals(found) + [""] + over(found)
    return text


def goals(found):
    value = ratios(found)
    ours = [run["probes"]["api"]["failed"] for run in found["runs"] if run["contestant"] == "upgrader"]
    lost = sum(ours) if ours else None
    rows = [("ours over its lower bound", value["over the bound"], f"at most {OVER_BOUND}",
             lambda v: v <= OVER_BOUND),
            ("Ansible over ours", value["Ansible over ours"], f"at least {OVER_OURS:.0f}", lambda v: v >= OVER_OURS),
            ("Ansible over ours, whole programs", value["Ansible over ours, whole programs"], "", None),
            ("Ansible over our lower bound: the most that the line above but one can be",
             value["Ansible over the bound"], "", None),
            ("API probes that ours has lost", lost, "none", lambda v: v == 0)]
    text = ["| | found | goal | met |", "|---|---|---|---|"]
    for name, one, goal, met in rows:
        shown = "-" if one is None else str(one) if isinstance(one, int) else f"{one:.2f}"
        verdict = "" if met is None else "not measured" if one is None else "yes" if met(one) else "**no**"
        text.append(f"| {name} | {shown} | {goal} | {verdict} |")
    return text


def over(found):
    """Where ours went, bound and beyond, in the run in the middle; and by phase."""
    runs = sorted((run for run in found["runs"] if run["contestant"] == "upgrader"), key=lambda run: run["bound"]["ratio"])
    if not runs:
        return []
    bound = runs[(len(runs) - 1) // 2]["bound"]
    text = ["| where ours went | s | of the time |", "|---|---|---|"]
    parts = {f"bound: {name}": value for name, value in bound["of the bound"].items()} | bound["over"]
    text += [f"| {name} | {value:.1f} | {value / bound['wall']:.0%} |" for name, value in parts.items()]
    text += ["", "In the last three columns lanes that went side by side are added up.", ""]
    text += ["| phase | lanes at once | bound, s | took, s | ends seen late | gates seen late | looks |",
             "|---|---|---|---|---|---|---|"]
    for phase in bound["phases"]:
        lanes = phase["lanes"]
        text.append(f"| {phase['phase']} | {phase['batch']} | {phase['bound']:.1f} | {phase['wall']:.1f} "
                    f"| {lanes['late_ends']:.1f} | {lanes['late_gates']:.1f} | {lanes['looks']:.1f} |")
    return text
