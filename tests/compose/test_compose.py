# SPDX-License-Identifier: Apache-2.0
"""docker/ as a person uses it: setup, build, up, both directions through the published ports, every container killed, down.

The tests stand in this order and share one project. Of Grafana only the files' mounts are tested here (engine.py says why), and the
files in tests/observe.
"""
import http.client
import json
import re
import ssl
import time
import urllib.error
import urllib.request

import pytest
from project import OURS, soon

MAX_IMAGE_BYTES = 60_000_000
STOP_S = 10


def get(url, **more):
    """Status and text."""
    try:
        with urllib.request.urlopen(url, timeout=10, **more) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def test_the_image_is_small_and_has_no_shell(engine, project):
    project.compose("build", "webhook")
    image = engine.inspect(project.image)
    print(f"the image has {image['Size'] / 1e6:.1f} MB")
    assert image["Size"] < MAX_IMAGE_BYTES
    assert image["Config"]["User"] == "10001:10001"
    container = engine.docker("create", project.image).strip()
    try:
        names = engine.run(["sh", "-c", f"docker export {container} | tar -t"]).splitlines()
    finally:
        engine.docker("rm", container)
    programs = sorted(name.rsplit("/", 1)[1] for name in names if re.search(r"(^|/)s?bin/.", name))
    assert programs == ["tabrelay", "tabrelay-replicator", "tabrelay-sandbox", "tabrelay-webhook"]
    assert not [name for name in names if re.search(r"secret|service-account|\.env$", name)]
    assert engine.docker("run", "--rm", project.image, "tabrelay", "--version").startswith("tabrelay ")


def test_up_ends_with_everything_well(project):
    start = time.monotonic()
    project.compose("up", "-d", "--no-build")
    for service in ("mysql", *OURS, "prometheus", "alertmanager", "grafana"):
        soon(f"{service} to be well", lambda s=service: project.health(s) == "healthy", 90)
    soon("the first fill", lambda: len(project.names()) == 5)
    soon("the script to be connected", lambda: "Connected" in get(f"{project.google.base}/sandbox/v1/script")[1])
    print(f"up took {time.monotonic() - start:.0f} s")
    assert project.inspect("setup")["State"]["ExitCode"] == 0
    assert "tabrelay_stream_connected 1\n" in get(f"http://127.0.0.1:{project.ports['REPLICATOR_PORT']}/metrics")[1]


def test_both_directions_through_the_published_ports(project):
    project.rename(1, "Teapot, blue")
    took = soon("MySQL's change to be shown", lambda: project.names()["1"] == "Teapot, blue", 10)
    project.type(2, 1, "Mug")
    took_back = soon("the edit to reach MySQL", lambda: project.name_of(2) == "Mug", 10)
    print(f"MySQL -> sheet {took * 1000:.0f} ms, sheet -> MySQL {took_back * 1000:.0f} ms")


@pytest.mark.parametrize("service", OURS)
def test_our_containers_are_closed(project, service):
    found = project.inspect(service)
    host = found["HostConfig"]
    assert host["ReadonlyRootfs"]
    assert host["CapDrop"] == ["ALL"] and not host["CapAdd"] and not host["Privileged"]
    assert any(option.startswith("no-new-privileges") for option in host["SecurityOpt"])
    with open(f"/proc/{found['State']['Pid']}/status", encoding="ascii") as file:
        status = dict(line.rstrip("\n").split(":\t", 1) for line in file if ":\t" in line)
    assert status["Uid"].split() == ["10001"] * 4
    assert int(status["CapEff"], 16) == int(status["CapBnd"], 16) == 0
    assert status["NoNewPrivs"] == "1"
    assert all(binding["HostIp"] == "127.0.0.1" for port in host["PortBindings"].values() for binding in port)


def test_secrets_are_files_only(project):
    secrets = [path.read_text() for path in (project.folder / "secrets").iterdir()]
    for service in project.containers():
        shown = json.dumps(project.inspect(service))
        assert not [secret for secret in secrets if secret in shown], service
    logs = project.compose("logs", "--no-color")
    assert not [secret for secret in secrets if secret in logs]


def test_each_program_has_a_user_with_the_least_privileges(project):
    for name, statement in (("replicator", "DELETE FROM shop.products"), ("webhook", "DELETE FROM tabrelay.edit_log"),
                            ("cli", "UPDATE shop.products SET stock = 0")):
        with pytest.raises(Exception, match="denied"):
            project.sql(statement, user=f"tabrelay_{name}", password=f"mysql-{name}")


def test_the_command_line_finds_nothing_wrong(project):
    assert "0 warnings, 0 failed" in project.compose("run", "--rm", "cli", "check")
    assert re.search(r"products +streaming +done", project.compose("run", "--rm", "cli", "status"))


def test_tls_lets_through_what_the_script_calls_and_nothing_else(engine, project):
    port = project.ports["HTTPS_PORT"]
    authority = project.folder / "authority.crt"
    soon("Caddy's own authority", lambda: engine.docker(
        "cp", f"{project.containers()['caddy']}:/data/caddy/pki/authorities/local/root.crt", authority, code=None) is not None
        and authority.exists())
    context = ssl.create_default_context(cafile=authority)

    def ask(method, path):
        connection = http.client.HTTPSConnection("localhost", port, context=context, timeout=10)
        connection.request(method, path, body="{}" if method == "POST" else None)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()

    soon("Caddy to answer", lambda: ask("GET", "/")[0] == 404)
    status, text = ask("POST", "/v1/edits")
    assert (status, json.loads(text)["error"]["code"]) == (401, "missing_signature")
    for path in ("/metrics", "/healthz", "/v1", "/"):
        assert ask("GET", path) == (404, ""), path
    for path in ("/v1/../metrics", "/v1/%2e%2e/metrics", "//metrics", "/v1//../metrics"):
        status, text = ask("GET", path)
        assert status >= 300 and "tabrelay_" not in text, path


