# SPDX-License-Identifier: Apache-2.0
"""Every shell example of the documents is run: in order, in one shell a document, beside a tabrelay that runs.

The world of an example: the programs are in PATH; the folder is one of its own with tabrelay.yaml and new.yaml (the same); the
table products is mapped to the tab Products; webhook, replicator and the sandbox run, the latter at another port than 8090.
Commands run as the command line's user of `tabrelay grants`, and `tabrelay events`, which reads the binlog, as the replicator's.
README.md and docs/ are meant; docs/tutorial.md has a test of its own (test_tutorial.py).
"""
import os
import re
import shutil
import subprocess

import pytest

from examples import examples, failure, report, script
from markdown import REPOSITORY, blocks, documents
from programs import BUILD

ELSEWHERE = {"docs/tutorial.md"}
PRODUCTS = """
CREATE TABLE products (id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, name VARCHAR(100) NOT NULL, price DECIMAL(8,2) NULL);
INSERT INTO products (name, price) VALUES ('Coffee', 4.50), ('Tea', 3.80);
"""

EVENTS = 'tabrelay() { if [ "$1" = events ]; then TABRELAY_ROLE=replicator command tabrelay "$@"; else command tabrelay "$@"; fi; }\n'


def name_of(path):
    return str(path.relative_to(REPOSITORY))


def ours():
    return [path for path in documents() if path.parent in (REPOSITORY, REPOSITORY / "docs")]


def with_examples():
    return [path for path in ours() if name_of(path) not in ELSEWHERE and examples(path)]


@pytest.mark.parametrize("server", ["mariadb"], indirect=True)
@pytest.mark.parametrize("document", with_examples(), ids=name_of)
def test_examples_run(document, server, make_stack, capsys):
    found = examples(document)
    runs = [example for example in found if not example.reason]
    if runs:
        stack = make_stack([{"table": "products", "name": "products", "tab": "Products"}], tables=PRODUCTS)
        stack.wait_equal("Products")
        shutil.copy(stack.config, stack.folder / "new.yaml")
        environment = {**os.environ, "PATH": f"{BUILD.resolve()}:{os.environ['PATH']}", "TABRELAY_CONFIG": str(stack.config)}
        commands = EVENTS + script(runs).replace("127.0.0.1:8090", f"127.0.0.1:{stack.sandbox_port}")
        done = subprocess.run(["bash", "-c", commands], cwd=stack.folder, env=environment, text=True, timeout=120,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        assert done.returncode == 0, failure(document, done.stdout)
        stack.wait_equal("Products")
    with capsys.disabled():
        print()
        report(document, found)


SHELL = re.compile(r"(sudo |build/)?(tabrelay(-\w+)? |apt(-get)? |systemctl |make |git clone|curl |\./)")


def test_what_looks_like_a_command_is_an_example():
    """Commands in a block without a language would never be run. A synopsis has [brackets], a choice|of|words or CAPITALS in it."""
    loose = []
    for document in ours():
        text = document.read_text()
        lines = [line for info, _, code in blocks(text) if info.split(" ")[0] != "sh" for line in code.splitlines()]
        lines += re.findall(r"(?m)(?<=\n\n)(?: {4}|\t)(\S.*)$", re.sub(r"^```.*?^```$", "", text, flags=re.S | re.M))
        loose += [f"{name_of(document)}: {line}" for line in lines
                  if SHELL.match(line) and not re.search(r"\[|\||\.\.\.|\b[A-Z]{3,}\b(?!=)", line)]
    assert loose == []
