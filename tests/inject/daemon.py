# SPDX-License-Identifier: Apache-2.0
"""Our programs with calls that fail when asked to: started, ended, judged."""
import os
import signal
import subprocess

from programs import BUILD, Program, answers, wait_until
from run import COMPLAINT, OPTIONS

ENVIRONMENT = {name: value.format(leaks=1) for name, value in OPTIONS.items()}
SHARE = int(os.environ.get("TABRELAY_INJECT_SHARE", "1"))
TIMEOUT_S = 120


def totals(counts):
    """kind -> (calls, numbers of those that were the first from their place), as a program has counted them."""
    lines = [line.split() for line in counts.read_text().splitlines()]
    return {kind: (int(calls), [int(n) for n in first]) for kind, calls, *first in lines}


def orders(counts, after=None):
    """One for the first call from each place; AFTER: the counts of a run in which less was done, of which nothing is wanted."""
    before = totals(after) if after else {}
    return [f"{kind}:{n}" for kind, (_, first) in totals(counts).items() for n in first if n > before.get(kind, (0, []))[0]]


def complaint(status, text):
    """Why an end was no good one; "" when it was."""
    found = COMPLAINT.search(text)
    if found:
        return text[found.start():][:1500]
    if status is None or status < 0 or status > 3:
        return f"status {status}"
    said = [line for line in text.splitlines() if line and not line.startswith("inject:")]
    return "" if status == 0 or said else f"status {status} without a word"


def run(name, *arguments, **environment):
    """A program to its end; status None: it did not end."""
    try:
        done = subprocess.run([BUILD / "inject" / name, *map(str, arguments)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, env={**os.environ, **ENVIRONMENT, **environment}, timeout=TIMEOUT_S)
        return done.returncode, done.stdout.decode(errors="replace")
    except subprocess.TimeoutExpired as hung:
        return None, (hung.stdout or b"").decode(errors="replace")


class Daemon:
    """A program that runs until it is told to end; a fresh log each time."""

    def __init__(self, name, config, ready_url, folder):
        self.name, self.config, self.ready_url, self.folder = name, config, ready_url, folder
        self.program = None

    def start(self, **environment):
        """Returns when it is ready, or has ended."""
        self.program = Program(self.name, ["--config", self.config], self.folder, environment={**ENVIRONMENT, **environment})
        self.program.arguments[0] = str(BUILD / "inject" / self.name)
        self.program.log_path.unlink(missing_ok=True)
        with open(self.program.log_path, "ab") as log:
            self.program.process = subprocess.Popen(self.program.arguments, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                                    env=self.program.environment, start_new_session=True)
        wait_until(f"{self.name} to be ready, or to have ended", lambda: not self.program.running or answers(self.ready_url), TIMEOUT_S, every_s=0.05)

    def end(self):
        """SIGTERM: its status and what it said; status None: it did not end."""
        process, log = self.program.process, self.program.log
        if self.program.running:
            process.send_signal(signal.SIGTERM)
        try:
            return process.wait(30), log()
        except subprocess.TimeoutExpired:
            return None, log()
        finally:
            self.program.kill()

    def run(self, **environment):
        try:
            self.start(**environment)
        except AssertionError as why:
            self.program.kill()
            return None, f"{why}\n{self.program.log()}"
        return self.end()
