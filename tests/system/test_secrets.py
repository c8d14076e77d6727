# SPDX-License-Identifier: Apache-2.0
"""Nothing secret comes out: known secrets are planted, errors provoked, and all that was said is searched. And memory is nobody else's."""
import hashlib
import hmac
import http.client
import json
import os
import pathlib
import re
import signal
import subprocess
import urllib.error
import urllib.request

import exposition
from page import TOKEN, Page
from programs import BUILD, run, wait_until
from stack import SECRET, USER_PASSWORD

PREVIOUS = "zq-previous-secret-0123456789"
FOREVER = 10**9


def ask(method, url, body=None, headers=None):
    """All that an answer says."""
    request = urllib.request.Request(url, data=body, method=method, headers=headers or {})
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return f"{answer.status} {answer.headers} {answer.read().decode(errors='replace')}"
    except urllib.error.HTTPError as error:
        return f"{error.code} {error.headers} {error.read().decode(errors='replace')}"
    except (OSError, http.client.HTTPException) as why:
        return str(why)


class Said:
    """Everything that a session has produced, by where it comes from."""

    def __init__(self, stack):
        self.stack, self.texts = stack, {}

    def add(self, where, text):
        self.texts[where] = self.texts.get(where, "") + str(text)

    def command(self, *arguments, config=None):
        done = run("tabrelay", "--config", config or self.stack.config, *arguments)
        self.add(f"tabrelay {' '.join(map(str, arguments))}", done.stdout + done.stderr)
        return done

    def processes(self, *programs):
        for program in programs:
            self.add("process list", pathlib.Path(f"/proc/{program.process.pid}/cmdline").read_text())


def changed(stack, name, how):
    config = json.loads(stack.config.read_text())
    how(config)
    path = stack.folder / name
    path.write_text(json.dumps(config))
    return path


