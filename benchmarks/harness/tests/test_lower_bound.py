"""The lower bound of a run, from journals made here and from one that the lab has written."""
import json
import pathlib
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

import lower_bound  # noqa: E402

HOP, RUN = "1.12-1.13", "20261129-110039-njgc"


class Story:
    """Writes the files of a run whose steps are told one after the other."""

    def __init__(self):
        self.journal, self.transcript, self.phases = [], [], []
        self.record(0, "started", {"_0": {"run": RUN}})

    def record(self, time, kind, values):
        self.journal.append({"time": time, "record": {kind: values}})

    def trace(self, time, key, kind, values):
        self.transcript.append({"time": time, "key": key, "event": {kind: {"_0": values}}})

    def phase(self, name, batch, **lanes):
        self.phases.append({"id": name, "batch": batch, "failureBudget": 0,
                            "lanes": [{"target": target, "steps": steps} for target, steps in lanes.items()]})

    def step(self, key, began, ended, acts=(), gate=None):
        """`acts` are (intended, acted, seconds of its command or None for a copy); `gate` is (shut, opened)."""
        key = f"{HOP}/{key}"
        self.record(began, "begun", {"_0": key, "attempt": 1})
        for index, (intended, acted, seconds) in enumerate(acts):
            self.record(intended, "intended", {"_0": key, "attempt": 1, "index": index})
            if seconds is not None:
                ran = {"host": "w1", "command": "true", "output": "", "status": "exit 0", "seconds": seconds}
                self.trace(acted, key, "ran", ran)
            self.record(acted, "acted", {"_0": key, "attempt": 1, "index": index})
        if gate:
            self.trace(gate[0], key, "gate", "it is shut")
            self.trace(gate[1], key, "opened", [])
        self.record(ended, "done", {"_0": key})

    def stop(self, time):
        self.record(time, "stopped", {"_0": {"reached": {"_0": HOP}}})

    def measure(self, jobs=None):
        with tempfile.TemporaryDirectory() as directory:
            place = pathlib.Path(directory)
            plan = {"hops": [{"id": HOP, "phases": self.phases}]}
            (place / "plan.json").write_text(json.dumps(plan), encoding="utf-8")
            for name, lines in (("journal", self.journal), ("transcript", self.transcript)):
                text = "".join(json.dumps(line) + "\n" for line in sorted(lines, key=lambda line: line["time"]))
                (place / f"{name}.jsonl").write_text(text, encoding="utf-8")
            return lower_bound.measure(place, jobs or {})


def one_worker():
    """A look of 2 s, an act of 3 s whose job ran 2.4 s, a look of 1 s, a gate of 5 s, a look of 1 s."""
    story = Story()
    story.phase("workers", 1, w1=["restart-kubelet"])
    story.step("workers/restart-kubelet@w1", 10, 22, acts=[(12, 15, 2.9)], gate=(16, 21))
    story.stop(22.5)
    return story


