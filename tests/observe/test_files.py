# SPDX-License-Identifier: Apache-2.0
"""What docker/ gives to Prometheus, Alertmanager and Grafana, looked at without running anything.

Grafana itself is not run: Debian has no package of it. What its provisioning needs of a dashboard is checked here, and every
panel's query is run by test_panels.py."""
import json
import pathlib
import re
import subprocess
import sys

import pytest
import yaml

from prometheus import DOCKER, alerts, promtool, rules, tool
from programs import ROOT

DASHBOARDS = sorted((DOCKER / "grafana/dashboards").glob("*.json"))
RULES_TEST = pathlib.Path(__file__).parent / "rules_test.yml"
UNITS = {"short", "s", "bytes", "cps", "reqps", "percentunit"}


def metrics():
    """The names that docs/metrics.md lists, histograms by their parts."""
    names = set(re.findall(r"^\| `(\w+)` \|", (ROOT / "docs/metrics.md").read_text(), re.M))
    parts = {name + part for name in names for part in ("_bucket", "_sum", "_count")}
    return names | parts | {"up", "ALERTS"}


def used(expression):
    """The metrics that a query names."""
    return set(re.findall(r"\b(?:tabrelay|process)_\w+", re.sub(r'"[^"]*"', '""', expression)))


def board(path):
    return json.loads(path.read_text())


def queries(dashboard):
    return [target["expr"] for panel in dashboard["panels"] for target in panel.get("targets", [])]


def test_prometheus_and_alertmanager_take_their_configuration():
    print(promtool("check", "config", DOCKER / "prometheus/prometheus.yml"))
    print(promtool("check", "rules", "--lint-fatal", DOCKER / "prometheus/rules.yml"))
    done = subprocess.run([tool("amtool"), "check-config", DOCKER / "alertmanager/alertmanager.yml"], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_receivers_of_alertmanager_that_wait_to_be_uncommented_are_good(tmp_path):
    text = (DOCKER / "alertmanager/alertmanager.yml").read_text()
    path = tmp_path / "alertmanager.yml"
    path.write_text(re.sub(r"(?m)^    # ", "    ", text))
    receiver, = yaml.safe_load(path.read_text())["receivers"]
    assert set(receiver) == {"name", "email_configs", "webhook_configs", "slack_configs"}
    done = subprocess.run([tool("amtool"), "check-config", path], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_rules_name_jobs_that_are_scraped():
    jobs = {job["job_name"] for job in yaml.safe_load((DOCKER / "prometheus/prometheus.yml").read_text())["scrape_configs"]}
    named = {job for rule in rules() for job in re.findall(r'job="([^"]+)"', rule["expr"])}
    assert named == jobs == {"tabrelay-replicator", "tabrelay-webhook"}


def test_each_alert_fires_when_it_should_and_not_before():
    promtool("test", "rules", RULES_TEST)
    cases = yaml.safe_load(RULES_TEST.read_text())["tests"]
    quiet = {case["alertname"] for test in cases for case in test["alert_rule_test"]}
    firing = {re.search(r'alertname="(\w+)"', case["expr"])[1] for test in cases for case in test.get("promql_expr_test", [])}
    names = {rule["alert"] for rule in alerts()}
    assert quiet == firing == names


@pytest.mark.parametrize("rule", alerts(), ids=lambda rule: rule["alert"])
def test_an_alert_says_what_to_do_and_where_it_is_explained(rule):
    assert rule["labels"]["severity"] in ("warning", "critical")
    assert set(rule["annotations"]) == {"summary", "description", "runbook_url"}
    page, anchor = rule["annotations"]["runbook_url"].split("#")
    headings = re.findall(r"^## (.+)$", (ROOT / page).read_text(), re.M)
    assert anchor == rule["alert"].lower() and rule["alert"] in headings


def test_the_runbook_has_no_other_alerts_and_their_severity():
    page = (ROOT / "docs/alerts.md").read_text()
    listed = re.findall(r"^\| \[(\w+)\]\(#(\w+)\) \| (\w+) \| ", page, re.M)
    assert [(rule["alert"], rule["alert"].lower(), rule["labels"]["severity"]) for rule in alerts()] == listed
    assert [rule["alert"] for rule in alerts()] == re.findall(r"^## (Tabrelay\w+)$", page, re.M)


def test_the_rules_name_only_metrics_that_there_are():
    for rule in rules():
        assert used(rule["expr"]) <= metrics(), rule


def test_the_dashboards_are_what_their_source_writes():
    done = subprocess.run([sys.executable, DOCKER / "grafana/dashboards.py", "--check"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_grafana_finds_the_data_source_and_the_dashboards():
    source, = yaml.safe_load((DOCKER / "grafana/provisioning/datasources/prometheus.yaml").read_text())["datasources"]
    assert source["type"] == "prometheus" and source["isDefault"]
    provider, = yaml.safe_load((DOCKER / "grafana/provisioning/dashboards/tabrelay.yaml").read_text())["providers"]
    assert provider["options"]["path"] == "/var/lib/grafana/dashboards"
    boards = [board(path) for path in DASHBOARDS]
    assert len(boards) == 6 and len({b["uid"] for b in boards}) == 6 and len({b["title"] for b in boards}) == 6


@pytest.mark.parametrize("path", DASHBOARDS, ids=lambda path: path.stem)
def test_a_dashboard_is_as_grafana_wants_it(path):
    dashboard = board(path)
    assert dashboard["uid"] == path.stem and dashboard["schemaVersion"] == 39 and "id" not in dashboard
    names = {variable["name"] for variable in dashboard["templating"]["list"]}
    covered, ids = set(), set()
    for panel in dashboard["panels"]:
        place = panel["gridPos"]
        cells = {(x, y) for x in range(place["x"], place["x"] + place["w"]) for y in range(place["y"], place["y"] + place["h"])}
        assert place["x"] + place["w"] <= 24 and not cells & covered, f"{panel['title']} lies over another panel"
        covered |= cells
        ids.add(panel["id"])
        assert panel["title"]
        if panel["type"] == "text":
            assert panel["options"]["content"]
            continue
        assert panel["datasource"] == {"type": "prometheus", "uid": "${datasource}"} and panel["targets"]
        assert panel["fieldConfig"]["defaults"]["unit"] in UNITS
        assert len({target["refId"] for target in panel["targets"]}) == len(panel["targets"])
        for target in panel["targets"]:
            assert set(re.findall(r"\$(?!__)\{?(\w+)", target["expr"] + target["datasource"]["uid"])) <= names
            assert used(target["expr"]) <= metrics(), f"{panel['title']}: {target['expr']}"
    assert len(ids) == len(dashboard["panels"])
