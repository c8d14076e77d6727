# SPDX-License-Identifier: Apache-2.0
"""--help of every command in one style, and the man pages, which are made from it."""
import importlib.machinery
import importlib.util
import json
import re
import subprocess

import pytest

from programs import BUILD, ROOT, run

COMMANDS = re.findall(r"^  ([a-z-]+)  +\S", run("tabrelay", "--help").stdout.partition("commands:")[2].partition("options:")[0], re.M)
assert len(COMMANDS) > 20, "or the tests of each command would test nothing"
PAGES = sorted(p.name for p in (ROOT / "docs/man").iterdir())


def make_pages():
    loader = importlib.machinery.SourceFileLoader("man", str(ROOT / "tools/man"))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("man", loader))
    loader.exec_module(module)
    return module.make(BUILD)


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_s_help_has_one_style(command):
    text = run("tabrelay", command, "--help").stdout
    usage, summary, rest = text.split("\n\n", 2)
    assert usage.startswith(f"usage: tabrelay [--config FILE] {command}")
    assert re.fullmatch(r"[A-Z].*\.", summary) and len(summary) <= 100
    assert re.search(r"^exit status: 0 ", text, re.M)
    assert f"tabrelay {command}" in rest.partition("\nexamples:\n  ")[2].partition("\n")[0]
    assert all(len(line) <= 100 for line in rest.splitlines()), [line for line in rest.splitlines() if len(line) > 100]


@pytest.mark.parametrize("command", COMMANDS)
def test_each_option_is_in_the_command_s_help(command):
    text = run("tabrelay", command, "--help").stdout
    proposed = [line.split("\t")[0] for line in run("tabrelay", "__complete", command, "--").stdout.splitlines()]
    assert "--help" in proposed
    missing = [o for o in proposed if not re.search(rf"{o}(?![\w-])", text) and o not in ("--help", "--config")]
    assert missing == []


def test_help_is_a_command_too():
    assert run("tabrelay", "help").stdout == run("tabrelay", "--help").stdout
    assert run("tabrelay", "help", "verify").stdout == run("tabrelay", "verify", "--help").stdout


def test_the_commands_that_print_data_print_json():
    for command in ["check", "status", "plan", "verify", "deletes", "conflicts", "log", "undo", "events", "lag", "repair", "reload"]:
        assert command in COMMANDS and "--json" in run("tabrelay", command, "--help").stdout


def test_the_man_pages_say_what_the_programs_say():
    for name, text in make_pages().items():
        assert (ROOT / "docs/man" / name).read_text() == text, f"docs/man/{name} is out of date: make man"


@pytest.mark.parametrize("page", PAGES)
def test_the_man_pages_are_clean(page):
    done = subprocess.run(["mandoc", "-T", "lint", "-W", "warning", ROOT / "docs/man" / page], capture_output=True, text=True)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_every_key_of_the_configuration_is_in_its_man_page():
    schema = json.loads((ROOT / "schemas/tabrelay.schema.json").read_text())
    page = (ROOT / "docs/man/tabrelay.yaml.5").read_text()
    keys = set()

    def collect(node):
        if isinstance(node, dict):
            keys.update(node.get("properties", {}))
            for child in node.values():
                collect(child)
        elif isinstance(node, list):
            for child in node:
                collect(child)

    collect(schema)
    assert len(keys) > 50
    assert sorted(k for k in keys if not re.search(rf"\b{k}: |\b{k}:?\"?$", page.replace("\\-", "-"), re.M) and f"{k}:" not in page) == []
