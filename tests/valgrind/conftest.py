# SPDX-License-Identifier: Apache-2.0
"""Every program that a test starts runs under valgrind's memcheck: its complaints are in the program's log, and make its status 99."""
import functools
import pathlib
import sys

import pytest

sys.path[:0] = [str(pathlib.Path(__file__).parent), str(pathlib.Path(__file__).parents[1] / "system")]
from fixtures import *  # noqa: E402,F401,F403
from fixtures import pytest_collection_modifyitems, pytest_runtest_makereport  # noqa: E402,F401
from memcheck import MEMCHECK  # noqa: E402

SLOWER = 10


@pytest.fixture
def programs(programs):
    def make(*arguments, **options):
        program = programs(*arguments, **options)
        program.arguments = [*MEMCHECK, *program.arguments]
        program.start = functools.partial(program.start, 30 * SLOWER)
        program.stop_within_s *= SLOWER
        return program
    return make
