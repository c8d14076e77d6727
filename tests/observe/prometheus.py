# SPDX-License-Identifier: Apache-2.0
"""A real Prometheus and a real Alertmanager (tools/prometheus), as docker/ configures them, on private ports."""
import json
import pathlib
import re
import subprocess
import urllib.error
import urllib.parse
import urllib.request

import yaml

from programs import ROOT, Program
from servers import free_port, made_by, own_mounts

DOCKER = ROOT / "docker"
SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def tool(name):
    """The path of promtool, prometheus, alertmanager or amtool."""
    return made_by("prometheus") / {"alertmanager": "prometheus-alertmanager"}.get(name, name)


def promtool(*arguments):
    """promtool's output; AssertionError with it when it finds fault."""
    done = subprocess.run([tool("promtool"), *map(str, arguments)], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, f"promtool {' '.join(map(str, arguments))}:\n{done.stdout}{done.stderr}"
    return done.stdout


def rules():
    """Every rule of docker/prometheus/rules.yml, in order."""
    groups = yaml.safe_load((DOCKER / "prometheus/rules.yml").read_text())["groups"]
    return [rule for group in groups for rule in group["rules"]]


def alerts():
    return [rule for rule in rules() if "alert" in rule]


def faster(duration, factor):
    """DURATION ("10m") divided by FACTOR, a second at least."""
    seconds = sum(int(n) * SECONDS[unit] for n, unit in re.findall(r"(\d+)([smhd])", duration)) / factor
    return f"{max(1, round(seconds))}s"


class Service(Program):
    """A program that is not ours, with an HTTP API."""

    def __init__(self, name, folder, arguments, port):
        super().__init__(name, arguments, folder, ready_url=f"http://127.0.0.1:{port}/-/ready")
        self.arguments[0] = str(tool(name))
        self.port = port

    def get(self, path, **query):
        url = f"http://127.0.0.1:{self.port}{path}?{urllib.parse.urlencode(query)}"
        try:
            with urllib.request.urlopen(url, timeout=10) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            raise AssertionError(f"{url}: {error.read().decode()}") from None


class Prometheus(Service):
    """docker/prometheus with other addresses; INTERVAL between scrapes and evaluations. RULES: those to evaluate, as text."""

    def __init__(self, folder, targets, rules_text, alertmanager_port, interval):
        folder, port = pathlib.Path(folder), free_port()
        config = yaml.safe_load((DOCKER / "prometheus/prometheus.yml").read_text())
        config["global"].update(scrape_interval=interval, evaluation_interval=interval, scrape_timeout=interval)
        for job in config["scrape_configs"]:
            job.pop("scrape_interval", None), job.pop("scrape_timeout", None)
            job["static_configs"][0]["targets"] = [targets[job["job_name"]]]
        config["rule_files"] = ["rules.yml"]
        config["alerting"]["alertmanagers"][0]["static_configs"][0]["targets"] = [f"127.0.0.1:{alertmanager_port}"]
        (folder / "rules.yml").write_text(rules_text)
        (folder / "prometheus.yml").write_text(yaml.safe_dump(config))
        promtool("check", "config", folder / "prometheus.yml")
        super().__init__("prometheus", folder, [
            f"--config.file={folder / 'prometheus.yml'}", f"--storage.tsdb.path={folder / 'data'}",
            f"--web.listen-address=127.0.0.1:{port}", "--rules.alert.resend-delay=2s"], port)

    def query(self, expression):
        """The series that an instant query returns: [(labels, value)]."""
        answer = self.get("/api/v1/query", query=expression)["data"]
        assert answer["resultType"] == "vector", f"{expression} is no vector"
        return [(series["metric"], float(series["value"][1])) for series in answer["result"]]

    def alerts(self):
        """{name: state} of the alerts that are pending or firing, the worst state of each."""
        found = {}
        for alert in self.get("/api/v1/alerts")["data"]["alerts"]:
            name = alert["labels"]["alertname"]
            if found.get(name) != "firing":
                found[name] = alert["state"]
        return found

    def rule_errors(self):
        groups = self.get("/api/v1/rules")["data"]["groups"]
        return [(rule["name"], rule["lastError"]) for group in groups for rule in group["rules"] if rule.get("lastError")]

    def targets(self):
        return {t["labels"]["job"]: t["health"] for t in self.get("/api/v1/targets")["data"]["activeTargets"]}


class Alertmanager(Service):
    """docker/alertmanager, delivering to URL, at once."""

    def __init__(self, folder, url):
        folder, port = pathlib.Path(folder), free_port()
        config = yaml.safe_load((DOCKER / "alertmanager/alertmanager.yml").read_text())
        config["route"].update(group_wait="0s", group_interval="1s")
        for receiver in config["receivers"]:
            receiver["webhook_configs"] = [{"url": url, "send_resolved": True}]
        path = folder / "alertmanager.yml"
        path.write_text(yaml.safe_dump(config))
        super().__init__("alertmanager", folder, [
            f"--config.file={path}", f"--storage.path={folder / 'data'}", f"--web.listen-address=127.0.0.1:{port}",
            "--cluster.listen-address="], port)
        # Debian's has its templates in /usr/share, and would not find those that were unpacked elsewhere.
        templates = made_by("prometheus").parent / "share/prometheus"
        self.arguments = own_mounts("/usr/share", f'mount -t tmpfs none "$0" && cp -r {templates} "$0" && exec "$@"', *self.arguments)
