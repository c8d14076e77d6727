# SPDX-License-Identifier: Apache-2.0
"""What the documents say of options, commands, metrics, errors and files is what the sources say."""
import json
import os
import re
import subprocess

import pytest

from markdown import REPOSITORY, blocks

BUILD = REPOSITORY / os.environ.get("TABRELAY_BUILD", "build")
DOCS = REPOSITORY / "docs"


def help_of(program, *words):
    return subprocess.run([BUILD / program, *words, "--help"], check=True, capture_output=True, text=True).stdout


def without_fences(text):
    return re.sub(r"^```.*?^```$", "", text, flags=re.S | re.M)


def commands():
    """The commands that `tabrelay --help` lists."""
    listed = re.search(r"^commands:\n(.*?)^options:", help_of("tabrelay"), re.S | re.M)[1]
    found = re.findall(r"^  ([a-z][a-z-]+)  ", listed, re.M)
    assert len(found) > 20
    return found


def test_what_is_made_from_the_sources_is_up_to_date():
    done = subprocess.run([REPOSITORY / "tools/docs/reference.py", "--check"], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_reference_has_every_key_of_the_schema():
    schema = json.loads((REPOSITORY / "schemas/tabrelay.schema.json").read_text())
    shown = set(re.findall(r"^\| `([^`]+)` \|", (DOCS / "configuration.md").read_text(), re.M))

    def keys(node, prefix=""):
        for name, child in node["properties"].items():
            if child.get("type") == "object":
                yield from keys(child, f"{prefix}{name}.")
            else:
                yield prefix + name
    column = next(option for option in schema["$defs"]["column"]["anyOf"] if option.get("type") == "object")
    assert {*keys(schema), *keys(schema["$defs"]["mapping"]), *keys(column)} - {"mappings"} - shown == set()


def test_every_command_has_a_place_in_the_documents():
    manual = (DOCS / "manual.md").read_text() + (DOCS / "cli.md").read_text()
    assert [name for name in commands() if f"tabrelay {name}" not in manual] == []


def test_no_document_names_a_command_that_is_not_there():
    """`tabrelay WORD` in code, in any document."""
    known = {*commands(), "complete", "help", "--help", "--version", "--config", "COMMAND"}
    wrong = set()
    for document in [REPOSITORY / "README.md", *DOCS.glob("*.md")]:
        text = document.read_text()
        code = [*re.findall(r"`([^`\n]+)`", without_fences(text)), *re.findall(r"(?m)(?<=\n\n)(?: {4}|\t)(.*)$", text),
                *(line for _, _, block in blocks(text) for line in block.splitlines())]
        for line in code:
            found = re.match(r"\s*(?:sudo )?(?:build/)?tabrelay (?:--config \S+ )?([a-z][a-z-]*)", line)
            if found and found[1] not in known:
                wrong.add(f"{document.name}: {line}")
    assert wrong == set()


@pytest.mark.parametrize("program", ["tabrelay-replicator", "tabrelay-webhook", "tabrelay-sandbox", "tabrelay"])
def test_every_option_that_a_program_has_is_in_a_document(program):
    text = "".join(path.read_text() for path in [*DOCS.glob("*.md"), *(DOCS / "man").glob("*")]).replace("\\-", "-")
    options = set(re.findall(r"^ +(?:-\w, )?(--?[a-z][a-z-]*)", help_of(program), re.M))
    assert options
    assert [option for option in sorted(options) if option not in text] == []


def test_every_unit_script_and_folder_that_is_named_is_there():
    """Paths of the repository in code: tools/x, tests/x, packaging/x, sandbox/x, schemas/x."""
    wrong = set()
    for document in [REPOSITORY / "README.md", *DOCS.glob("*.md")]:
        for path in re.findall(r"(?<![\w/.-])((?:tools|tests|packaging|sandbox|schemas|docker)/[\w./-]*\w)", document.read_text()):
            if not (REPOSITORY / path).exists() and not any(REPOSITORY.glob(f"*/{path}*")) and not any(REPOSITORY.glob(f"{path}*")):
                wrong.add(f"{document.name}: {path}")
    assert wrong == set()


def test_metrics_that_documents_name_are_there():
    """docs/metrics.md is compared with the sources by tests/system/test_metrics.py; here: no other document names another one."""
    known = set(re.findall(r"^\| `(tabrelay_\w+)`", (DOCS / "metrics.md").read_text(), re.M))
    assert known
    wrong = set()
    for document in [REPOSITORY / "README.md", *DOCS.glob("*.md")]:
        for name in re.findall(r"\btabrelay_[a-z0-9_]+", document.read_text()):
            if name not in known and re.sub(r"_(bucket|sum|count)$", "", name) not in known:
                wrong.add(f"{document.name}: {name}")
    assert wrong == set()