class LowerBoundTests(unittest.TestCase):
    def assertParts(self, found):
        """Every second of the run is in one part and in one only."""
        self.assertAlmostEqual(sum(found["of the bound"].values()), found["bound"])
        self.assertAlmostEqual(found["bound"] + sum(found["over"].values()), found["wall"])

    def test_a_long_gate_may_have_been_open_for_two_seconds(self):
        story = Story()
        story.phase("workers", 1, w1=["node-ready"])
        story.step("workers/node-ready@w1", 0, 44, acts=[(1, 2, 1)], gate=(2, 42))
        story.stop(44)
        self.assertAlmostEqual(story.measure()["bound"], 1 + 38)

    def test_a_job_counts_with_its_own_time_and_a_gate_with_one_look_less(self):
        job = lower_bound.unit(RUN, f"{HOP}/workers/restart-kubelet@w1", 1, 0)
        found = one_worker().measure({job: 2.4})
        self.assertAlmostEqual(found["bound"], 2.4 + 5 * 7 / 8)
        self.assertAlmostEqual(found["wall"], 22.5 - 12)
        lanes = found["phases"][0]["lanes"]
        self.assertAlmostEqual(lanes["commands"], 2.4)
        self.assertAlmostEqual(lanes["late_ends"], 0.6)
        self.assertAlmostEqual(lanes["waits"], 5 * 7 / 8)
        self.assertAlmostEqual(lanes["late_gates"], 5 / 8)
        self.assertAlmostEqual(lanes["looks"], 4)
        self.assertParts(found)

    def test_what_is_no_job_counts_as_its_session_saw_it(self):
        found = one_worker().measure()
        self.assertAlmostEqual(found["of the bound"]["commands"], 2.9)

    def test_a_job_is_never_longer_than_it_was_seen(self):
        job = lower_bound.unit(RUN, f"{HOP}/workers/restart-kubelet@w1", 1, 0)
        self.assertAlmostEqual(one_worker().measure({job: 60})["of the bound"]["commands"], 2.9)

    def test_a_job_that_was_begun_twice_for_a_held_lock_counts_once(self):
        story = one_worker()
        ran = {"host": "w1", "command": "true", "output": "", "status": "exit 0", "seconds": 2.8}
        story.trace(14, f"{HOP}/workers/restart-kubelet@w1", "ran", ran)
        job = lower_bound.unit(RUN, f"{HOP}/workers/restart-kubelet@w1", 1, 0)
        self.assertAlmostEqual(story.measure({job: 2.4})["of the bound"]["commands"], 2.4)

    def test_a_gate_that_opened_at_the_second_look_may_have_been_open_all_the_time(self):
        story = Story()
        story.phase("workers", 1, w1=["node-ready"])
        story.step("workers/node-ready@w1", 0, 4, acts=[(1, 2, 1)], gate=(2.2, 2.65))
        story.stop(4)
        self.assertAlmostEqual(story.measure()["bound"], 1)

    def test_a_copy_counts_from_intent_to_end(self):
        story = Story()
        story.phase("backup", 1, etcd1=["etcd-snapshot"])
        story.step("backup/etcd-snapshot@etcd1", 0, 5, acts=[(1, 2, 0.7), (2, 3.5, None)])
        story.stop(5)
        found = story.measure()
        self.assertAlmostEqual(found["bound"], 0.7 + 1.5)
        self.assertParts(found)

    def test_lanes_side_by_side_take_the_longest_or_their_share(self):
        for longest, expected in ((4, 5), (9, 9)):
            story = Story()
            story.phase("backup", 2, cp1=["save"], cp2=["save"], w1=["save"])
            story.step("backup/save@cp1", 0, longest, acts=[(0, longest, longest)])
            story.step("backup/save@cp2", 0, 3, acts=[(0, 3, 3)])
            story.step("backup/save@w1", 3, 6, acts=[(3, 6, 3)])
            story.stop(10)
            found = story.measure()
            self.assertAlmostEqual(found["bound"], expected)
            self.assertParts(found)

    def test_lanes_and_phases_one_after_the_other_add_up(self):
        story = Story()
        story.phase("control-plane", 1, cp1=["restart"], cp2=["restart"])
        story.phase("workers", 1, w1=["restart"])
        story.step("control-plane/restart@cp1", 0, 2, acts=[(0, 2, 1.5)])
        story.step("control-plane/restart@cp2", 2, 4, acts=[(2, 4, 1.5)])
        story.step("workers/restart@w1", 4, 6, acts=[(4, 6, 1.5)])
        story.stop(6)
        self.assertAlmostEqual(story.measure()["bound"], 4.5)

    def test_what_goes_before_the_first_act_is_not_counted(self):
        story = one_worker()
        story.phases.insert(0, {"id": "preflight", "batch": 16, "lanes": [{"target": "w1", "steps": ["reachable"]}]})
        story.step("preflight/reachable@w1", 1, 9)
        found = story.measure()
        self.assertAlmostEqual(found["wall"], 22.5 - 12)
        self.assertEqual([phase["phase"] for phase in found["phases"]], [f"{HOP}/workers"])

    def test_a_run_that_did_not_go_through_at_once_has_no_bound(self):
        for kind, values in (
            ("resumed", {"_0": {"run": RUN}}),
            ("failed", {"_0": f"{HOP}/workers/restart-kubelet@w1", "attempt": 1}),
            ("begun", {"_0": f"{HOP}/workers/restart-kubelet@w1", "attempt": 2}),
        ):
            story = one_worker()
            story.record(11, kind, values)
            with self.assertRaises(lower_bound.NotClean, msg=kind):
                story.measure()
        story = one_worker()
        story.journal.pop()
        with self.assertRaises(lower_bound.NotClean):
            story.measure()


class RecordedTests(unittest.TestCase):
    """`recorded/` is what the lab wrote; the figures were added up by hand from its lines."""

    def setUp(self):
        self.found = lower_bound.measure(HERE / "recorded", {})
        self.phases = {phase["phase"]: phase for phase in self.found["phases"]}

    def test_one_at_a_time(self):
        phase = self.phases[f"{HOP}/controllers"]
        self.assertAlmostEqual(phase["lanes"]["commands"], 3.115, delta=0.005)
        self.assertAlmostEqual(phase["lanes"]["waits"], 12.346 * 7 / 8 + 12.253 * 7 / 8 + 1.918 + 2.221, delta=0.005)
        self.assertAlmostEqual(phase["lanes"]["late_gates"], 12.346 / 8 + 12.253 / 8 + 1, delta=0.005)
        self.assertAlmostEqual(phase["bound"], 28.778, delta=0.01)

    def test_six_at_once_take_what_the_longest_takes(self):
        phase = self.phases[f"{HOP}/backup"]
        # Snapshot, its directory, its proof and its copy, on etcd1.
        self.assertAlmostEqual(phase["bound"], 0.173 + 0.706 + 1.354 + 0.071, delta=0.005)

    def test_from_the_first_act_to_the_end(self):
        self.assertAlmostEqual(self.found["wall"], 228.005 - 12.358, delta=0.001)

    def test_a_job_whose_files_are_gone_is_named_where_others_of_its_kind_have_theirs(self):
        unit = "upgrader-{}:{}:controllers:restart-{}:{}:1:1".format
        known = unit(RUN, HOP, "controller-manager", "cp1")
        lost = lower_bound.lost_jobs(HERE / "recorded", {known: 0.070})
        self.assertIn(unit(RUN, HOP, "controller-manager", "cp2"), lost)
        self.assertNotIn(known, lost)
        # Of an archive no job is known at all.
        self.assertFalse([name for name in lost if "save-configuration" in name])

    def test_the_jobs_of_hosts_are_found_by_their_names(self):
        job = f"upgrader-{RUN}:{HOP}:controllers:restart-controller-manager:cp1:1:1"
        found = lower_bound.measure(HERE / "recorded", {job: 0.070})
        self.assertAlmostEqual(self.found["bound"] - found["bound"], 0.598 - 0.070, delta=0.001)


if __name__ == "__main__":
    unittest.main()
