# SPDX-License-Identifier: Apache-2.0
"""A Docker engine for the tests: the one that runs here, or one started for them in a folder of its own; and its images.

No registry is needed: the base image is made by mmdebstrap from the mirror that this machine's package sources name, and MySQL,
Caddy, Prometheus and Alertmanager are stand-ins made of Debian's programs (mysql/, others/). Grafana IS NOT RUN: no package has it,
and its stand-in only looks whether its files are mounted and can be read.
"""
import json
import os
import pathlib
import re
import shutil
import subprocess
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
BASE, MYSQL_ROOT = "tabrelay-test/debian:bookworm", "tabrelay-test/mysql-root"
MYSQL = "tabrelay-test/mysql:9.7"
OTHERS = ("caddy", "prometheus", "alertmanager", "grafana")
KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
SOURCES = [pathlib.Path("/etc/apt/sources.list"), *pathlib.Path("/etc/apt/sources.list.d").glob("*")]
NO_TESTS_DATA = ("./var/my", "./proc", "./dev", "./sys")  # of the system tests that use the same folder


class Unusable(Exception):
    """There is no engine, and none can be started."""


def mirror():
    """The first Debian mirror in the machine's package sources."""
    for path in SOURCES:
        text = path.read_text(errors="replace") if path.is_file() else ""
        found = re.search(r"^(?:URIs:\s*|deb\s+(?:\[[^]]*\]\s*)?)(\S+/debian/?)(?:\s|$)", text, re.M)
        if found:
            return found.group(1)
    raise Unusable("no Debian mirror in this machine's package sources")


class Engine:
    """docker() and compose() run the command line against it. ENVIRONMENT: also for other programs."""

    def __init__(self, folder):
        self.folder, self.process, self.environment = folder, None, dict(os.environ)
        if shutil.which("docker") is None:
            raise Unusable("there is no docker command (tools/install compose)")
        if self._answers():
            return
        if os.geteuid() != 0 or shutil.which("dockerd") is None:
            raise Unusable("no Docker engine answers, and starting one takes root and dockerd (tools/install compose)")
        self._start()

    def _answers(self):
        done = subprocess.run(["docker", "version", "--format", "{{.Server.Version}}"], env=self.environment, capture_output=True, check=False)
        return done.returncode == 0

    def _start(self):
        socket = f"unix://{self.folder}/docker.sock"
        self.environment["DOCKER_HOST"] = socket
        with open(self.folder / "dockerd.log", "wb") as log:
            self.process = subprocess.Popen(["dockerd", "--host", socket, "--data-root", self.folder / "data", "--exec-root",
                                             self.folder / "exec", "--pidfile", self.folder / "docker.pid"],
                                            stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
        deadline = time.monotonic() + 60
        while not self._answers():
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise Unusable("dockerd does not start:\n" + (self.folder / "dockerd.log").read_text()[-3000:])
            time.sleep(0.2)

    def stop(self):
        if self.process is not None:
            self.process.terminate()
            self.process.wait(60)
            self.process = None

    def docker(self, *arguments, code=0, **more):
        return self.run(["docker", *arguments], code, **more)

    def run(self, command, code=0, **more):
        """Standard output; AssertionError with all output unless the status is CODE (None: any)."""
        done = subprocess.run([str(part) for part in command], env={**self.environment, **more.pop("environment", {})},
                              capture_output=True, text=True, check=False, **more)
        assert code is None or done.returncode == code, f"{command}: status {done.returncode}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
        return done.stdout

    def inspect(self, name):
        return json.loads(self.docker("inspect", name))[0]

    # images

    def _import(self, make, image):
        """What MAKE writes, a tar file, as an image; one that is there from an earlier run will do."""
        if self.docker("images", "-q", image).strip():
            return
        with subprocess.Popen([str(part) for part in make], stdout=subprocess.PIPE) as maker:
            self.run(["docker", "import", "-", image], stdin=maker.stdout)
        assert maker.returncode == 0, f"{make[0]} failed"

    def make_base(self):
        self._import(["mmdebstrap", "--quiet", "--variant=minbase", "--include=ca-certificates", "bookworm", "-",
                      f"deb [signed-by={KEYRING}] {mirror()} bookworm main"], BASE)

    def make_mysql(self):
        root = subprocess.run([ROOT / "tools/mysql-9"], stdout=subprocess.PIPE, text=True, check=True).stdout.strip()
        self._import(["tar", "-C", root, "--one-file-system", *(f"--exclude={path}" for path in NO_TESTS_DATA), "-c", "."], MYSQL_ROOT)
        self.docker("build", "-q", "--build-arg", f"BASE={MYSQL_ROOT}", "-t", MYSQL, HERE / "mysql")

    def make_others(self):
        for name in OTHERS:
            self.docker("build", "-q", "--build-arg", f"BASE={BASE}", "--target", name, "-t", f"tabrelay-test/{name}", HERE / "others")
