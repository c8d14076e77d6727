# SPDX-License-Identifier: Apache-2.0
"""Our programs under test: started, waited for, stopped with SIGTERM; their logs are printed when a test fails."""
import os
import pathlib
import re
import signal
import subprocess
import time
import urllib.error
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("TABRELAY_BUILD", ROOT / "build"))
if not BUILD.is_absolute():
    BUILD = ROOT / BUILD
# The end of the user's name in the tests' configurations, of whoever is not told otherwise: each program has a user of its own, with what
# `tabrelay grants` says and no more.
os.environ["TABRELAY_ROLE"] = "cli"
# Each program has a MySQL user of its own (stack.py), whose name ends with its role.
ROLES = {"tabrelay-replicator": "replicator", "tabrelay-webhook": "webhook"}
SANITIZER = re.compile(r"ERROR: (Address|Leak)Sanitizer|WARNING: ThreadSanitizer|: runtime error: ")


def surroundings(name, environment=None):
    """The environment of the program NAME. OpenSSL's own bundle, where a machine has one, is trusted by no test, and Connector/C would load it
    for each TLS connection: 30 ms."""
    return {**os.environ, "TABRELAY_ROLE": ROLES.get(name, "cli"), "SSL_CERT_FILE": os.devnull, **(environment or {})}


def wait_until(what, condition, timeout_s=15, every_s=0.05):
    """Wait for CONDITION() to be true and return it; AssertionError naming WHAT after TIMEOUT_S."""
    deadline = time.monotonic() + timeout_s
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {timeout_s} s in vain: {what}")
        time.sleep(every_s)


def answers(url):
    """True when URL answers 200."""
    try:
        with urllib.request.urlopen(url, timeout=2) as response:
            return response.status == 200
    except (urllib.error.URLError, OSError):
        return False


class Program:
    """One process. start() again after stop() or kill() appends to the same log."""

    stop_within_s = 10

    def __init__(self, name, arguments, folder, environment=None, ready_url=None, ready_log=None):
        self.name = name
        self.arguments = [str(BUILD / name), *map(str, arguments)]
        self.log_path = pathlib.Path(folder) / f"{name}.log"
        self.environment = surroundings(name, environment)
        self.ready_url, self.ready_log = ready_url, ready_log
        self.process = None

    def start(self, wait_s=30):
        seen = len(self.log())
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(self.arguments, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                            env=self.environment, start_new_session=True)
        try:
            wait_until(f"{self.name} to be ready", lambda: self._is_ready(seen), wait_s)
        except AssertionError:
            raise AssertionError(f"{self.name} did not get ready:\n{self.log()[-4000:]}") from None
        return self

    def _is_ready(self, seen):
        if self.process.poll() is not None:
            raise AssertionError(f"{self.name} ended with status {self.process.returncode}:\n{self.log()[-4000:]}")
        if self.ready_url is not None:
            return answers(self.ready_url)
        return self.ready_log is None or re.search(self.ready_log, self.log()[seen:]) is not None

    @property
    def running(self):
        return self.process is not None and self.process.poll() is None

    def stop(self):
        """SIGTERM; fails unless the program then ends with status 0 in time and no sanitizer complained."""
        if self.process is None:
            return
        process, self.process = self.process, None
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(self.stop_within_s)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise AssertionError(f"{self.name} did not end within {self.stop_within_s} s of SIGTERM") from None
        self.check_log()
        assert process.returncode == 0, f"{self.name} ended with status {process.returncode}:\n{self.log()[-2000:]}"

    def kill(self):
        """kill -9."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def check_log(self):
        found = SANITIZER.search(self.log())
        assert not found, f"{self.name}: a sanitizer complained:\n{self.log()[found.start():][:6000]}"

    def log(self):
        return self.log_path.read_text(errors="replace") if self.log_path.exists() else ""


def run(name, *arguments, environment=None, timeout_s=60):
    """Run one of our programs to its end; subprocess.CompletedProcess with text."""
    done = subprocess.run([str(BUILD / name), *map(str, arguments)], capture_output=True, text=True,
                          env=surroundings(name, environment), timeout=timeout_s)
    assert not SANITIZER.search(done.stderr), done.stderr
    return done
