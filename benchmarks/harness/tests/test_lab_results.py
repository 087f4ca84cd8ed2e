"""What the lab's figures say of the goals, what is read from Ansible's log, and where tables are written."""
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

import lab_contestants  # noqa: E402
import lab_results  # noqa: E402
import readme  # noqa: E402

LOG = """\
2026-11-29 12:00:00,000 p=7 u=root n=ansible | PLAY [Every host answers] ****
2026-11-29 12:00:00,500 p=7 u=root n=ansible | TASK [It answers and grants root] ****
2026-11-29 12:00:02,250 p=7 u=root n=ansible | ok: [w1]
2026-11-29 12:00:03,000 p=7 u=root n=ansible | PLAY [Save what leads back] ****
2026-11-29 12:00:03,125 p=7 u=root n=ansible | TASK [Packages] ****
2026-11-29 12:00:05,125 p=7 u=root n=ansible | TASK [Restart it] ****
2026-11-29 12:00:06,125 p=7 u=root n=ansible | TASK [Packages] ****
"""


def run(name, turn, wall, lost=0, bound=None):
    found = {"contestant": name, "round": turn, "wall": wall, "whole": wall + 20, "load before": 1.0, "violations": 0,
             "probes": {what: {"asked": 1000, "failed": lost, "longest_gap_s": 0.2} for what in ("api", "web")}}
    if bound:
        lanes = {"commands": bound, "waits": 0.0, "late_ends": wall - bound, "late_gates": 0.0, "looks": 0.0}
        found["bound"] = {"bound": bound, "ratio": wall / bound, "wall": wall, "over": {"late": wall - bound},
                          "of the bound": {"commands": bound},
                          "phases": [{"phase": "1.12-1.13/workers", "batch": 1, "bound": bound, "wall": wall, "lanes": lanes}]}
    return found


def document(*runs):
    return {"machine": {"date": "today", "versions": {"ansible-core": "2"}}, "runs": list(runs)}


class LabResultsTests(unittest.TestCase):
    def test_ratios_are_taken_within_a_round(self):
        found = lab_results.ratios(document(
            run("upgrader", 1, 110, bound=100), run("Ansible", 1, 330),
            run("upgrader", 2, 240, bound=200), run("Ansible", 2, 480),
        ))
        self.assertAlmostEqual(found["over the bound"], 1.15)
        self.assertAlmostEqual(found["Ansible over ours"], 2.5)
        self.assertAlmostEqual(found["Ansible over the bound"], 2.85)

    def test_goals_are_judged(self):
        met = "\n".join(lab_results.goals(document(run("upgrader", 1, 104, bound=100), run("Ansible", 1, 320, lost=5))))
        self.assertEqual(met.count("| yes |"), 3)
        missed = "\n".join(lab_results.goals(document(run("upgrader", 1, 106, 1, bound=100), run("Ansible", 1, 317))))
        self.assertEqual(missed.count("| **no** |"), 3)

    def test_what_was_not_measured_is_not_met(self):
        text = "\n".join(lab_results.lines(document(run("Ansible", 1, 300))))
        self.assertEqual(text.count("not measured"), 3)
        self.assertNotIn("| yes |", text)

    def test_each_contestant_has_a_row(self):
        text = "\n".join(lab_results.lines(document(run("upgrader", 1, 110, bound=100), run("Ansible", 1, 330, lost=4))))
        self.assertIn("| the lower bound of these runs | 1 | 100 (100 to 100) |", text)
        self.assertIn("| **upgrader** | 1 | 110 (110 to 110) | 130 (130 to 130) | 0 of 1000 | 0 of 1000 | 1.0 |", text)
        self.assertIn("| Ansible | 1 | 330 (330 to 330) | 350 (350 to 350) | 4 of 1000 | 4 of 1000 | 1.0 |", text)
        self.assertIn("| late | 10.0 | 9% |", text)


class AnsibleLogTests(unittest.TestCase):
    def test_the_first_act_is_the_play_that_saves(self):
        times = dict((name, time) for time, name in lab_contestants.stamps(LOG))
        self.assertAlmostEqual(lab_contestants.first_act(LOG) - times["PLAY [Every host answers]"], 3)

    def test_seconds_of_tasks_add_up_over_hosts(self):
        end = max(time for time, _ in lab_contestants.stamps(LOG)) + 4
        found = lab_contestants.task_seconds(LOG, end)
        self.assertEqual(found[0], ("TASK [Packages]", 6.0))
        self.assertEqual(dict(found)["TASK [Restart it]"], 1.0)

    def test_the_play_is_there(self):
        play = (lab_contestants.ANSIBLE / "backup.yaml").read_text(encoding="utf-8")
        self.assertIn(f"- name: {lab_contestants.FIRST_ACT.removeprefix('PLAY [').removesuffix(']')}\n", play)


class JobSecondsTests(unittest.TestCase):
    def test_from_the_birth_of_the_output_to_the_change_of_the_result(self):
        text = ("upgrader-r:1.12-1.13:workers:drain:w1:1:0/stdout 100.25 103.5\n"
                "upgrader-r:1.12-1.13:workers:drain:w1:1:0/result 104.0 104.75\n"
                "upgrader-r:1.12-1.13:workers:drain:w2:1:0/stdout 110.0 111.0\n")
        self.assertEqual(lab_contestants.job_seconds(text), {"upgrader-r:1.12-1.13:workers:drain:w1:1:0": 4.5})

    def test_a_disk_that_keeps_no_birth_is_refused(self):
        for birth in ("0.000000000", "-1"):
            with self.assertRaises(lab_contestants.Failed):
                lab_contestants.job_seconds(f"upgrader-r:x/stdout {birth} 103.5\nupgrader-r:x/result 104.0 104.75\n")


class ReadmeTests(unittest.TestCase):
    def test_only_what_stands_between_the_marks_is_replaced(self):
        text = "a\n<1>\nold\n</1>\nb\n<2>\nkept\n</2>\n"
        self.assertEqual(readme.replace(text, "<1>", "</1>", ["new", ""]), "a\n<1>\n\nnew\n\n</1>\nb\n<2>\nkept\n</2>\n")

    def test_a_missing_mark_is_an_error(self):
        for begin, end in (("<3>", "</1>"), ("<1>", "</3>")):
            with self.assertRaises(ValueError):
                readme.replace("<1>\n</1>\n", begin, end, [])


if __name__ == "__main__":
    unittest.main()
