# SPDX-License-Identifier: Apache-2.0
"""What a process' /metrics says."""
import re
import urllib.request

SERIES = re.compile(r'^(?P<name>[a-z_0-9]+)(?:\{(?P<labels>.*)\})? (?P<value>\S+)$')
LABEL = re.compile(r'([a-z_]+)="((?:[^"\\]|\\.)*)"')


def read(port):
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
        return answer.read().decode()


def series(text):
    """All series: name, labels, value."""
    found = [SERIES.match(line) for line in text.splitlines() if not line.startswith("#")]
    return [(m["name"], dict(LABEL.findall(m["labels"] or "")), float(m["value"])) for m in found]


def families(text):
    """The type of each family, also of those without a series yet."""
    return dict(re.findall(r"^# TYPE (\S+) (\S+)$", text, re.M))


def metric(port, name, /, **labels):
    """The sum of the series with that name (of a histogram: NAME_count, ...) and those labels."""
    text = read(port)
    assert re.sub(r"_(count|sum|bucket)$", "", name) in families(text) or name in families(text), f"no metric {name}"
    return sum(value for known, has, value in series(text) if known == name and labels.items() <= has.items())
