#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Write the parts of docs/ that are made from the sources: tools/docs/reference.py [--check]

They stand between two marks in a document: <!-- made by `make docs`: NAME --> and <!-- end -->. --check writes nothing and
fails where a document would change (tests/docs runs it).
"""
import pathlib
import re
import sys

import config_reference
import error_reference

ROOT = pathlib.Path(__file__).resolve().parents[2]
MADE = re.compile(r"(<!-- made by `make docs`: (?P<name>\w+) -->\n)(.*?)(<!-- end -->)", re.S)


def configuration():
    return config_reference.reference((ROOT / "schemas/tabrelay.schema.json").read_text(), (ROOT / "schemas/example.yaml").read_text())


PARTS = {"configuration": configuration, "errors": lambda: error_reference.reference(ROOT)}


def main():
    stale = []
    for document in sorted((ROOT / "docs").glob("*.md")):
        old = document.read_text()
        new = MADE.sub(lambda part: part[1] + "\n" + "\n".join(PARTS[part["name"]]()).rstrip() + "\n\n" + part[4], old)
        if new == old:
            continue
        stale.append(document.relative_to(ROOT))
        if "--check" not in sys.argv[1:]:
            document.write_text(new)
    for document in stale:
        print(f"{document} {'is not up to date: run `make docs`' if '--check' in sys.argv[1:] else 'written'}")
    return bool(stale) and "--check" in sys.argv[1:]


if __name__ == "__main__":
    sys.exit(main())
