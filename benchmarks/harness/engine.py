"""The benchmarks of the tool itself: each part is a process of its own, so that its memory is its own."""
import json
import os
import pathlib
import subprocess
import tempfile

TENTH = 10
ROOT = pathlib.Path(__file__).resolve().parents[2]


def parts(quick):
    """Name and words; what a part reads besides, `measure` makes."""
    less = TENTH if quick else 1
    return [
        ("e. survey and plan", [["planning", str(nodes // less)] for nodes in (100, 1_000, 5_000)]),
        ("the whole upgrade, simulated", [["rehearsing", str(max(50, workers // less))] for workers in (50, 500)]),
        ("f. journal", [["recording", str(100_000 // less)]]),
        ("g. resume", [["preparing", str(200_000 // less)], ["resuming"]]),
        ("foresight", [["foreseeing", str(1_000 // less)]]),
        ("Helm's inventory", [["inventory", str(2_000 // less)]]),
    ]


def revisions(directory):
    """A file of the revisions of one release, by Helm 2's own modules; their Python is made when it is not there."""
    python = subprocess.run([ROOT / "Scripts/helm/venv"], check=True, stdout=subprocess.PIPE, text=True).stdout.strip()
    path = f"{directory}/revisions"
    with open(path, "wb") as file:
        subprocess.run([python, "-B", ROOT / "Scripts/helm/releases.py", "usual", "10"], check=True, stdout=file,
                       env=os.environ | {"PROTOCOL_BUFFERS_PYTHON_IMPLEMENTATION": "python"})
    return path


def measure(program, quick, say):
    """All parts, as a list of groups of figures."""
    groups = []
    for title, commands in parts(quick):
        figures = []
        # Where BENCH_DIR is, the program looks itself; this one is for the part that hands a run on to the next.
        with tempfile.TemporaryDirectory(prefix="upgrader-bench-") as state:
            for words in commands:
                if words[0] == "preparing":
                    words = words + [state]
                if words[0] == "resuming":
                    words = words + [f"{state}/benchmark/run"]
                if words[0] == "inventory":
                    words = words + [revisions(state)]
                say(f"bench: {' '.join(words[:2])}")
                done = subprocess.run([program, *words], check=True, stdout=subprocess.PIPE, text=True)
                if words[0] != "preparing":
                    figures.append({"part": words[0], "figures": json.loads(done.stdout.splitlines()[-1])})
        groups.append({"title": title, "parts": figures})
    return groups


def table(groups):
    lines = ["| | |", "|---|---|"]
    for group in groups:
        lines.append(f"| **{group['title']}** | |")
        for part in group["parts"]:
            for figure in part["figures"]:
                value = figure["value"]
                text = f"{value:,.0f}" if value >= 100 or value == int(value) else f"{value:.2f}"
                lines.append(f"| {figure['name'].strip()} | {text} {figure['unit']} |")
    return lines
