"""Runs the contestants of a work in interleaved rounds, and checks that each has done the work."""
import filecmp
import random
import sys
import tempfile
import time

import meter
from peers import OURS

LONGEST = 300  # seconds for one run
MOST_ROUNDS = 9
LEAST_ROUNDS = 3  # of the quick, whatever the time: a median of one round is none


def say(text):
    print(text, file=sys.stderr, flush=True)


class Race:
    def __init__(self, work, place, hosts, peers, seconds):
        self.work, self.place, self.hosts = work, place, hosts
        self.seconds = seconds
        self.commands = [(peer, command) for peer in peers if (command := peer.command(place, work)) is not None]
        self.rows = [{"peer": peer.name, "kex": peer.kex, "runs": {}, "failure": None} for peer, _ in self.commands]

    def perform(self):
        """The rounds: everybody in the first; then everybody while half of what is left allows it, else the quick.

        Without any time there is one round.
        """
        began = time.monotonic()
        for turn in range(MOST_ROUNDS):
            left = self.seconds - (time.monotonic() - began)
            chosen = self._chosen(turn, left)
            if not chosen:
                break
            random.Random(f"{self.work.key}{turn}").shuffle(chosen)
            for index in chosen:
                self._run(turn, index)
        return self.rows

    def _chosen(self, turn, left):
        if turn == 0:
            return list(range(len(self.rows)))
        healthy = [index for index, row in enumerate(self.rows) if row["failure"] is None]
        last = {index: list(self.rows[index]["runs"].values())[-1]["wall"] for index in healthy}
        if sum(last.values()) <= left / 2:
            return healthy
        ours = next((last[index] for index in healthy if self.rows[index]["peer"] == OURS), 1)
        quick = [index for index in healthy if last[index] <= 2.5 * ours]
        is_due = self.seconds > 0 and turn < LEAST_ROUNDS
        return quick if is_due or sum(last[index] for index in quick) <= left else []

    def _run(self, turn, index):
        peer, command = self.commands[index]
        row = self.rows[index]
        before = self.hosts.commands_run()
        with tempfile.TemporaryFile() as output:
            run = meter.run(command, self.place.environment, output, LONGEST)
            problem = self._problem(peer, run, before)
            if problem:
                output.seek(0)
                tail = output.read()[-600:].decode(errors="replace").strip()
                row["failure"] = f"{problem}: {tail}" if tail else problem
                say(f"bench: {self.work.key}: {peer.name} ({peer.kex}) FAILED: {row['failure']}")
                return
        row["runs"][turn] = {"wall": run.wall, "cpu": run.cpu, "memory": run.memory}
        memory = "" if run.memory is None else f", {run.memory:.1f} MB"
        say(f"bench: {self.work.key} round {turn + 1}: {peer.name} ({peer.kex}): {run.wall:.2f} s, {run.cpu:.3f} s CPU{memory}")

    def _problem(self, peer, run, before):
        """Why a run does not count: nobody wins by doing less."""
        if run.status != 0:
            return "it took too long" if run.status is None else f"exit status {run.status}"
        if self.work.is_copy:
            copies = self.hosts.copies(self.work.hosts)
            wrong = [copy for copy in copies if not copy.exists() or not filecmp.cmp(copy, self.place.package, False)]
            self.hosts.forget_copies()
            return f"{len(wrong)} of {len(copies)} hosts do not have the file" if wrong else None
        ran, due = self.hosts.commands_run() - before, self.work.hosts * self.work.commands
        return None if ran >= due else f"the hosts ran {ran} commands instead of {due}"