def test_a_session_full_of_errors_tells_no_secret(make_stack, programs):
    stack = make_stack([{"table": "items", "tab": "Items", "sheet_changes": "drive_push"}], webhook={"previous_secret": PREVIOUS}, sandbox=["--notify-after", "100"])
    page = Page(programs, stack.config)
    key = json.loads((stack.folder / "service-account.json").read_text())
    said = Said(stack)
    stack.sql("INSERT INTO items (name) VALUES ('one')")
    stack.wait_equal("Items")
    channel = wait_until("the channel", lambda: re.search(r"channel open \S+ channel=(\S+)", stack.replicator.log()))[1]
    tokens = [hmac.new(secret.encode(), f"drive-channel.{channel}.{stack.spreadsheet}".encode(), hashlib.sha256).hexdigest() for secret in (SECRET, PREVIOUS)]

    # Strangers, and ourselves with what is wrong.
    hook = stack.webhook_url
    for headers in ({}, {"X-Tabrelay-Timestamp": "1", "X-Tabrelay-Signature": "v1=" + "0" * 64}, {"Authorization": f"Bearer {SECRET}"}):
        for path in ("v1/edits", "v1/mappings", f"v1/drive/{stack.spreadsheet}", "nothing", "healthz", "metrics"):
            said.add("webhook's answers", ask("POST", hook + path, b"{", headers) + ask("GET", hook + path, None, headers))
    for path in ("", "api/v1/state", "api/v1/log", "api/v1/session", "nothing"):
        said.add("page's answers", ask("GET", page.url + path) + ask("POST", page.url + path, b'{"token": "wrong"}', {"Content-Type": "application/json"}))
    said.add("page's answers", page.request("POST", "/api/v1/session", {"token": TOKEN}))
    for port in (stack.webhook_port, stack.metrics_port):
        said.add("metrics", exposition.read(port))

    # Google, and MySQL, refuse; the credentials are read again.
    for fault in ({"status": 401}, {"status": 403}, {"status": 500}, {"status": 200, "body": "{"}, {"drop": True}):
        stack.google.call("PUT", "/sandbox/v1/faults", [{"match": "", "count": 3, **fault}])
        stack.sql("INSERT INTO items (name) VALUES ('more')")
        said.command("check")
    stack.google.call("PUT", "/sandbox/v1/faults", [])
    for name, how in {
            "password.yaml": lambda c: c["mysql"].update(password="wrong-" + USER_PASSWORD[::-1]), "port.yaml": lambda c: c["mysql"].update(port=9),
            "tls.yaml": lambda c: c["mysql"].update(tls="verify"), "secret.yaml": lambda c: c["webhook"].update(secret=PREVIOUS + "-other"),
            "type.yaml": lambda c: c["webhook"].update(secret=[SECRET]), "same.yaml": lambda c: c["webhook"].update(previous_secret=SECRET),
            "unknown.yaml": lambda c: c["webhook"].update({"secrt": SECRET}), "url.yaml": lambda c: c["webhook"].update(public_url=SECRET),
            "where.yaml": lambda c: c["mappings"][0].update(where="(" + SECRET)}.items():
        path = changed(stack, name, how)
        for command in ("check", "doctor", "status", "grants"):
            said.command(command, config=path)
        for program in ("tabrelay-webhook", "tabrelay-replicator"):
            done = run(program, "--config", path, "-n")
            said.add(f"{program} -n", done.stdout + done.stderr)
    broken = {**key, "private_key": key["private_key"].replace("A", "B")}
    (stack.folder / "broken.json").write_text(json.dumps(broken))
    said.command("check", config=changed(stack, "key.yaml", lambda c: c["google"].update(credentials=str(stack.folder / "broken.json"))))

    # The programs lose MySQL's trust, and are told a bad configuration.
    good = stack.config.read_text()
    for role in ("replicator", "webhook"):
        stack.server.sql(f"ALTER USER '{stack.user(role)}'@'%' IDENTIFIED BY 'another-password'")
    for number, user in stack.server.sql("SELECT id, user FROM information_schema.processlist"):
        if str(user).startswith(f"{stack.database}_"):
            stack.server.sql(f"KILL {number}")
    wait_until("the refusal", lambda: "(1045)" in stack.replicator.log(), 30)
    stack.config.write_text(good.replace('"mappings"', '"mapings"'))
    for program in (stack.replicator, stack.webhook):
        program.process.send_signal(signal.SIGHUP)
    wait_until("the bad configuration", lambda: all("reload: refused" in program.log() for program in (stack.replicator, stack.webhook)), 30)
    stack.config.write_text(good)
    for role in ("replicator", "webhook"):
        stack.server.sql(f"ALTER USER '{stack.user(role)}'@'%' IDENTIFIED BY '{USER_PASSWORD}'")

    for command in (["status"], ["status", "--json"], ["log"], ["log", "--json"], ["conflicts"], ["deletes"], ["lag"], ["plan"], ["verify", "items"], ["doctor"],
                    ["check", "--json"], ["grants"], ["script", "items"], ["reload"], ["init-db", "--print"]):
        said.command(*command)
    said.processes(stack.webhook, stack.replicator, page.program)
    for program in (stack.webhook, stack.replicator, page.program):
        said.add(program.name + "'s log", program.log())
    for table, in stack.server.sql("SELECT TABLE_NAME FROM information_schema.TABLES WHERE TABLE_SCHEMA = %s", [stack.state_database]):
        said.add("state tables", stack.server.sql(f"SELECT * FROM {stack.state_database}.{table}"))

    assert "(1045)" in said.texts["tabrelay check"] and "HTTP 401" in said.texts["webhook's answers"] or "401" in said.texts["webhook's answers"]
    secrets = {"MySQL's password": [USER_PASSWORD], "the webhook's secrets": [SECRET, PREVIOUS], "the page's token": [TOKEN], "the channel's token": tokens,
               "the private key": [line for text in (key, broken) for line in text["private_key"].splitlines() if len(line) > 20 and "PRIVATE" not in line],
               "an access token": ["ya29."]}
    found = [(kind, where, text[max(0, text.find(secret) - 150):][:300]) for kind, values in secrets.items() for secret in values
             for where, text in said.texts.items() if secret in text]
    assert found == []
    assert sum(map(len, said.texts.values())) > 50_000, "too little was said for the search to mean much"


def is_sanitized():
    """Such a build keeps its memory open: LeakSanitizer traces it."""
    return any(name in (BUILD / "tabrelay-webhook").read_bytes() for name in (b"__asan_init", b"__tsan_init"))


def test_memory_is_nobody_elses(stack):
    """No core file, and no other process of the same user reads the environment (${NAME} may stand for a secret)."""
    root_s = "-sys_ptrace,-perfmon,-sys_admin"  # by these root may read any process
    without = ["setpriv", "--bounding-set", root_s, "--inh-caps", root_s] if os.geteuid() == 0 else []
    stack.webhook.stop()
    stack.webhook.arguments = [*without, *stack.webhook.arguments]
    stack.webhook.start()
    sleeper = subprocess.Popen([*without, "sleep", "600"])
    try:
        wait_until("sleep", lambda: pathlib.Path(f"/proc/{sleeper.pid}/comm").read_text() == "sleep\n")

        def can_read(pid):
            return subprocess.run([*without, "cat", f"/proc/{pid}/environ"], capture_output=True).returncode == 0

        assert can_read(sleeper.pid), "the same is allowed of a process that does not mind"
        assert can_read(stack.webhook.process.pid) == is_sanitized()
    finally:
        sleeper.kill()
        sleeper.wait()
    for program in (stack.webhook, stack.replicator):
        limits = pathlib.Path(f"/proc/{program.process.pid}/limits").read_text()
        assert (re.search(r"^Max core file size +0 +0 ", limits, re.M) is not None) != is_sanitized()
    process, stack.replicator.process = stack.replicator.process, None
    os.kill(process.pid, signal.SIGABRT)
    _, status = os.waitpid(process.pid, 0)
    assert not os.WCOREDUMP(status)
    process.returncode = 0
