"""What a run of the lab could not have been quicker than, and where the rest of its time went.

The bound is the critical path of what had to be waited for, under the plan's own order and batch limits:

- a command's own time: from its start to its end on its host, where it ran as a job (the job's own files say when), and
  else as its SSH session saw it, which is some hundredths of a second too long; a copy to the operator, from intent to end;
- a gate's own wait: from the look that found it shut to the look that found it open, less the time between the last two
  looks, because it may have opened right after the last look that found it shut.

Phases follow one another, and the steps of a lane do. A phase takes its longest lane, or all its lanes divided by the
batch, whichever is more. Everything else is the tool: what it looks at, connects for, decides and writes down. Looks are
not in the bound even where an upgrade could not do without them.
"""
import collections
import dataclasses
import json
import pathlib

# Between two looks, Sources/UpgradeCore/Run/Driver+Effects.swift and GateInterval.swift: a tenth of what has passed, a quarter of a
# second at least and the interval of nodes and daemons at most; and the look itself, for which as much again is allowed.
SHORTEST, SHARE, LONGEST = 0.5, 1 / 8, 2.0


class NotClean(Exception):
    """The run was resumed, failed, or has not ended: what it could have taken is not known from it."""


@dataclasses.dataclass
class Spent:
    """Seconds of a step, a lane or a phase, by what they went into."""

    commands: float = 0.0  # their own time
    waits: float = 0.0  # the cluster's own time
    late_ends: float = 0.0  # starting a command, seeing its end, writing both down
    late_gates: float = 0.0  # seeing that a gate is open
    looks: float = 0.0  # asking, deciding, connecting, writing down

    def __add__(self, other):
        return Spent(*(getattr(self, name) + getattr(other, name) for name in NAMES))

    @property
    def own(self):
        return self.commands + self.waits


NAMES = [field.name for field in dataclasses.fields(Spent)]


def unit(run, key, attempt, index):
    """The name of a job's unit and directory (JobID.unitName); longer ones, cut there, do not occur on the lab."""
    path, target = key.rsplit("@", 1)
    name = f"upgrader-{run}:{path.replace('/', ':')}:{target}:{attempt}:{index}"
    return "".join(c if c.isascii() and (c.isalnum() or c in "-._:") else "_" for c in name)


def lines(path):
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def spent(key, run, records, traces, jobs):
    """What a step took; `records` and `traces` are its own lines of journal and transcript."""
    times, began = collections.defaultdict(dict), None
    for line in records:
        (kind, values), = line["record"].items()
        if kind == "failed" or values.get("attempt", 1) != 1:
            raise NotClean(f"{key} did not go well at its first attempt")
        if kind in ("intended", "acted"):
            times[values["index"]][kind] = line["time"]
        else:
            times[None][kind] = line["time"]
    began, ended = times[None].get("begun"), times.pop(None).get("done")
    if ended is None:
        raise NotClean(f"{key} has no end")
    found, acting = Spent(), 0.0
    for index, time in times.items():
        took = time["acted"] - time["intended"]
        ran = [
            trace["event"]["ran"]["_0"]["seconds"]
            for trace in traces
            if "ran" in trace["event"] and time["intended"] < trace["time"] <= time["acted"]
        ]
        # A job that waited for dpkg's lock is in the transcript once for each time it was begun; its files have the last one.
        own = min(sum(ran) if ran else took, took)
        name = unit(run, key, 1, index)
        if name in jobs and ran:
            own = min(jobs[name], max(ran), took)
        found.commands += own
        found.late_ends += took - own
        acting += took
    shut, waited = None, 0.0
    for trace in traces:
        if "gate" in trace["event"] and shut is None:
            shut = trace["time"]
        elif "opened" in trace["event"] and shut is not None:
            wait, shut = trace["time"] - shut, None
            late = min(wait, LONGEST, max(SHORTEST, wait * SHARE))
            found.waits += wait - late
            found.late_gates += late
            waited += wait
    found.looks = max(0.0, ended - began - acting - waited)
    return found, began, ended


def lost_jobs(directory, jobs):
    """The units of acts that have no job's files though the same act of the step has them on another host.

    The time that their sessions took would make the bound too long.
    """
    found, run = collections.defaultdict(lambda: ([], [])), None
    for line in lines(pathlib.Path(directory) / "journal.jsonl"):
        (kind, values), = line["record"].items()
        if kind == "started":
            run = values["_0"]["run"]
        elif kind == "intended":
            name = unit(run, values["_0"], values["attempt"], values["index"])
            step = values["_0"].rsplit("/", 1)[1].split("@")[0]
            found[step, values["index"]][name in jobs].append(name)
    return [name for without, with_files in found.values() if with_files for name in without]


def measure(directory, jobs):
    """The bound of a run: `directory` is the run's own, `jobs` the own seconds of its jobs by their units' names."""
    directory = pathlib.Path(directory)
    plan = json.loads((directory / "plan.json").read_text(encoding="utf-8"))
    records, first_act, end = collections.defaultdict(list), None, None
    run = None
    for line in lines(directory / "journal.jsonl"):
        (kind, values), = line["record"].items()
        if kind == "started":
            run = values["_0"]["run"]
        elif kind == "resumed":
            raise NotClean("the run was resumed")
        elif kind == "stopped":
            end = line["time"]
        elif isinstance(values.get("_0"), str):
            records[values["_0"]].append(line)
            if kind == "intended" and first_act is None:
                first_act = line["time"]
    if end is None or first_act is None:
        raise NotClean("the run has not ended, or nothing was done in it")
    traces = collections.defaultdict(list)
    for line in lines(directory / "transcript.jsonl"):
        traces[line["key"]].append(line)

    phases, beside = [], Spent()
    for hop in plan["hops"]:
        for phase in hop["phases"]:
            lanes, began, ended = [], [], []
            for lane in phase["lanes"]:
                total = Spent()
                for step in lane["steps"]:
                    key = f"{hop['id']}/{phase['id']}/{step}@{lane['target']}"
                    if key in records:
                        took, start, stop = spent(key, run, records[key], traces[key], jobs)
                        total += took
                        began.append(start)
                        ended.append(stop)
                lanes.append(total)
            # What went before the first act is the look at the cluster, not the upgrade.
            if not began or max(ended) < first_act:
                continue
            all_lanes = sum(lanes, Spent())
            bound = max(max(lane.own for lane in lanes), all_lanes.own / phase["batch"])
            phases.append({
                "phase": f"{hop['id']}/{phase['id']}", "batch": phase["batch"], "bound": bound,
                "wall": max(ended) - max(min(began), first_act), "lanes": dataclasses.asdict(all_lanes),
            })
            if phase["batch"] == 1:
                beside += all_lanes
    wall, bound = end - first_act, sum(phase["bound"] for phase in phases)
    several = [phase for phase in phases if phase["batch"] > 1]
    over = {
        "ends of commands, seen late": beside.late_ends, "gates that are open, seen late": beside.late_gates,
        "looks, decisions, records": beside.looks,
        "phases of several lanes, beyond their bound": sum(phase["wall"] - phase["bound"] for phase in several),
    }
    over["between steps and phases"] = wall - bound - sum(over.values())
    return {
        "wall": wall, "bound": bound, "ratio": wall / bound, "phases": phases, "over": over,
        "of the bound": {
            "commands": sum(phase["lanes"]["commands"] for phase in phases if phase["batch"] == 1),
            "the cluster": sum(phase["lanes"]["waits"] for phase in phases if phase["batch"] == 1),
            "phases of several lanes": sum(phase["bound"] for phase in several),
        },
    }
