# SPDX-License-Identifier: Apache-2.0
"""Run one command: seconds, CPU seconds, peak memory; and what it says it saw."""
import dataclasses
import json
import os
import pathlib
import subprocess
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = ROOT / os.environ.get("TABRELAY_BUILD", "build")
TIMEOUT_S = 600


class Failed(Exception):
    """The command ended badly; the text is what it said last."""


@dataclasses.dataclass
class Run:
    seconds: float
    cpu_s: float
    peak_mib: float


def environment(extra):
    return {**os.environ, "LC_ALL": "C.UTF-8", **extra}


def last_line(text, status):
    return (text.strip().splitlines() or [f"it ends with status {status} and says nothing"])[-1][:200]


def timed(command, extra, stdin=subprocess.DEVNULL):
    """Run COMMAND with its output thrown away."""
    with tempfile.NamedTemporaryFile() as report:
        done = subprocess.run([BUILD / "bench" / "timed", report.name, *command], stdin=stdin, stdout=subprocess.DEVNULL,
                              stderr=subprocess.PIPE, text=True, errors="replace", env=environment(extra), timeout=TIMEOUT_S)
        if done.returncode != 0:
            raise Failed(last_line(done.stderr, done.returncode))
        said = json.load(report)
    if said["status"] != 0:
        raise Failed(last_line(done.stderr, said["status"]))
    return Run(said["seconds"], said["user_s"] + said["system_s"], said["peak_kib"] / 1024)


def output_of(command, extra):
    """What COMMAND prints, for readers that count themselves."""
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace", env=environment(extra),
                          timeout=TIMEOUT_S)
    if done.returncode != 0:
        raise Failed(last_line(done.stderr, done.returncode))
    return done.stdout


def count_lines(command, pattern, extra):
    """How many lines that COMMAND prints match PATTERN."""
    with tempfile.TemporaryFile() as complaint:
        reader = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=complaint, env=environment(extra))
        grep = subprocess.run(["grep", "-acE", pattern], stdin=reader.stdout, capture_output=True, text=True,
                              env={**environment(extra), "LC_ALL": "C"}, timeout=TIMEOUT_S)
        reader.stdout.close()
        if reader.wait(TIMEOUT_S) != 0:
            complaint.seek(0)
            raise Failed(last_line(complaint.read().decode(errors="replace"), reader.returncode))
    return int(grep.stdout)