def test_prometheus_scrapes_both_daemons_and_knows_the_rules(project):
    prometheus = f"http://127.0.0.1:{project.ports['PROMETHEUS_PORT']}"

    def ask(path):
        return json.loads(get(prometheus + path)[1])["data"]

    def ups():
        return {target["labels"]["job"]: target["health"] for target in ask("/api/v1/targets")["activeTargets"]}
    soon("both to be scraped", lambda: ups() == {"tabrelay-replicator": "up", "tabrelay-webhook": "up"})
    assert ask("/api/v1/query?query=tabrelay_build_info")["result"]
    rules = [rule["name"] for group in ask("/api/v1/rules")["groups"] for rule in group["rules"]]
    assert len(rules) > 5
    soon("Alertmanager to be found", lambda: ask("/api/v1/alertmanagers")["activeAlertmanagers"])
    assert get(f"http://127.0.0.1:{project.ports['ALERTMANAGER_PORT']}/-/ready")[0] == 200


def test_the_status_page_wants_its_token(project):
    page = f"http://127.0.0.1:{project.ports['PAGE_PORT']}"
    assert get(page + "/")[0] == 200
    assert get(page + "/api/v1/status")[0] == 401
    request = urllib.request.Request(page + "/api/v1/status", headers={"Authorization": f"Bearer {project.secret('page-token')}"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        assert "products" in answer.read().decode()


def test_a_changed_configuration_is_reloaded(project):
    path = project.folder / "config/tabrelay.yaml"
    path.write_text(path.read_text().replace("reconcile_every: 1m", "reconcile_every: 5m"))
    project.compose("run", "--rm", "cli", "reload")
    assert [project.inspect(name)["RestartCount"] for name in ("replicator", "webhook")] == [0, 0]


# Kill each with kill -9, with changes made meanwhile on the sides that are there.


@pytest.mark.parametrize("service", ["replicator", "webhook", "page", "sandbox", "mysql"])
def test_what_is_killed_comes_back_and_nothing_is_lost(project, service):
    mark = f"after {service}"
    count = project.kill(service)
    if service != "mysql":
        project.rename(3, mark)
    if service != "sandbox":
        project.type(4, 1, mark)
    project.wait_restarted(service, count)
    if service == "mysql":
        soon("MySQL", lambda: project.rename(3, mark) is None)
    if service == "sandbox":
        soon("the grid", lambda: project.type(4, 1, mark) is None)
    soon("MySQL's change to be shown", lambda: project.names()["3"] == mark)
    soon("the webhook", lambda: get(f"http://127.0.0.1:{project.ports['WEBHOOK_PORT']}/healthz")[0] == 200)

    def arrived():
        project.flush()
        return project.name_of(4) == mark
    soon("the edit to reach MySQL", arrived)


@pytest.mark.parametrize("service, port, path", [("prometheus", "PROMETHEUS_PORT", "/-/ready"), ("alertmanager", "ALERTMANAGER_PORT", "/-/ready"),
                                                 ("caddy", "HTTP_PORT", "/")])
def test_what_is_killed_beside_us_comes_back(project, service, port, path):
    count = project.kill(service)
    project.wait_restarted(service, count)

    def answers():  # a redirect will do: get() would follow it to a port that is another one here
        connection = http.client.HTTPConnection("127.0.0.1", project.ports[port], timeout=10)
        connection.request("GET", path)
        return connection.getresponse().status < 400
    soon(f"{service} to answer", answers)


def test_google_and_mysql_being_away_is_no_reason_to_restart(project):
    count = project.inspect("replicator")["RestartCount"]
    project.compose("stop", "sandbox")
    project.compose("pause", "mysql")
    assert "well" in project.compose("exec", "-T", "replicator", "tabrelay-replicator", "--config", "/etc/tabrelay/tabrelay.yaml", "--health")
    project.compose("unpause", "mysql")
    project.compose("start", "sandbox")
    soon("MySQL", lambda: project.rename(5, "Samovar, again") is None)
    soon("the change to be shown", lambda: project.names()["5"] == "Samovar, again")
    assert project.inspect("replicator")["RestartCount"] == count


def test_a_second_up_changes_nothing(project):
    before = project.containers()
    project.compose("up", "-d", "--no-build")
    assert {name: before[name] for name in OURS} == {name: project.containers()[name] for name in OURS}
    assert project.inspect("setup")["State"]["ExitCode"] == 0


def test_down_is_graceful(project):
    for service in OURS:
        start = time.monotonic()
        project.compose("stop", service)
        took = time.monotonic() - start
        assert project.inspect(service)["State"]["ExitCode"] == 0, service
        assert took < STOP_S, f"{service} took {took:.1f} s"
    project.compose("stop")
    codes = {service: project.inspect(service)["State"]["ExitCode"] for service in project.containers()}
    assert set(codes.values()) == {0}, codes
    project.compose("down", "-v")
    assert not project.containers()
