# SPDX-License-Identifier: Apache-2.0
"""A new user's path: part 1 of docs/tutorial.md, followed to the letter in a bare Debian, from nothing to a synchronised table."""
import re
import time

import pytest

from examples import examples, failure, report, script
from markdown import REPOSITORY

from root import Root, copy_sources

TUTORIAL = REPOSITORY / "docs" / "tutorial.md"
# What a container says to packages that would start their service: a person starts it with the next command.
NO_SERVICES = "#!/bin/sh\nexit 101\n"


@pytest.fixture
def bare():
    root = Root("bookworm", "bare")
    copy_sources(root.path / "root" / "tabrelay")
    policy = root.path / "usr/sbin/policy-rc.d"
    policy.write_text(NO_SERVICES)
    policy.chmod(0o755)
    yield root
    root.remove()


def follow(bare, chosen, **how):
    done = bare.run("bash", "-c", script(chosen), check=False, **how)
    assert done.returncode == 0, failure(TUTORIAL, done.stdout)
    return done.stdout


def test_the_tutorial_leads_to_a_synchronised_table(bare, capsys):
    found = examples(TUTORIAL)
    steps = [example for example in found if not example.reason]
    # Packages need the network; what is started after that gets one of its own, in which every port is free.
    last_apt = max(i for i, example in enumerate(steps) if "apt-get" in example.code)
    begin = time.monotonic()
    (bare.path / "root/.profile").write_text("")
    bare.run("apt-get", "-qq", "update")
    built = time.monotonic()
    inside = [*steps[:last_apt + 1]]
    inside[0].code = "cd /root/tabrelay\n" + inside[0].code
    follow(bare, inside, DEB_BUILD_OPTIONS="noopt noautodbgsym")
    installed = time.monotonic()
    output = follow(bare, steps[last_apt + 1:], alone=True)
    end = time.monotonic()
    table = output[output.index("SELECT") if "SELECT" in output else 0:]
    # The edit in the grid has reached MySQL; both sides are equal; the log knows who it was.
    assert re.search(r"^2\tTea\t3.80\t29\t", table, re.M), output
    assert re.search(r"^products: MATCH: 4 rows", output, re.M), output
    assert "ann@example.com" in output
    commands = sum(example.commands for example in steps)
    with capsys.disabled():
        print()
        report(TUTORIAL, found)
        print(f"new user's path: {commands} commands, {(end - begin) / 60:.1f} minutes: "
              f"{installed - built:.0f} s to build and install, {end - installed:.0f} s from there to both sides equal")
