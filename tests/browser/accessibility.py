# SPDX-License-Identifier: Apache-2.0
"""axe looks at a page for what keeps people from using it: everything of WCAG 2.2 AA, and its best practices."""
import os
import pathlib
import subprocess

import pytest

from programs import ROOT


@pytest.fixture(scope="module")
def axe():
    """The text of axe.min.js."""
    made = subprocess.run([ROOT / "tools/axe"], capture_output=True, text=True)
    if made.returncode == 0:
        return pathlib.Path(made.stdout.strip()).read_text()
    if os.environ.get("TABRELAY_REQUIRE_AXE"):
        pytest.fail(made.stderr)
    pytest.skip(made.stderr.strip())


def violations(browser, axe):
    """What axe finds, once per rule."""
    browser.script(axe + "; window.axe = axe;")
    browser.script("window.found = null; axe.run().then((r) => { window.found = {violations: r.violations}; }, (e) => { window.found = {violations: [{id: String(e), nodes: []}]}; })")
    found = browser.wait("axe", lambda: browser.script("return window.found"), 60)
    return [(v["id"], [node["html"][:200] for node in v["nodes"]][:3]) for v in found["violations"]]
