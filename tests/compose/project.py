# SPDX-License-Identifier: Apache-2.0
"""A copy of the source tree with docker/setup run in it, as a person has it, on ports of its own."""
import os
import pathlib
import re
import shutil
import subprocess
import time

import pymysql
from client import Sandbox
from engine import BASE, MYSQL, OTHERS, ROOT
from programs import wait_until
from servers import free_port

PERSON = "ann@example.com"
PORTS = ("MYSQL_PORT", "WEBHOOK_PORT", "REPLICATOR_PORT", "SANDBOX_PORT", "HTTP_PORT", "HTTPS_PORT", "PROMETHEUS_PORT",
         "ALERTMANAGER_PORT", "GRAFANA_PORT", "PAGE_PORT")
OURS = ("replicator", "webhook", "page", "sandbox")


class Project:
    def __init__(self, engine, folder):
        self.engine, self.folder = engine, folder / "docker"
        self.name = os.environ.get("TABRELAY_TEST_PROJECT", f"tabrelay-test-{os.getpid()}")
        self.image = f"{self.name}:latest"
        self.command = ["docker", "compose"] if engine.run(["docker", "compose", "version"], code=None) else ["docker-compose"]
        self._copy(folder)
        engine.run([self.folder / "setup", "sandbox"])
        self.ports = {name: free_port() for name in PORTS}
        self._set({**self.ports, "COMPOSE_PROJECT_NAME": self.name, "COMPOSE_PROFILES": "sandbox,tls", "TLS_LISTEN": "127.0.0.1",
                   "TABRELAY_IMAGE": self.image, "BASE_IMAGE": BASE, "MYSQL_IMAGE": MYSQL,
                   **{f"{name.upper()}_IMAGE": f"tabrelay-test/{name}" for name in OTHERS}})
        self.google = Sandbox(f"http://127.0.0.1:{self.ports['SANDBOX_PORT']}")

    def _copy(self, folder):
        names = subprocess.run(["git", "ls-files", "-co", "--exclude-standard", "-z"], cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
        for name in filter(None, names.stdout.split("\0")):
            if (ROOT / name).exists():
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / name, folder / name)

    def _set(self, values):
        """In .env, as a person would."""
        path = self.folder / ".env"
        kept = [line for line in path.read_text().splitlines() if line.lstrip("#").split("=")[0] not in values]
        path.write_text("\n".join([*kept, *(f"{name}={value}" for name, value in values.items())]) + "\n")

    def compose(self, *arguments, code=0):
        # The kernel of a test machine may lack what BuildKit wants; docker-compose 1.29 asks the command line to build.
        return self.engine.run([*self.command, *arguments], code, cwd=self.folder, environment={"DOCKER_BUILDKIT": "0"})

    def containers(self):
        """Service -> id, of all that are there."""
        listed = self.engine.docker("ps", "-a", "--filter", f"label=com.docker.compose.project={self.name}",
                                    "--format", '{{.ID}} {{.Label "com.docker.compose.service"}}')
        return {service: number for number, service in map(str.split, listed.splitlines())}

    def inspect(self, service):
        return self.engine.inspect(self.containers()[service])

    def health(self, service):
        return self.inspect(service)["State"].get("Health", {}).get("Status")

    def kill(self, service):
        """kill -9 of its process, not by the engine's own command: after that one it would not start it again."""
        before = self.inspect(service)
        os.kill(before["State"]["Pid"], 9)
        return before["RestartCount"]

    def wait_restarted(self, service, count):
        wait_until(f"{service} to be started again", lambda: self.inspect(service)["RestartCount"] > count
                   and self.inspect(service)["State"]["Running"], 60, 0.2)

    # both sides

    def secret(self, name):
        return pathlib.Path(self.folder / "secrets" / name).read_text()

    def sql(self, statement, user="root", password="mysql-root"):
        connection = pymysql.connect(host="127.0.0.1", port=self.ports["MYSQL_PORT"], user=user, password=self.secret(password),
                                     autocommit=True, connect_timeout=5)
        with connection, connection.cursor() as cursor:
            cursor.execute(statement)
            return list(cursor.fetchall())

    def cells(self, tab, columns):
        """Rows of the tab as they are shown, without the header."""
        rows = self.google.rows("shop", self.google.tab("shop", tab)["sheetId"])
        return [[cell["d"] if cell else "" for cell in row[:columns]] for row in rows[1:] if row and row[0]]

    def names(self):
        return {row[0]: row[1] for row in self.cells("Products", 2)}

    def type(self, row, column, value):
        self.google.act("shop", {"user": PERSON, "tab": "Products", "action": "edit", "row": row, "column": column, "value": value})

    def rename(self, key, name):
        self.sql(f"UPDATE shop.products SET name = '{name}' WHERE id = {key}")

    def name_of(self, key):
        return self.sql(f"SELECT name FROM shop.products WHERE id = {key}")[0][0]

    def flush(self):
        """What the script's trigger does every minute: send what waits."""
        self.google.call("POST", "/sandbox/v1/spreadsheets/shop/script", {"function": "flush", "arguments": [], "user": PERSON})

    def logs(self):
        found = self.compose("logs", "--tail=15", code=None)
        return re.sub(r"\x1b\[[0-9;]*m", "", found)[-12000:]

    def remove(self):
        self.compose("down", "-v", "--remove-orphans", "-t", "10", code=None)
        if "TABRELAY_TEST_PROJECT" not in os.environ:
            self.engine.docker("rmi", "-f", self.image, code=None)


def soon(what, condition, timeout_s=60):
    """wait_until over services that may be away."""
    def is_true():
        try:
            return condition()
        except (OSError, pymysql.err.MySQLError, KeyError):
            return False
    start = time.monotonic()
    wait_until(what, is_true, timeout_s, 0.1)
    return time.monotonic() - start
